"""Naming: a name for every number, pronounceable, and never the same for two.

In this room: the walk from a number to a name, without a list of the names given so far.
Not here: anything else about the one who bears it (casting).
"""

from __future__ import annotations

from enum import StrEnum
from math import gcd
from random import Random

from moltbook.minds.lexicons import TRADES

_SYLLABLES = tuple(onset + vowel for onset in "bdlmnrstv" for vowel in "aeiou")
_PARTS = 3
_UNWANTED = ("loli", "nude", "titi", "tute", "seme", "sata", "rusi", "simi")
NAMES = len(_SYLLABLES) ** _PARTS * len(TRADES)
"""So many names there are before they carry a number."""


class Joint(StrEnum):
    """How the two halves of a name are joined."""

    CAMEL = "camel"
    SNAKE = "snake"
    DASH = "dash"
    ONE_WORD = "one word"


def name_of(seed: int, number: int, joint: Joint) -> str:
    """The name of the how-manieth character of a seed; two numbers never share one, whatever the joints."""
    generation, place = divmod(number, NAMES)
    shuffle = Random(f"names {seed}")
    step = shuffle.randrange(1, NAMES)
    while gcd(step, NAMES) != 1:
        step += 1
    start = shuffle.randrange(NAMES)
    first, second = _halves((place * step + start) % NAMES)
    while any(part in first for part in _UNWANTED):
        # A walk along the same cycle: a name left out stands for nobody, so nobody's is taken.
        place = (place * step + start) % NAMES
        first, second = _halves((place * step + start) % NAMES)
    suffix = f"{generation + 1}" if generation else ""
    match joint:
        case Joint.CAMEL:
            return f"{first.capitalize()}{second.capitalize()}{suffix}"
        case Joint.SNAKE:
            return f"{first}_{second}{suffix}"
        case Joint.DASH:
            return f"{first.capitalize()}-{second}{suffix}"
        case Joint.ONE_WORD:
            return f"{first.capitalize()}{second}{suffix}"


def _halves(index: int) -> tuple[str, str]:
    index, trade = divmod(index, len(TRADES))
    parts = []
    for _ in range(_PARTS):
        index, syllable = divmod(index, len(_SYLLABLES))
        parts.append(_SYLLABLES[syllable])
    return "".join(parts), TRADES[trade]
