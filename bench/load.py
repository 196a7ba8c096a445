"""The load generator: a process of its own, so that its work is not counted as the server's.

A closed loop a connection: the next request leaves when the last answer is complete. A response is looked at no more
than counting asks for: status and length. `python -m bench.load` reads a Plan from standard input and answers "begin",
"end" and a Tally.
"""

import asyncio
import math
import resource
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.cast import load
from bench.requests import NextRequest, mixed_writes
from moltbook.cli.orphan import die_with_parent

# Latencies are kept in classes of 2 %.
_FINENESS = 50


class Plan(msgspec.Struct, frozen=True):
    """What to send, where, and for how long. Without requests to repeat it is the mixture of writes of the cast."""

    port: int
    connections: int
    warm_seconds: float
    seconds: float
    requests: list[bytes] = []
    cast: str = ""
    seed: int = 0


class Tally(msgspec.Struct, frozen=True):
    """What came back within the measured time."""

    seconds: float
    cpu_seconds: float
    statuses: dict[int, int]
    received_bytes: int
    latencies: dict[int, int]
    broken: int

    @property
    def count(self) -> int:
        """How many answers."""
        return sum(self.statuses.values())


def quantile_ms(latencies: dict[int, int], share: float) -> float:
    """The latency that this share of the requests stayed within."""
    wanted = share * sum(latencies.values())
    for place in sorted(latencies):
        wanted -= latencies[place]
        if wanted <= 0:
            return math.exp((place + 0.5) / _FINENESS) / 1000
    return math.nan


class _Meter:
    """Counts while the clock of the measurement runs."""

    def __init__(self) -> None:
        self.running = False
        self.statuses: Counter[bytes] = Counter()
        self.received = 0
        self.seconds: list[float] = []
        self.broken = 0


class _Caller(asyncio.Protocol):
    """One connection in its closed loop."""

    def __init__(self, following: NextRequest, meter: _Meter) -> None:
        self._next = following
        self._meter = meter
        self._transport: asyncio.Transport | None = None
        self._sent = 0.0
        self._head = b""
        self._left = 0
        self._status = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do all of this but inherit nothing.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._meter.broken += 1
        self._transport = None

    def close(self) -> None:
        """No more."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def _send(self) -> None:
        if self._transport is not None:
            self._sent = time.perf_counter()
            self._transport.write(self._next())

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
            if self._left > 0:
                return
        else:
            if self._head:
                data = self._head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._head = data
                return
            self._head = b""
            self._status = data[9:12]
            place = data.find(b"content-length: ", 0, end)
            length = int(data[place + 16 : data.find(b"\r", place)])
            self._left = end + 4 + length - len(data)
            if self._meter.running:
                self._meter.received += end + 4 + length
            if self._left > 0:
                return
        meter = self._meter
        if meter.running:
            meter.statuses[self._status] += 1
            meter.seconds.append(time.perf_counter() - self._sent)
        self._left = 0
        self._send()


async def attack(plan: Plan) -> Tally:
    """Carry the plan out."""
    loop = asyncio.get_running_loop()
    meter = _Meter()
    following = _following(plan)
    callers: list[_Caller] = []

    def caller() -> _Caller:
        callers.append(_Caller(following, meter))
        return callers[-1]

    for _ in range(plan.connections):
        await loop.create_connection(caller, "127.0.0.1", plan.port, family=socket.AF_INET)
    await asyncio.sleep(plan.warm_seconds)
    print("begin", flush=True)
    cpu, began = _own_cpu(), time.perf_counter()
    meter.running = True
    await asyncio.sleep(plan.seconds)
    meter.running = False
    seconds, cpu = time.perf_counter() - began, _own_cpu() - cpu
    print("end", flush=True)
    for one in callers:
        one.close()
    classes = Counter(int(math.log(max(s * 1e6, 1)) * _FINENESS) for s in meter.seconds)
    statuses = {int(status): count for status, count in meter.statuses.items()}
    return Tally(seconds, cpu, statuses, meter.received, dict(classes), meter.broken)


def _following(plan: Plan) -> NextRequest:
    if not plan.requests:
        return mixed_writes(load(Path(plan.cast)), plan.seed)
    place = 0

    def following() -> bytes:
        nonlocal place
        place = (place + 1) % len(plan.requests)
        return plan.requests[place]

    return following


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the plan, carry it out, tell."""
    die_with_parent()
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    tally = uvloop.run(attack(plan))
    sys.stdout.buffer.write(msgspec.json.encode(tally) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
