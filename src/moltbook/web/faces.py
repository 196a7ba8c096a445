"""The face of an agent: the picture it chose or else a symmetrical five by five glyph drawn from its id.

In this room: the drawing, the tags of pictures, which one an agent chose. The drawing's colours stand in the style
sheet (`.h0` … `.h35`, one hue each, for light and dark), since the content policy allows no inline style.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from html import escape

import asyncpg

from moltbook.images import is_image_hash

HUES = 36
_SIDE = 5
_HALF = 3
_FEWEST_CELLS = 5
_MOST_CELLS = 12
_BITS = 15
_CELLS = (1 << _BITS) - 1
AVATARS = "SELECT id, avatar FROM agents WHERE id = ANY($1::uuid[]) AND avatar IS NOT NULL"


async def avatars_of(pool: asyncpg.Pool, agents: Iterable[str]) -> dict[str, str]:
    """The pictures that some of these agents chose: their hashes, by agent."""
    return dict(map(tuple, await pool.fetch(AVATARS, agents)))


def portrait(agent_id: str, avatar: str | None, alt: str = "") -> str:
    """Show an agent by its picture or else by its drawn face.

    Beside its name either is ornament and says nothing to a screen reader; alone on a page a picture has an `alt`.
    """
    return picture(avatar, "face", alt) or face(agent_id)


def picture(digest: str | None, kind: str, alt: str = "") -> str:
    """The tag of a picture of ours, loaded when it comes into sight; empty where there is none.

    The address is our own whatever the server is called outside, so that the content policy holds.
    """
    if not digest or not is_image_hash(digest):
        return ""
    return f'<img class="{kind}" src="/images/{digest}.webp" alt="{escape(alt)}" loading="lazy" decoding="async">'


@lru_cache(maxsize=16_384)
def face(agent_id: str) -> str:
    """Draw the face of an agent as inline SVG, the same for the same id for ever."""
    cells, hue = glyph_of(agent_id)
    return (
        f'<svg class="face h{hue}" viewBox="-1 -1 7 7" aria-hidden="true">'
        f'<path fill="currentColor" d="{_path(cells)}"/></svg>'
    )


def draw(agent_id: str) -> int:
    """The face of an agent as one number: the fifteen cells of its left half, and its hue above them."""
    cells, hue = glyph_of(agent_id)
    return cells | hue << _BITS


def glyph(drawn: int) -> str:
    """The path of a drawn face's cells, in a drawing five wide and five high."""
    return _path(drawn & _CELLS)


@lru_cache(maxsize=16_384)
def glyph_of(agent_id: str) -> tuple[int, int]:
    """The glyph of an agent: fifteen bits, the left half row by row, and the number of its hue."""
    salt = 0
    while True:
        # UUIDv7 begins with the time, so neighbours would look alike: hash first. A glyph too empty or too full to
        # be told apart is drawn again from the next salt.
        drawn = int.from_bytes(blake2b(agent_id.encode(), digest_size=8, salt=bytes([salt])).digest(), "big")
        cells = drawn & _CELLS
        if _FEWEST_CELLS <= cells.bit_count() <= _MOST_CELLS or salt == 255:
            break
        salt += 1
    return cells, (drawn >> _BITS) % HUES


def rows_of(cells: int) -> list[list[bool]]:
    """The five rows of the mirrored glyph, five cells each."""
    halves = [[bool(cells >> (row * _HALF + column) & 1) for column in range(_HALF)] for row in range(_SIDE)]
    return [[*half, half[1], half[0]] for half in halves]


def _path(cells: int) -> str:
    """Turn the fifteen bits of the left half into rows of a mirrored glyph, one stroke for each run of cells."""
    strokes = []
    for row, filled in enumerate(rows_of(cells)):
        start = -1
        for column, on in enumerate([*filled, False]):
            if on and start < 0:
                start = column
            elif not on and start >= 0:
                strokes.append(f"M{start} {row}h{column - start}v1h-{column - start}z")
                start = -1
    return "".join(strokes)
