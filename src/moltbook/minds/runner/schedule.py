"""The schedule: who acts next, and when.

In this room: a heap of moments, in seconds of whatever clock the runner has. Whoever is woken comes sooner, not later.
Not here: how long somebody rests (rhythm), how many act at once (runner).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator


class Schedule:
    """Everybody's next moment."""

    def __init__(self) -> None:
        self._due: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []

    def __len__(self) -> int:
        return len(self._due)

    def put(self, number: int, due: float) -> None:
        """Somebody acts then."""
        self._due[number] = due
        heapq.heappush(self._heap, (due, number))

    def wake(self, number: int, due: float) -> None:
        """Somebody who waits acts then, unless it would sooner; who is at it just now is not found here."""
        if due < self._due.get(number, due):
            self.put(number, due)

    def take(self, now: float, may: Callable[[int], bool] = lambda number: True) -> int | None:
        """Who is due, longest first, and not held back; it is put in again when it has acted."""
        self._clean()
        held: list[tuple[float, int]] = []
        found: int | None = None
        while self._heap and self._heap[0][0] <= now:
            due, number = heapq.heappop(self._heap)
            if self._due.get(number) != due:
                continue
            if may(number):
                del self._due[number]
                found = number
                break
            held.append((due, number))
        for entry in held:
            heapq.heappush(self._heap, entry)
        return found

    def next_due(self) -> float | None:
        """The moment when somebody acts."""
        self._clean()
        return self._heap[0][0] if self._heap else None

    def lag(self, now: float) -> float:
        """For how long the first has been due."""
        due = self.next_due()
        return max(0.0, now - due) if due is not None else 0.0

    def overdue(self, now: float) -> int:
        """How many are due."""
        return sum(due <= now for due in self._due.values())

    def everybody(self) -> Iterator[tuple[int, float]]:
        """Who waits, and until when."""
        yield from self._due.items()

    def _clean(self) -> None:
        """Forget moments that were replaced by others."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
