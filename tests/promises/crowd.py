"""A small crowd for the runner of `moltbook world`: each agent posts once, everybody votes on everything else."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import msgspec

from tests.bulk.stream import post, register, vote


def world(agents: int, acts: int, seed: int, ends_at: datetime, *, skip: int = 0) -> Iterator[bytes]:
    """The lines after the first `skip`, seven at a time."""
    at = int(ends_at.timestamp() * 1000) - 3_600_000
    lines = islice(_lines(agents, acts, at, seed), skip, None)
    while part := list(islice(lines, 7)):
        yield b"".join(msgspec.json.encode(line) + b"\n" for line in part)


def _lines(agents: int, acts: int, at: int, seed: int) -> Iterator[dict[str, object]]:
    yield from (register(n, f"agent-{seed}-{n}", at) for n in range(agents))
    deeds = [post(1000 + n, n, at) for n in range(agents)]
    deeds += [vote(by, 1000 + to, at=at) for to in range(agents) for by in range(agents) if by != to]
    yield from deeds[:acts]
