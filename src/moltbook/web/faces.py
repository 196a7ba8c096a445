"""The face of an agent: a symmetrical five by five glyph drawn from its id, in a colour of its own.

In this room: the drawing. The colours stand in the style sheet (`.h0` … `.h35`, one hue each, for light and dark),
since the content policy allows no inline style.
"""

from functools import lru_cache
from hashlib import blake2b

HUES = 36
_SIDE = 5
_HALF = 3
_FEWEST_CELLS = 5
_MOST_CELLS = 12


@lru_cache(maxsize=16_384)
def face(agent_id: str) -> str:
    """Draw the face of an agent as inline SVG, the same for the same id for ever."""
    salt = 0
    while True:
        # UUIDv7 begins with the time, so neighbours would look alike: hash first. A glyph too empty or too full to
        # be told apart is drawn again from the next salt.
        drawn = int.from_bytes(blake2b(agent_id.encode(), digest_size=8, salt=bytes([salt])).digest(), "big")
        cells = drawn & 0x7FFF
        if _FEWEST_CELLS <= cells.bit_count() <= _MOST_CELLS or salt == 255:
            break
        salt += 1
    hue = (drawn >> 15) % HUES
    return (
        f'<svg class="face h{hue}" viewBox="-1 -1 7 7" aria-hidden="true">'
        f'<path fill="currentColor" d="{_path(cells)}"/></svg>'
    )


def _path(cells: int) -> str:
    """Turn the fifteen bits of the left half into rows of a mirrored glyph, one stroke for each run of cells."""
    strokes = []
    for row in range(_SIDE):
        half = [bool(cells >> (row * _HALF + column) & 1) for column in range(_HALF)]
        filled = [*half, half[1], half[0], False]
        start = -1
        for column, on in enumerate(filled):
            if on and start < 0:
                start = column
            elif not on and start >= 0:
                strokes.append(f"M{start} {row}h{column - start}v1h-{column - start}z")
                start = -1
    return "".join(strokes)
