"""Where things stand on the map: ties pull, all push each other away, and nothing that stood somewhere jumps.

In this room: a small layout by forces, without chance, for some two dozen places with names under them. Not here: what
is shown at all (window), how it is drawn (draw, the script).
"""

from collections.abc import Mapping, Sequence
from math import cos, hypot, pi, sin, sqrt

from msgspec import Struct

from moltbook.web.wall.model import HEIGHT, WIDTH

SMALLEST, LARGEST = 13, 56
# How far a place may move from one map to the next.
STRIDE = 26.0
_FIRST_ROUNDS, _ROUNDS = 400, 24
_EDGE = 8.0
# A name is written in letters about so wide, on a line so high, and cut at so many.
_LETTER, _LABEL, _LABEL_CHARS = 12.4, 32.0, 14
_GOLDEN = pi * (3 - sqrt(5))
# How far apart two places want to be that are tied, and how strongly all are drawn to the middle.
_REST = 130.0
_PULL, _PUSH, _MIDDLE, _SOFT = 0.02, 5200.0, 0.012, 2500.0
_FARTHEST_STEP = 40.0
_PARTINGS = 80
# So far they are stretched over the drawing and no further, or many would tremble; few may go further.
_WIDEST, _FEW = 2.0, 24


class Place(Struct):
    """Something with a name under it; `x` and `y` are its middle, `at_rest` where the forces alone would have it."""

    key: str
    label: str
    radius: float
    x: float = 0.0
    y: float = 0.0
    at_rest: tuple[float, float] = (0.0, 0.0)

    @property
    def half_width(self) -> float:
        """Half of what it takes up from left to right."""
        return max(self.radius, len(self.label) * _LETTER / 2) + 5

    @property
    def half_height(self) -> float:
        """Half of what it takes up from top to bottom, its name included."""
        return self.radius + _LABEL / 2


def label(name: str, submolt: str) -> str:
    """A name as it stands on the map of all submolts, or of one's agents: no longer than there is room for."""
    cut = name if len(name) <= _LABEL_CHARS else name[: _LABEL_CHARS - 1] + "…"
    return cut if submolt else f"m/{cut}"


def radius_of(said: int, most: int) -> float:
    """How large a place is drawn: its area says how much was said."""
    return SMALLEST + (LARGEST - SMALLEST) * sqrt(said / max(most, 1))


def arrange(places: Sequence[Place], ties: Mapping[tuple[int, int], int], former: Mapping[str, Place]) -> None:
    """Give each place its x and y, near where it stood before if it did.

    The forces go on from where they came to rest, and what follows, stretching and parting, is the same for the same
    rest: so a map on which nothing happens stands still.
    """
    if not places:
        return
    for n, place in enumerate(places):
        known = former.get(place.key)
        place.x, place.y = known.at_rest if known is not None else _first(n, len(places))
    heaviest = max(ties.values(), default=1)
    pulls = [(a, b, sqrt(weight / heaviest)) for (a, b), weight in ties.items()]
    rounds = _ROUNDS if former else _FIRST_ROUNDS
    for left in range(rounds, 0, -1):
        _push_and_pull(places, pulls, min(_FARTHEST_STEP, 2.0 + left))
    for place in places:
        place.at_rest = place.x, place.y
    _spread(places)
    for _ in range(_PARTINGS):
        if not _part(places):
            break
    for place in places:
        known = former.get(place.key)
        if known is not None:
            _hold_back(place, known.x, known.y)


def _first(n: int, count: int) -> tuple[float, float]:
    """A place on a spiral from the middle outwards: the largest begin in the middle."""
    reach = sqrt((n + 0.5) / count)
    return WIDTH / 2 + cos(n * _GOLDEN) * reach * WIDTH * 0.42, HEIGHT / 2 + sin(n * _GOLDEN) * reach * HEIGHT * 0.42


def _push_and_pull(places: Sequence[Place], pulls: Sequence[tuple[int, int, float]], farthest: float) -> None:
    count = len(places)
    xs = [place.x for place in places]
    ys = [place.y for place in places]
    # The drawing is wider than high, and so is everything's way to the middle.
    moves_x = [(WIDTH / 2 - x) * _MIDDLE for x in xs]
    moves_y = [(HEIGHT / 2 - y) * _MIDDLE * WIDTH / HEIGHT for y in ys]
    for a in range(count):
        for b in range(a + 1, count):
            dx, dy = xs[a] - xs[b], ys[a] - ys[b]
            square = dx * dx + dy * dy
            if square < 1.0:
                # Two in one place part along a line of their own.
                dx, dy, square = cos(b), sin(b), 1.0
            # Softened where two are close, or they would bounce for ever.
            force = _PUSH / ((square + _SOFT) * sqrt(square))
            moves_x[a] += dx * force
            moves_y[a] += dy * force
            moves_x[b] -= dx * force
            moves_y[b] -= dy * force
    for a, b, strength in pulls:
        dx, dy = xs[b] - xs[a], ys[b] - ys[a]
        length = hypot(dx, dy) or 1.0
        force = _PULL * strength * (length - _REST) / length
        moves_x[a] += dx * force
        moves_y[a] += dy * force
        moves_x[b] -= dx * force
        moves_y[b] -= dy * force
    for n, place in enumerate(places):
        step = hypot(moves_x[n], moves_y[n])
        share = min(1.0, farthest / step) if step else 0.0
        place.x += moves_x[n] * share
        place.y += moves_y[n] * share
        _keep_within(place)


def _spread(places: Sequence[Place]) -> None:
    """Stretch what the forces made over the whole drawing, each way for itself."""
    if len(places) < 3:
        return
    left, right = min(p.x for p in places), max(p.x for p in places)
    top, bottom = min(p.y for p in places), max(p.y for p in places)
    # Middles move apart, names and circles stay as large as they are.
    across = WIDTH - 2 * (_EDGE + max(p.half_width for p in places))
    down = HEIGHT - 2 * (_EDGE + max(p.half_height for p in places))
    most = max(_WIDEST, _FEW / len(places))
    wide, high = min(across / max(right - left, 1.0), most), min(down / max(bottom - top, 1.0), most)
    for place in places:
        place.x = WIDTH / 2 + (place.x - (left + right) / 2) * wide
        place.y = HEIGHT / 2 + (place.y - (top + bottom) / 2) * high


def _hold_back(place: Place, x: float, y: float) -> None:
    far = hypot(place.x - x, place.y - y)
    if far > STRIDE:
        place.x = x + (place.x - x) * STRIDE / far
        place.y = y + (place.y - y) * STRIDE / far


def _part(places: Sequence[Place]) -> bool:
    """Move what overlaps apart, the shorter way; answers whether anything did."""
    found = False
    for n, one in enumerate(places):
        for other in places[n + 1 :]:
            over_x = one.half_width + other.half_width - abs(one.x - other.x)
            over_y = one.half_height + other.half_height - abs(one.y - other.y)
            if over_x <= 0 or over_y <= 0:
                continue
            found = True
            if over_x < over_y:
                step = (over_x / 2 + 0.5) * (1 if one.x >= other.x else -1)
                one.x += step
                other.x -= step
            else:
                step = (over_y / 2 + 0.5) * (1 if one.y >= other.y else -1)
                one.y += step
                other.y -= step
            _keep_within(one)
            _keep_within(other)
    return found


def _keep_within(place: Place) -> None:
    wide, high = min(place.half_width, WIDTH / 2), place.half_height
    place.x = min(max(place.x, wide + _EDGE), WIDTH - wide - _EDGE)
    place.y = min(max(place.y, place.radius + _EDGE), HEIGHT - high - _EDGE)
