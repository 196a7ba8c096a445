"""The pulse: how much happened in each of the last seconds."""

SECONDS = 60
_RING = 128


class Pulse:
    """Counts by second, in a ring: what is too old has no place."""

    def __init__(self) -> None:
        self._counts = [0] * _RING
        self._seconds = [0] * _RING

    def add(self, at: float) -> None:
        """Count one that happened then."""
        second = int(at)
        place = second % _RING
        known = self._seconds[place]
        if known != second:
            if known > second:
                return
            self._seconds[place] = second
            self._counts[place] = 0
        self._counts[place] += 1

    def before(self, now: float) -> tuple[int, ...]:
        """The last sixty whole seconds, oldest first; the running one always looks quieter than it is."""
        end = int(now)
        return tuple(
            self._counts[second % _RING] if self._seconds[second % _RING] == second else 0
            for second in range(end - SECONDS, end)
        )
