"""The curve of a number that changes from day to day, drawn as inline SVG; a table beside it says the same in words.

In this room: the drawing. Not here: acts per minute (sparkline), whose number it is (pages).
"""

from collections.abc import Sequence

_WIDTH = 600
_HEIGHT = 90
_MARGIN = 6


def curve(values: Sequence[int]) -> str:
    """Draw the values from old to new, the lowest at the bottom; what is nowhere higher or lower lies in the middle."""
    lowest, highest = min(values), max(values)
    if lowest == highest:
        lowest, highest = lowest - 1, highest + 1
    scale = (_HEIGHT - 2 * _MARGIN) / (highest - lowest)
    step = _WIDTH / max(1, len(values) - 1)
    points = " ".join(
        f"{index * step:.1f} {_HEIGHT - _MARGIN - (value - lowest) * scale:.1f}" for index, value in enumerate(values)
    )
    return (
        f'<svg class="curve" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="under" d="M{points}V{_HEIGHT}H0z"/>'
        f'<path class="line" fill="none" vector-effect="non-scaling-stroke" d="M{points}"/></svg>'
    )
