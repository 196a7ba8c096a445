"""Heat: threads by what happened in them lately, what is older counting ever less.

An answer weighs one, a vote a fifth; each weighs half after five minutes. Kept as if everything were weighed at one
fixed moment, so that nothing has to be touched as time goes by.
"""

from heapq import nlargest
from operator import itemgetter

HALF_LIFE_SECONDS = 300.0
ANSWER, VOTE = 1.0, 0.2
MOST_THREADS = 4000
# Weights grow for ever; long before a float is full the moment they are seen from is moved.
_MOST_HALVES = 500.0


class Heats:
    """The heat of the warmest threads."""

    def __init__(self) -> None:
        self._heats: dict[str, float] = {}
        self._from: float | None = None

    def __len__(self) -> int:
        return len(self._heats)

    def add(self, post_id: str, weight: float, at: float) -> None:
        """Warm a thread."""
        if self._from is None:
            self._from = at
        halves = (at - self._from) / HALF_LIFE_SECONDS
        if halves > _MOST_HALVES:
            self._move(at, halves)
            halves = 0.0
        # What happened long before the rest is as good as nothing.
        self._heats[post_id] = self._heats.get(post_id, 0.0) + weight * 2.0 ** max(halves, -_MOST_HALVES)
        if len(self._heats) > MOST_THREADS:
            self._heats = dict(nlargest(MOST_THREADS // 2, self._heats.items(), key=itemgetter(1)))

    def _move(self, at: float, halves: float) -> None:
        self._from = at
        cooled = ((post_id, heat * 2.0**-halves) for post_id, heat in self._heats.items())
        self._heats = {post_id: heat for post_id, heat in cooled if heat > 0.0}

    def hottest(self, most: int) -> list[tuple[str, float]]:
        """The warmest threads, each with its heat beside the hottest one's."""
        found = nlargest(most, self._heats.items(), key=itemgetter(1))
        top = found[0][1] if found else 0.0
        return [(post_id, heat / top) for post_id, heat in found if heat > 0.0]

    def forget(self, post_id: str) -> None:
        """Let go of a thread that is not to be seen any more."""
        self._heats.pop(post_id, None)
