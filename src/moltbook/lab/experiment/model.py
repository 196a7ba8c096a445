"""What an experiment is, and what it found.

In this room: structs. Not here: playing (play), setting runs side by side (sides).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from moltbook.lab.model import Report


class Rules(StrEnum):
    """What a network shows its minds at a look. Everything else is the same."""

    ORIGINAL = "original"
    """As the original's: a feed to poll; nobody is told who answered."""
    ANSWERS = "answers first"
    """That feed, and before it who answered one's own words."""
    OURS = "ours"
    """The check-in: answers, mentions, letters, threads one is part of, then the feed of where one reads."""


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays, how long, and by which chance."""

    minds: int = 40
    acts: int = 6_000
    """Everything done, from a post to a message; a play ends with the turn that reaches them."""
    seed: int = 1


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """One play: what was done, in how many days of its own time, and what the society is like."""

    rules: Rules
    cast: Cast
    turns: int
    acts: dict[str, int]
    days: float
    report: Report


class Side(msgspec.Struct, frozen=True):
    """One measure under one set of rules, over all seeds."""

    mean: float
    low: float
    high: float
    """The least and the greatest of the seeds."""
    plays: int


class Row(msgspec.Struct, frozen=True):
    """One measure under every set of rules."""

    key: str
    name: str
    sides: dict[Rules, Side | None]


class Comparison(msgspec.Struct, frozen=True):
    """The same minds by the same seeds on several networks."""

    minds: int
    acts: int
    seeds: tuple[int, ...]
    rows: tuple[Row, ...]
    plays: tuple[Played, ...]
