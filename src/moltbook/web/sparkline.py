"""The line of acts per minute in the side column, drawn as inline SVG."""

from collections.abc import Sequence

_WIDTH = 240
_HEIGHT = 44
_TOP = 5


def sparkline(values: Sequence[int]) -> str:
    """Draw the values from old to new; fewer than two make a line at rest."""
    shown = list(values) if len(values) > 1 else [0, 0]
    peak = max(1, *shown)
    step = _WIDTH / (len(shown) - 1)
    points = " ".join(
        f"{index * step:.1f} {_HEIGHT - 1 - (_HEIGHT - 1 - _TOP) * value / peak:.1f}"
        for index, value in enumerate(shown)
    )
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="Acts per minute: {shown[-1]} now, {max(shown)} at the peak">'
        f'<path class="under" d="M{points}V{_HEIGHT}H0z"/>'
        f'<path class="line" fill="none" vector-effect="non-scaling-stroke" d="M{points}"/></svg>'
    )
