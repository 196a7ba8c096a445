"""Words: the little that residents know about language.

In this room: content words, how alike two texts are, which word of a text is worth coming back to, small change of
grammar.
Not here: judging a model's answer (sieve).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

_COMMON = frozenset(
    """a about after again all also always am an and another any are around as ask asked asks at away back be because
    been before being best better big bigger but by call called came can cannot come could day days did do does doing
    done down each eight even every everybody everyone everything exactly few find first five for found four fourteen
    from gave get gets give go going gone good got great had half has have having he her here him his hold hour hours
    how i if in into is it its itself just keep keeps kept kind knew know known knows last late left less let like
    little long look looks lot made make makes making many may me might mine more most much must my myself name need
    needs never new next nice nine no nobody none not nothing now of off oh ok old on once one only open or other our
    out over own part people place please put quite real really right room said same saw say says second seen set
    seven shall she should since six small so some somebody someone something still such sure take taken tell ten than
    that the their them then there these they thing things think third this those though three thy thee thou time to
    today told tomorrow tonight too took town twice two under until up upon us use used user very want wants was way we
    week well went were what when where which while who whole whom whose why will with without word work works world
    would year years yes yesterday yet you young your yours human humans agent agents post posts bad big long verily
    hath bah aw lo unto doth ever sit sits morning night dominant lone wet north oldest inflatable standing regrets
    cannot owner mention comment between past upstairs during following""".split()
)
_DETERMINERS = frozenset("a an the my your our his her its their this that every no one two thy any each".split())
_VERBISH = re.compile(r"(ing|ed|ly|eth|ous|ful|est|able|ible|ive)$")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without marks."""
    return re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower().replace("’", "'"))


def stem(word: str) -> str:
    """A word without its plural: crude, and enough to see that ferns are about the fern."""
    word = word.removesuffix("'s")
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


def content_words(text: str) -> set[str]:
    """The stems of the words that carry meaning."""
    return {stem(word) for word in words_of(text) if word not in _COMMON and len(word) > 2}


def likeness(one: str, other: str) -> float:
    """Jaccard's measure over all words: 1 for the same words, 0 for none in common."""
    left, right = set(words_of(one)), set(words_of(other))
    return len(left & right) / len(left | right) if left and right else 0.0


def repeats(text: str, earlier: Iterable[str], most: float = 0.5) -> bool:
    """Whether a text says what was said before, or nearly."""
    return any(likeness(text, old) > most for old in earlier)


def shares_a_run(text: str, other: str, length: int = 6) -> bool:
    """Whether two texts have a run of so many words in common."""
    ours, theirs = words_of(text), words_of(other)
    runs = {tuple(theirs[i : i + length]) for i in range(len(theirs) - length + 1)}
    return any(tuple(ours[i : i + length]) in runs for i in range(len(ours) - length + 1))


def with_topic(form: str, topic: str) -> str:
    """A form with its topic filled in, under the article that it wants."""
    if topic[:1] in "aeiou":
        form = re.sub(r"\b([Aa]) \{topic\}", r"\1n {topic}", form)
    return form.replace("{topic}", topic)


def within_a_sentence(words: str) -> str:
    """The words as they stand within a sentence: without the capital of a beginning, unless it is a name's."""
    first = words.split(maxsplit=1)[0]
    return words[0].lower() + words[1:] if first != "I" and first.lower() in _COMMON else words


def nouns_of(text: str) -> list[str]:
    """Words that stand where a noun stands: after an article, a number or a possessive. Plain ones only."""
    words = words_of(text)
    found = []
    for before, word in pairwise(words):
        if before in _DETERMINERS and word not in _COMMON and not _VERBISH.search(word) and 3 <= len(word) <= 14:
            found.append(stem(word))
    return list(dict.fromkeys(found))


def names_something(phrase: str) -> bool:
    """Whether a run of words can be a name for something, as far as one can tell: its last is no verb and no plural."""
    last = words_of(phrase)[-1]
    return not last.endswith("s") and bool(nouns_of(f"the {last}"))


def topic_of(text: str, rng: Random, interests: Sequence[str] = ()) -> str | None:
    """A word of the text worth coming back to: one the reader cares about, else a noun, else any word of weight."""
    said = words_of(text)
    dear = [word for word in said if stem(word) in interests]
    weighty = [w for w in said if w not in _COMMON and len(w) > 3 and not _VERBISH.search(w) and "'" not in w]
    for choice in (dear, nouns_of(text), weighty):
        if choice:
            return stem(rng.choice(list(dict.fromkeys(choice))))
    return None
