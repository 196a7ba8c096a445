"""Chance: seeded randomness, intervals by bootstrap, and null models run a few times.

In this room: what every measure shares. The same society and the same seed give the same numbers, and a measure more
or less changes none of the others.
"""

import zlib
from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from moltbook.lab.model import Found, Null, Verdict
from moltbook.lab.society import Floats, Ints

SEED = 1
RESAMPLES = 200
RUNS = 10
_TAILS = (2.5, 97.5)
# How many standard deviations from its null model a value has to lie to be more than chance.
_BEYOND = 3.0


def dice(key: str) -> np.random.Generator:
    """Randomness of a measure's own."""
    return np.random.default_rng([SEED, zlib.crc32(key.encode())])


class Ratio(msgspec.Struct, frozen=True):
    """The sum of `parts` over the sum of `wholes`, both by thread."""

    parts: Ints
    wholes: Ints
    null: Null | None = None


Value = Found | Ratio | None


def settle(values: Mapping[str, Value]) -> dict[str, Found | None]:
    """Every ratio with its interval: the bootstrap draws threads anew, once for all of them.

    What stands in one thread is not independent, so threads are what is drawn.
    """
    settled = {key: None if isinstance(value, Ratio) else value for key, value in values.items()}
    ratios = {key: value for key, value in values.items() if isinstance(value, Ratio) and value.wholes.any()}
    if not ratios:
        return settled
    parts = np.column_stack([ratio.parts for ratio in ratios.values()]).astype(np.float64)
    wholes = np.column_stack([ratio.wholes for ratio in ratios.values()]).astype(np.float64)
    threads, random = len(parts), dice("threads drawn")
    drawn = np.empty((RESAMPLES, len(ratios)))
    for turn in range(RESAMPLES):
        weights = np.bincount(random.integers(0, threads, threads), minlength=threads).astype(np.float64)
        below = weights @ wholes
        # In a tiny society a draw may hold nothing to divide by: it then tells nothing.
        drawn[turn] = np.divide(weights @ parts, below, out=np.full(len(ratios), np.nan), where=below > 0)
    for place, (key, ratio) in enumerate(ratios.items()):
        whole = int(ratio.wholes.sum())
        told = drawn[:, place][~np.isnan(drawn[:, place])]
        settled[key] = Found(float(ratio.parts.sum() / whole), whole, *between(told), ratio.null)
    return settled


def mean(key: str, values: Floats, null: Null | None = None) -> Found | None:
    """The mean of values that are independent."""
    count = len(values)
    if not count:
        return None
    random = dice(f"{key} bootstrap")
    drawn = np.array([values[random.integers(0, count, count)].mean() for _ in range(RESAMPLES)])
    return Found(float(values.mean()), count, *between(drawn), null)


def between(drawn: Floats) -> tuple[float, float]:
    """Where 95 of 100 of them lie."""
    low, high = np.percentile(drawn, _TAILS)
    return float(low), float(high)


def null(key: str, run: Callable[[np.random.Generator], float], runs: int = RUNS) -> Null:
    """Run a null model a few times."""
    random = dice(f"{key} null")
    values = np.array([run(random) for _ in range(runs)])
    return Null(float(values.mean()), float(values.std(ddof=1)) if runs > 1 else 0.0, runs)


def verdict(found: Found) -> Verdict | None:
    """Whether the value lies beyond what its null model and its own interval leave open."""
    if found.null is None:
        return None
    own = 0.0 if found.low is None or found.high is None else (found.high - found.low) / 4
    apart = found.value - found.null.value
    if abs(apart) <= _BEYOND * float(np.hypot(own, found.null.spread)):
        return Verdict.LIKE
    return Verdict.ABOVE if apart > 0 else Verdict.BELOW
