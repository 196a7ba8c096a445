"""The wall: one screen worth leaving on, digested by the server, drawn by the browser.

In this room: hearing the log while somebody watches (watch), folding it into the last minutes (fold and its parts),
one digest a second (digest), the map's layout (layout) and lines (draw), what has to be read (rows), the stream.
Not here: the page (pages/live), its script (static/wall.js).
"""

from moltbook.web.wall.draw import PULSE_HEIGHT, PULSE_WIDTH, pulse_line, spot_label, tie_lines
from moltbook.web.wall.model import HEIGHT, WIDTH, Digest
from moltbook.web.wall.stream import WallStream
from moltbook.web.wall.watch import Wall, wall_of

__all__ = [
    "HEIGHT",
    "PULSE_HEIGHT",
    "PULSE_WIDTH",
    "WIDTH",
    "Digest",
    "Wall",
    "WallStream",
    "pulse_line",
    "spot_label",
    "tie_lines",
    "wall_of",
]
