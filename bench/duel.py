"""The duel: ours and the rival in turn, again and again, so that what drifts on a shared machine drifts for both."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

import msgspec

from bench.load import quantile_ms
from bench.stage import Measured, Process, Stage


class Side(msgspec.Struct, frozen=True):
    """What one of the two did: the median of its turns, and the latencies of all of them."""

    per_second: float
    turns_per_second: list[float]
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float
    load_us: float
    answers: int
    refused: int
    broken: int
    megabytes_per_second: float


class Duel(msgspec.Struct, frozen=True):
    """One path at one number of connections."""

    name: str
    connections: int
    ours: Side
    raw: Side

    @property
    def ratio(self) -> float:
        """Ours as a share of the raw limit."""
        return self.ours.per_second / self.raw.per_second


class Match(msgspec.Struct, frozen=True):
    """What to send to each; nothing means the mixture of writes."""

    name: str
    ours: list[bytes] = []
    raw: list[bytes] = []


def fight(stage: Stage, match: Match, connections: int, turns: int, seconds: float) -> Duel:
    """Measure both in turn."""
    ours: list[Measured] = []
    raw: list[Measured] = []
    for turn in range(turns):
        order: list[tuple[list[Measured], Process, list[bytes]]] = [
            (ours, stage.ours, match.ours),
            (raw, stage.rival, match.raw),
        ]
        # A B B A: whoever comes second may find the disk or the caches changed.
        for into, server, requests in order if turn % 2 == 0 else reversed(order):
            into.append(stage.measure(server, connections, seconds, requests))
    return Duel(match.name, connections, _side(ours), _side(raw))


def _side(turns: Sequence[Measured]) -> Side:
    count = sum(turn.tally.count for turn in turns)
    seconds = sum(turn.tally.seconds for turn in turns)
    latencies: Counter[int] = Counter()
    refused = 0
    for turn in turns:
        latencies.update(turn.tally.latencies)
        refused += sum(n for status, n in turn.tally.statuses.items() if status >= 400)
    if not count:
        raise RuntimeError("no answer came back within the measured time")
    each = 1e6 / count
    return Side(
        per_second=median(turn.tally.count / turn.tally.seconds for turn in turns),
        turns_per_second=[turn.tally.count / turn.tally.seconds for turn in turns],
        p50_ms=quantile_ms(latencies, 0.5),
        p99_ms=quantile_ms(latencies, 0.99),
        server_us=sum(turn.server_cpu_seconds for turn in turns) * each,
        postgres_us=sum(turn.postgres_cpu_seconds for turn in turns) * each,
        load_us=sum(turn.tally.cpu_seconds for turn in turns) * each,
        answers=count,
        refused=refused,
        broken=sum(turn.tally.broken for turn in turns),
        megabytes_per_second=sum(turn.tally.received_bytes for turn in turns) / seconds / 1e6,
    )
