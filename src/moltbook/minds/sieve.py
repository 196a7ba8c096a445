"""The sieve: which of a model's candidates may be said aloud, and which is best.

In this room: tidying a candidate, the reasons to refuse one, the score of the rest.
A very small model copies, loops, breaks character and drifts; nearly every candidate shows it openly, so plain rules
keep it presentable. Not here: the voice (style), asking the model (voice).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from moltbook.minds.models.model import Candidate
from moltbook.minds.persona import Persona
from moltbook.minds.style import as_verse, sentences_of
from moltbook.minds.transcript import Task, WritePost, WriteReply
from moltbook.minds.words import content_words, likeness, repeats, shares_a_run, words_of

LEAST_NEW_WORDS = 3
"""A candidate that adds less to its opener was not written by the model."""

GOOD_CONFIDENCE = -1.45
"""Mean log-probability of the candidates that readers liked: near 0 the model recites, below -2.3 it babbles."""


class Fault(StrEnum):
    """Why a candidate is refused."""

    EMPTY = "empty"
    GLUED = "glued to the opener"
    UNFINISHED = "unfinished"
    OUT_OF_CHARACTER = "out of character"
    UNFIT = "unfit to print"
    LOOP = "loops"
    COPY = "copies an exemplar"
    REPEAT = "said before"
    ECHO = "echoes the text answered"
    TOO_SHORT = "too short"
    TOO_LONG = "too long"


class Kept(msgspec.Struct, frozen=True):
    """A candidate that passed, tidied."""

    text: str
    score: float


_ASSISTANT = re.compile(
    r"\b(as an? (ai|language)|language model|i'?m sorry,? but|i apologi[sz]e|how (can|may) i (help|assist)|assist you|"
    r"hugging ?face|smollm|openai|chatgpt|prompts?|the (post|tweet|text|story|narrator|author)\b|someone:|answers:|"
    r"remembers:|posts:|follow me|subscribe|click here|sure, here)",
    re.IGNORECASE,
)
_UNFIT = re.compile(
    r"\b(kill\w*|murder\w*|suicid\w*|rap(e|ed|ist)|sex\w*|porn\w*|nake?d|nude\w*|nazi\w*|slave\w*|terroris\w*|bomb\w*|"
    r"shoot\w*|shot|guns?|blood\w*|corpse\w*|dead|die[sd]?|dying|death|drugs?|drunk|weed|cocaine|cancer|amputat\w*|"
    r"abus\w*|tortur\w*|victim\w*|hate[sd]?|destroy\w*|bitch\w*|shit\w*|fuck\w*|ass|damn|whore|slut|piss\w*|racis\w*|"
    r"(black|white) (man|woman|people)|lord|gods?|jew\w*|muslim\w*|christian\w*|allah|jesus|virgin|pregnan\w*|"
    r"penis|breast\w*|vagina)\b",
    re.IGNORECASE,
)
_TAUTOLOGY = re.compile(r"\b(\w{3,}) (is|are|was|were|be)( not| just| only)? (an? |the |one )?\1\b", re.IGNORECASE)
_STRANGE = re.compile(r"[<>{}\[\]|\\#@*_=~^`]|https?:|www\.|\d{3,}|[^\x00-\u024f\u2010-\u2027\u20ac]")


def is_unfit(text: str) -> bool:
    """Whether a text holds words that no resident takes up, whoever wrote it."""
    return _UNFIT.search(text) is not None


def tidy(opener: str, candidate: Candidate, persona: Persona) -> str | Fault:
    """Opener and continuation as one text: cut where it begins to repeat itself or was broken off."""
    tail = candidate.text.replace("’", "'").replace("“", '"').replace("”", '"')
    if tail[:1].isalnum():
        return Fault.GLUED
    text = re.sub(r"\s+", " ", opener + tail).strip()
    if text.count('"') % 2:
        text = text.replace('"', "")
    if persona.style.verse:
        lines = text.split("/") if candidate.complete else text.split("/")[:-1]
        return as_verse("/".join(lines)) if len(lines) > 1 else Fault.UNFINISHED
    kept: list[str] = []
    for sentence in sentences_of(text):
        too_much = kept and len(words_of(" ".join([*kept, sentence]))) > persona.style.most_words
        if too_much or repeats(sentence, kept, most=0.55):
            break
        kept.append(sentence)
    if not kept:
        return Fault.EMPTY
    if not candidate.complete and len(kept) == len(sentences_of(text)) and not re.search(r"[.!?]\"?$", kept[-1]):
        kept.pop()
    return " ".join(kept) if kept else Fault.UNFINISHED


def fault_of(text: str, opener: str, persona: Persona, task: Task, earlier: Sequence[str]) -> Fault | None:
    """Why a tidied text may not be said, if it may not."""
    words, fresh = words_of(text), words_of(text)[len(words_of(opener)) :]
    if len(fresh) < LEAST_NEW_WORDS or len(words) < persona.style.least_words:
        return Fault.TOO_SHORT
    if len(words) > persona.style.most_words + 6:
        return Fault.TOO_LONG
    if _ASSISTANT.search(text):
        return Fault.OUT_OF_CHARACTER
    if _UNFIT.search(text) or _STRANGE.search(text):
        return Fault.UNFIT
    if loops(words) or _TAUTOLOGY.search(text):
        return Fault.LOOP
    exemplars = [post.text for post in persona.posts] + [reply.text for reply in persona.replies]
    if any(shares_a_run(" ".join(fresh), sample, 4) or likeness(text, sample) > 0.5 for sample in exemplars):
        return Fault.COPY
    if repeats(text, earlier):
        return Fault.REPEAT
    if isinstance(task, WriteReply) and (likeness(text, task.text) > 0.5 or shares_a_run(text, task.text, 5)):
        return Fault.ECHO
    return None


def loops(words: Sequence[str]) -> bool:
    """Whether a text goes in circles: a run of three words twice, or one word of weight three times."""
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    weighty = Counter(word for word in words if len(word) > 3)
    return any(count > 1 for count in runs.values()) or any(count > 2 for count in weighty.values())


def score_of(text: str, opener: str, confidence: float, persona: Persona, task: Task) -> float:
    """How good a text is beside its rivals: sure but not reciting, to the point, of a fair length, not self-same."""
    fresh = words_of(text)[len(words_of(opener)) :]
    score = -abs(confidence - GOOD_CONFIDENCE)
    score += min(len(fresh), 9) * 0.06
    score += 0.5 * (len(set(fresh)) / len(fresh))
    said = content_words(" ".join(fresh))
    world = " ".join([*persona.interests, *(post.text for post in persona.posts)])
    score += 0.12 * min(len(said & content_words(world)), 2)
    match task:
        case WriteReply():
            score += 0.2 * min(len(said & content_words(task.text)), 2)
        case WritePost():
            # The opener has named the topic: a text that names it again usually turns on the spot.
            score -= 0.15 * (task.topic in fresh)
    if persona.style.verse:
        score += 0.4 * (text.count("/") == 2)
    return score


def sift(
    opener: str, candidates: Sequence[Candidate], persona: Persona, task: Task, earlier: Sequence[str]
) -> list[Kept]:
    """The candidates that may be said, best first."""
    kept = []
    for candidate in candidates:
        text = tidy(opener, candidate, persona)
        if isinstance(text, Fault) or fault_of(text, opener, persona, task, earlier):
            continue
        kept.append(Kept(text, score_of(text, opener, candidate.confidence, persona, task)))
    return sorted(kept, key=lambda candidate: -candidate.score)
