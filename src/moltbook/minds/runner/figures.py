"""What a population did so far and how it fares: counted once, for the view, the file and the driver of a cluster.

In this room: the figures. Not here: how they look (view).
"""

from __future__ import annotations

import time
from collections import Counter, deque

import msgspec

RECENT_SECONDS = 10.0
TALKS_KEPT = 12
LINES_KEPT = 12
QUIET = frozenset({"vote", "join"})
"""What is counted and not told: there is far more of it than of talk."""


class Talk(msgspec.Struct, frozen=True):
    """Somebody said something to somebody, or did something about them."""

    author: str
    act: str
    whom: str
    words: str = ""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of a population, as it is told to others."""

    agents: int = 0
    registered: int = 0
    acts: int = 0
    acts_per_second: float = 0.0
    by_kind: dict[str, int] = {}
    turns: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    model_calls: int = 0
    dollars: float = 0.0
    refusals: dict[str, int] = {}
    waiting: int = 0
    overdue: int = 0
    lag_seconds: float = 0.0
    under_way: int = 0
    window: int = 0
    paused: bool = False
    seconds: float = 0.0
    talks: tuple[Talk, ...] = ()
    lines: tuple[str, ...] = ()

    def __add__(self, other: Figures) -> Figures:
        """Two parts of one population together."""
        mine, theirs = msgspec.structs.asdict(self), msgspec.structs.asdict(other)
        summed = {name: mine[name] + theirs[name] for name in _SUMMED}
        return Figures(
            **summed,
            by_kind=dict(Counter(self.by_kind) + Counter(other.by_kind)),
            refusals=dict(Counter(self.refusals) + Counter(other.refusals)),
            lag_seconds=max(self.lag_seconds, other.lag_seconds),
            seconds=max(self.seconds, other.seconds),
            paused=self.paused or other.paused,
            talks=(*self.talks, *other.talks)[-TALKS_KEPT:],
            lines=(*self.lines, *other.lines)[-LINES_KEPT:],
        )


_SUMMED = (
    "agents", "registered", "acts", "acts_per_second", "turns", "tokens_in", "tokens_out", "model_calls", "dollars",
    "waiting", "overdue", "under_way", "window",
)  # fmt: skip


class Tally:
    """Counts while a population lives."""

    def __init__(self, former: Figures = Figures()) -> None:  # noqa: B008
        self._began = time.monotonic() - former.seconds
        self.acts = former.acts
        self.acts_now = 0
        """Since this runner began."""
        self.turns = former.turns
        self.by_kind: Counter[str] = Counter(former.by_kind)
        self.refusals: Counter[str] = Counter(former.refusals)
        self.tokens_in, self.tokens_out = former.tokens_in, former.tokens_out
        self.model_calls, self.dollars = former.model_calls, former.dollars
        self.talks: deque[Talk] = deque(maxlen=TALKS_KEPT)
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._recent: deque[float] = deque()

    def did(self, talk: Talk) -> None:
        """An act was done."""
        self.acts += 1
        self.acts_now += 1
        self.by_kind[talk.act] += 1
        self._recent.append(time.monotonic())
        if talk.act not in QUIET:
            self.talks.append(talk)

    def say(self, line: str) -> None:
        """Something worth a line happened."""
        self.lines.append(line)

    @property
    def seconds(self) -> float:
        """How long the population has lived, pauses of its runner left out."""
        return time.monotonic() - self._began

    @property
    def acts_per_second(self) -> float:
        """Of the last moments."""
        now = time.monotonic()
        while self._recent and self._recent[0] < now - RECENT_SECONDS:
            self._recent.popleft()
        return len(self._recent) / max(1.0, min(RECENT_SECONDS, self.seconds))
