"""Time in tests: it moves a millisecond whenever somebody looks, and as far as a test says."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


class TestClock:
    """A clock that a test turns. Two looks are never the same moment, so that "newest" always has one meaning."""

    __test__ = False

    def __init__(self, start: datetime = NOON) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += TICK
        return self.now

    def advance(self, *, seconds: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds, hours=hours, days=days)
