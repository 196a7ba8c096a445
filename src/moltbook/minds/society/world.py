"""A world: registrations first, then act after act, as chunks of lines.

The same arguments give the same bytes. A stream that broke off goes on at any line: what was sent is simulated again
without a word of it being written, which takes about a quarter of the time.
"""

from collections.abc import Iterator
from datetime import datetime

from moltbook.minds.society.lines import Scribe
from moltbook.minds.society.parameters import CALIBRATED, Parameters
from moltbook.minds.society.simulation import Simulation
from moltbook.minds.society.wording import Wording

_AT_ONCE = 4_096


def world(
    agents: int,
    acts: int,
    seed: int,
    ends_at: datetime,
    parameters: Parameters = CALIBRATED,
    *,
    skip: int = 0,
) -> Iterator[bytes]:
    """All lines after the first `skip`, in chunks of whole ones: registrations of ten agents or more, then acts."""
    simulation = Simulation(agents, acts, seed, ends_at, parameters)
    scribe = Scribe(simulation, Wording(simulation))
    left = skip
    for first in range(0, agents, _AT_ONCE):
        until = min(first + _AT_ONCE, agents)
        if left < until - first:
            yield _chunk(scribe.registrations(first + left, until))
        left = max(0, left - (until - first))
    for number in range(simulation.ticks):
        turn = simulation.turn(number)
        size = simulation.size_of(turn)
        if left < size:
            yield _chunk(scribe.turn(turn)[left:])
        left = max(0, left - size)


def _chunk(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
