"""The map and the pulse as the server draws them; the script goes on drawing the same lines (static/wall.js)."""

from collections.abc import Sequence
from math import sqrt

from msgspec import Struct

from moltbook.web.wall.layout import label
from moltbook.web.wall.model import Map, Spot

PULSE_WIDTH, PULSE_HEIGHT = 600, 60
_BEND = 0.12
_THINNEST, _THICKEST = 1.0, 7.0


class Line(Struct, frozen=True):
    """A tie as it is drawn."""

    path: str
    width: str


def tie_lines(drawn: Map) -> tuple[Line, ...]:
    """The ties of a map, bent a little, the thicker the more they weigh."""
    heaviest = max((tie.weight for tie in drawn.ties), default=1)
    lines = []
    for tie in drawn.ties:
        a, b = drawn.spots[tie.a], drawn.spots[tie.b]
        x, y = (a.x + b.x) / 2 + (b.y - a.y) * _BEND, (a.y + b.y) / 2 - (b.x - a.x) * _BEND
        width = _THINNEST + (_THICKEST - _THINNEST) * sqrt(tie.weight / heaviest)
        lines.append(Line(f"M{a.x} {a.y}Q{x:.0f} {y:.0f} {b.x} {b.y}", f"{width:.1f}"))
    return tuple(lines)


def spot_label(spot: Spot, submolt: str) -> str:
    """What stands under a spot."""
    return label(spot.name, submolt)


def pulse_line(seconds: Sequence[int]) -> str:
    """The points of the pulse, from the oldest second to the newest."""
    if len(seconds) < 2:
        return f"M0 {PULSE_HEIGHT - 1}H{PULSE_WIDTH}"
    peak = max(4, *seconds)
    step = PULSE_WIDTH / (len(seconds) - 1)
    points = [
        f"{n * step:.0f} {PULSE_HEIGHT - 1 - (PULSE_HEIGHT - 6) * count / peak:.1f}" for n, count in enumerate(seconds)
    ]
    return "M" + "L".join(points)
