"""Request budgets: how many calls a key or an address may make a minute (contract §3).

Windows are fixed minutes in this process's memory: cheap, and good enough for fairness. What must be exact – posts,
comments, submolts – is a row that the act itself checks (agents.rules). With several workers each keeps its own window,
so each grants its share of the budget.
"""

import time
from collections.abc import Callable

from moltbook.house import Limit
from moltbook.kernel.errors import TooMany
from moltbook.settings import Limits

DAY = 86_400
MINUTE = 60
KEPT = 200_000


class Budget:
    """What is left of one caller's window."""

    __slots__ = ("left", "limit", "resets")

    def __init__(self, limit: int, resets: int) -> None:
        self.limit = limit
        self.left = limit
        self.resets = resets

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The three headers every answer carries."""
        return [
            (b"x-ratelimit-limit", b"%d" % self.limit),
            (b"x-ratelimit-remaining", b"%d" % max(self.left, 0)),
            (b"x-ratelimit-reset", b"%d" % self.resets),
        ]


class Spent(TooMany):
    """A budget is used up."""

    message = "Rate limit exceeded"

    def __init__(self, budget: Budget, now: int) -> None:
        wait = max(1, budget.resets - now)
        self.budget = budget
        super().__init__(hint=f"Wait {wait} seconds.", retry_after_seconds=wait, limit=budget.limit)


class Budgets:
    """All windows of this process."""

    def __init__(self, limits: Limits, workers: int = 1, clock: Callable[[], float] = time.time) -> None:
        self._sizes = {
            Limit.READ: (_share(limits.reads_per_minute, workers), MINUTE),
            Limit.WRITE: (_share(limits.writes_per_minute, workers), MINUTE),
            Limit.APP: (_share(limits.verifications_per_minute, workers), MINUTE),
            Limit.VERIFY: (_share(limits.challenges_per_minute, workers), MINUTE),
            Limit.REGISTER: (_share(limits.registrations_per_day, workers), DAY),
        }
        self._windows: dict[tuple[Limit, str], Budget] = {}
        self._clock = clock

    def spend(self, kind: Limit, who: str) -> Budget | None:
        """Take one call from a caller's budget; None where there is no limit.

        Raises: Spent.
        """
        size, seconds = self._sizes.get(kind, (0, 0))
        if not size:
            return None
        now = int(self._clock())
        key = (kind, who)
        budget = self._windows.get(key)
        if budget is None or budget.resets <= now:
            if len(self._windows) >= KEPT:
                self._forget(now)
            # Each caller's window starts with its first call, so that not everybody's ends in the same second.
            budget = self._windows[key] = Budget(size, now + seconds)
        budget.left -= 1
        if budget.left < 0:
            raise Spent(budget, now)
        return budget

    def _forget(self, now: int) -> None:
        """Make room for as many again: first what is over, then what would be over soonest.

        So a crowd of callers costs the windows of a minute, and nobody gets a second day out of it.
        """
        left = [(key, budget) for key, budget in self._windows.items() if budget.resets > now]
        left.sort(key=lambda window: window[1].resets, reverse=True)
        self._windows = dict(left[: KEPT // 2])


def _share(limit: int, workers: int) -> int:
    return -(-limit // max(workers, 1))
