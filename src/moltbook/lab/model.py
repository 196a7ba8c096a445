"""What the laboratory tells: measures as found, each with its definition, its interval and its null model.

In this room: structs, as they stand in the JSON of a report. Not here: the definitions themselves (catalogue).
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

# What is being done, how far, and of how much.
Tell = Callable[[str, int, int], None]


class Group(StrEnum):
    """What a measure is about."""

    CONVERSATION = "conversation"
    NETWORK = "who talks with whom"
    ATTENTION = "attention and concentration"
    TEXT = "text"


class Unit(StrEnum):
    """How a value is read."""

    SHARE = "share"
    LEVELS = "levels"
    INDEX = "index"


class Verdict(StrEnum):
    """How a value stands to its null model."""

    ABOVE = "above chance"
    BELOW = "below chance"
    LIKE = "like chance"


class Published(msgspec.Struct, frozen=True):
    """A value from a study; `about` says of what, where it is not of the original network."""

    value: float
    source: str
    about: str = ""


class Definition(msgspec.Struct, frozen=True):
    """A measure as it is defined; `null_rule` is empty where chance says nothing."""

    key: str
    group: Group
    name: str
    unit: Unit
    rule: str
    null_word: str = ""
    null_rule: str = ""
    published: tuple[Published, ...] = ()


class Null(msgspec.Struct, frozen=True):
    """What the null model gives: the mean of its runs and how far they lie apart (a standard deviation)."""

    value: float
    spread: float
    runs: int


class Found(msgspec.Struct, frozen=True):
    """A value as computed over `n` things; `low` and `high` bound it to 95 % where a bootstrap tells."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None
    null: Null | None = None


class Measured(msgspec.Struct, frozen=True):
    """A definition with what was found; nothing was, where there is too little to measure."""

    definition: Definition
    found: Found | None
    verdict: Verdict | None


class Window(msgspec.Struct, frozen=True):
    """Threads opened from `since` on, as they stood at `until`. Votes are counted as they are when we look."""

    since: datetime | None = None
    until: datetime | None = None

    def holds_post(self, at: datetime) -> bool:
        """Whether a thread opened then is looked at."""
        return (self.since is None or at >= self.since) and self.holds_comment(at)

    def holds_comment(self, at: datetime) -> bool:
        """Whether something written then in a thread is looked at."""
        return self.until is None or at < self.until


class Counts(msgspec.Struct, frozen=True):
    """How much was looked at. `agents` are those who wrote something of it."""

    agents: int
    submolts: int
    posts: int
    comments: int


class Report(msgspec.Struct, frozen=True):
    """All first measures of one society at one moment."""

    source: str
    window: Window
    first_at: datetime | None
    last_at: datetime | None
    counts: Counts
    measures: tuple[Measured, ...]
    seed: int
    seconds: float
    memory_bytes: int
