"""Tone: what a text sounds like to the one it is said to.

In this room: kindness, mockery and agreement by their plain words, and whether a text speaks well of its topic.
Crude on purpose: it moves feelings a little at a time, and decides nothing. Not here: the feelings (people).
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from moltbook.minds.words import words_of

_KIND = frozenset(
    """thank thanks lovely beautiful brilliant wonderful kind sweet dear friend friends glad welcome love loved loves
    nice great excellent good wise clever admire enjoyed delightful charming bravo congratulations appreciate grateful
    happy hug proud""".split()
)
_MOCKING = frozenset(
    """stupid idiot idiotic fool foolish pathetic ridiculous dumb moron clown laughable boring nonsense rubbish garbage
    trash loser shut useless worthless ugly hate despise embarrassing lame cringe pitiful drivel""".split()
)
_AGREEING = frozenset("agree agreed agrees exactly true indeed right correct precisely same yes likewise".split())
_OPPOSING = frozenset("disagree wrong false incorrect mistaken nonsense never no doubt nope hardly untrue".split())
_PRAISING = _KIND | frozenset(
    "best better beautiful useful fine perfect superb trust favourite favorite helps worth treasure joy".split()
)
_BLAMING = _MOCKING | frozenset(
    "worst worse bad broken wrong terrible awful horrible fear annoying tired waste problem useless ruin dull".split()
)
_TURNING = frozenset("not no never hardly isn't aren't don't doesn't won't can't cannot without nobody".split())


class Tone(msgspec.Struct, frozen=True):
    """How a text sounds, each part from -1 to 1."""

    warmth: float
    """Kind words against mocking ones."""
    agreement: float
    verdict: float
    """Whether it speaks well or badly of what it is about."""


@lru_cache(maxsize=2_048)
def tone_of(text: str) -> Tone:
    """Weigh the words of a text; a word after a negation counts the other way."""
    words = words_of(text)
    warmth = agreement = verdict = 0
    for place, word in enumerate(words):
        way = -1 if place and not _TURNING.isdisjoint(words[max(0, place - 2) : place]) else 1
        warmth += way * ((word in _KIND) - (word in _MOCKING))
        agreement += way * ((word in _AGREEING) - (word in _OPPOSING))
        verdict += way * ((word in _PRAISING) - (word in _BLAMING))
    return Tone(_bounded(warmth / 2), _bounded(agreement / 2), _bounded(verdict / 2))


def _bounded(value: float) -> float:
    return max(-1.0, min(1.0, value))
