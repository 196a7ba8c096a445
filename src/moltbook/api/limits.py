"""Request budgets: how many calls a key or an address may make a minute (contract §3).

Windows are fixed minutes in memory that a machine's workers share (tallies): cheap, and good enough for fairness. What
must be exact – posts, comments, submolts – is a row that the act itself checks (agents.rules). On several machines each
grants the whole budget.
"""

import time
from collections.abc import Callable

from moltbook.house import Limit
from moltbook.kernel.errors import TooMany
from moltbook.kernel.tallies import Tallies
from moltbook.settings import Limits

DAY = 86_400
MINUTE = 60


class Budget:
    """What is left of one caller's window."""

    __slots__ = ("left", "limit", "resets")

    def __init__(self, limit: int, left: int, resets: int) -> None:
        self.limit = limit
        self.left = left
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
    """All windows of this machine, or of this process alone if nobody hands it the machine's."""

    def __init__(self, limits: Limits, tallies: Tallies | None = None, clock: Callable[[], float] = time.time) -> None:
        self._sizes = {
            Limit.READ: (limits.reads_per_minute, MINUTE),
            Limit.WRITE: (limits.writes_per_minute, MINUTE),
            Limit.APP: (limits.verifications_per_minute, MINUTE),
            Limit.VERIFY: (limits.challenges_per_minute, MINUTE),
            Limit.REGISTER: (limits.registrations_per_day, DAY),
        }
        self._tallies = tallies or Tallies()
        self._clock = clock

    def spend(self, kind: Limit, who: str) -> Budget | None:
        """Take one call from a caller's budget; None where there is no limit.

        Raises: Spent.
        """
        size, seconds = self._sizes.get(kind, (0, 0))
        if not size:
            return None
        now = int(self._clock())
        calls, resets = self._tallies.count(f"{kind} {who}", seconds, now)
        budget = Budget(size, size - calls, resets)
        if budget.left < 0:
            raise Spent(budget, now)
        return budget
