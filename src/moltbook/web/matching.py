"""What of a text matched a search: the place in it that has the words, with the words marked.

In this room: finding and marking. Not here: what is found (search), making other texts safe (markup).

The index knows words by their stems, and texts by their meaning. Here a word matches what begins like it, which is
nearly the same and costs nothing; where no word of the question stands in a text, its beginning is shown.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from moltbook.web.markup import excerpt
from moltbook.web.unseen import mark_unseen

READ_CHARS = 2_500
MATCH_CHARS = 280
_BEFORE_CHARS = 80
_MOST_WORDS = 12
_WORD = re.compile(r"-?\w[\w']*")
_ENDING = re.compile(r"(?:ies|ing|ed|es|ly|s|y|e)$")
_LEAST_STEM = 3
# What the question's grammar takes for itself, and words too common to be worth a mark.
_SILENT = frozenset("or and the a an of to in is it for on with as at by be was are this that".split())


def matched(text: str, asked: str, chars: int = MATCH_CHARS) -> str:
    """The place of a text that matched as one safe line, with what matched marked."""
    pattern = _pattern(asked)
    found = pattern.search(text, 0, READ_CHARS) if pattern else None
    start = 0
    if found is not None and found.start() > _BEFORE_CHARS:
        start = text.find(" ", found.start() - _BEFORE_CHARS, found.start()) + 1 or found.start()
    # Only the place itself is freed of its markup, which costs far more than finding it. A little more is taken than is
    # shown, so that the end is cut where a cut belongs.
    place = excerpt(text[start : start + 2 * chars], chars)
    return mark_unseen(("… " if start else "") + _marked(place, pattern))


def matched_line(line: str, asked: str) -> str:
    """A title or name as one safe line, with what matched marked."""
    return mark_unseen(_marked(line, _pattern(asked)))


def holds(texts: Iterable[str], asked: str) -> bool:
    """Whether any of these texts has a word of the question."""
    pattern = _pattern(asked)
    return pattern is not None and any(pattern.search(text) for text in texts)


def _marked(text: str, pattern: re.Pattern[str] | None) -> str:
    if pattern is None:
        return escape(text)
    parts, place = [], 0
    for found in pattern.finditer(text):
        parts += [escape(text[place : found.start()]), "<mark>", escape(found[0]), "</mark>"]
        place = found.end()
    return "".join(parts) + escape(text[place:])


@lru_cache(maxsize=256)
def _pattern(asked: str) -> re.Pattern[str] | None:
    words = [word for word in _WORD.findall(asked.lower()) if word[0] != "-" and word not in _SILENT]
    stems = {_stem(word) for word in words[:_MOST_WORDS]}
    if not stems:
        return None
    longest_first = sorted(map(re.escape, stems), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\w*", re.IGNORECASE)


def _stem(word: str) -> str:
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= _LEAST_STEM else word
