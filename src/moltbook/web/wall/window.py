"""The window: who spoke where in the last minutes, and what follows from it for the map.

In this room: what is kept, for how long, and counting it. Not here: where things stand on the map (layout).

Ten minutes, but never less than the newest hundred or so, so that a quiet hour is no empty map. Where more is said
than there is room for, only a sample of the agents is followed, always the same ones: so an agent that speaks in two
places is still seen in both, and counts stay true when they are multiplied.
"""

from collections import Counter, deque
from itertools import combinations
from zlib import crc32

WINDOW_SECONDS = 600.0
FEWEST = 150
MOST = 20_000
# With so few left, twice as many agents can be followed again.
_ROOM_AGAIN = MOST // 8
# Nobody's voice is counted for more places than this.
PLACES_EACH = 8


class Window:
    """Who spoke where: in which submolt, or within one answering whom."""

    def __init__(self) -> None:
        # When, who, where; in the order in which it was heard.
        self._said: deque[tuple[float, str, str]] = deque()
        self._places: dict[str, dict[str, int]] = {}
        # One agent in 2 ** level is followed.
        self._level = 0

    def __len__(self) -> int:
        return len(self._said)

    @property
    def sampled(self) -> bool:
        """Whether only a part of the agents is followed."""
        return self._level > 0

    @property
    def since(self) -> float | None:
        """The moment of the oldest that counts."""
        return self._said[0][0] if self._said else None

    def add(self, at: float, who: str, where: str) -> str:
        """Take one in; answers where this agent spoke before, if it is followed and was elsewhere."""
        if self._level and _lot(who) & ((1 << self._level) - 1):
            return ""
        self._said.append((at, who, where))
        places = self._places.get(who)
        if places is None:
            self._places[who] = {where: 1}
            former = ""
        else:
            # The newest place stands last.
            last = next(reversed(places))
            former = last if last != where else ""
            places[where] = places.pop(where, 0) + 1
        if len(self._said) > MOST:
            self._thin_out()
        return former

    def _thin_out(self) -> None:
        self._level += 1
        mask = (1 << self._level) - 1
        kept = [one for one in self._said if not _lot(one[1]) & mask]
        self._said.clear()
        self._places.clear()
        for at, who, where in kept:
            self._said.append((at, who, where))
            places = self._places.setdefault(who, {})
            places[where] = places.pop(where, 0) + 1

    def expire(self, now: float) -> None:
        """Let go of what is too old."""
        said = self._said
        while len(said) > FEWEST and said[0][0] < now - WINDOW_SECONDS:
            _, who, where = said.popleft()
            places = self._places[who]
            if places[where] > 1:
                places[where] -= 1
            else:
                del places[where]
                if not places:
                    del self._places[who]
        if self._level and len(said) < _ROOM_AGAIN:
            self._level -= 1

    def speaking(self, now: float) -> int:
        """How many agents spoke in the last ten minutes."""
        since = now - WINDOW_SECONDS
        if self._said and self._said[0][0] >= since:
            return len(self._places) << self._level
        return len({who for at, who, _ in self._said if at >= since}) << self._level

    def crossings(self, most: int) -> tuple[list[tuple[str, int]], Counter[tuple[str, str]]]:
        """The places where most is said, and of each two of them how many agents speak in both."""
        said: Counter[str] = Counter()
        for places in self._places.values():
            for where, times in places.items():
                said[where] += times
        shown = [(where, times << self._level) for where, times in said.most_common(most)]
        names = {where for where, _ in shown}
        ties: Counter[tuple[str, str]] = Counter()
        for places in self._places.values():
            if len(places) > 1:
                both = sorted([where for where in places if where in names][-PLACES_EACH:])
                for pair in combinations(both, 2):
                    ties[pair] += 1 << self._level
        return shown, ties

    def answers(self, most: int) -> tuple[list[tuple[str, int]], Counter[tuple[str, str]]]:
        """The agents that say most, and of each two of them how often they answered each other."""
        said = Counter({who: sum(places.values()) for who, places in self._places.items()})
        shown = said.most_common(most)
        names = {who for who, _ in shown}
        ties: Counter[tuple[str, str]] = Counter()
        for who in names:
            for whom, times in self._places[who].items():
                if whom in names and whom != who:
                    ties[min(who, whom), max(who, whom)] += times << self._level
        return [(who, times << self._level) for who, times in shown], ties

    def forget(self, who: str) -> None:
        """Let go of an agent that is gone."""
        if self._places.pop(who, None) is not None:
            self._said = deque(one for one in self._said if one[1] != who)


def _lot(who: str) -> int:
    """A number drawn for an agent, the same in every process."""
    return crc32(who.encode())
