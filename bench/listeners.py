"""Listeners: many WebSockets in a process of its own, which count what comes and how late it is.

They read as cheaply as Python can: events are counted by how each begins (no text within an event can begin so, since
quotes are escaped in it), and the age of the first in every piece is taken from its `at`. `python -m bench.listeners`
reads a Crowd from standard input, says "ready" when all have been answered, begins to count at the first further line
and tells what it counted, as a Heard, at the second.
"""

import asyncio
import math
import resource
import sys
import time
from collections import Counter
from datetime import datetime
from typing import cast

import msgspec
import uvloop

from moltbook.cli.orphan import die_with_parent

EVENT = b'{"op":"event",'
AT = b'"at":"'
AT_CHARS = 24
BEAT_SECONDS = 20.0
# Latencies are kept in classes of 2 %, as the load generator's are.
_FINENESS = 50
# So many connections are opened at a time: a listening socket's queue is short.
TOGETHER = 200

HANDSHAKE = (
    b"GET /api/v1/gateway HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Crowd(msgspec.Struct, frozen=True):
    """How many listen where."""

    port: int
    count: int


class Heard(msgspec.Struct, frozen=True):
    """What came to all of them within the measured time; latencies in classes, of the first event in each piece."""

    seconds: float
    cpu_seconds: float
    events: int
    received_bytes: int
    pieces: int
    latencies: dict[int, int]
    # Of single sockets: the fewest and the most.
    fewest: int
    most: int
    closed: int


class Counts:
    """What all listeners count together."""

    def __init__(self) -> None:
        self.running = False
        self.received = 0
        self.pieces = 0
        self.late: list[float] = []
        self.closed = 0
        self.moments: dict[bytes, float] = {}

    def moment(self, at: bytes) -> float:
        """When that was, in seconds; the same few moments come a thousand times."""
        known = self.moments.get(at)
        if known is None:
            if len(self.moments) > 10_000:
                self.moments.clear()
            known = self.moments[at] = datetime.fromisoformat(at.decode()).timestamp()
        return known


class Listener(asyncio.Protocol):
    """One connection."""

    __slots__ = ("_counts", "_tail", "_transport", "events", "ready")

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._tail = b""
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self.events = 0
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do all of this but inherit nothing.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(HANDSHAKE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._counts.closed += 1

    def say(self, text: bytes) -> None:
        """Send a short message; a mask of zeros changes nothing."""
        self._transport.write(b"\x81%c\x00\x00\x00\x00%b" % (0x80 | len(text), text))

    def data_received(self, data: bytes) -> None:
        counts = self._counts
        if counts.running:
            now = time.time()
            counts.received += len(data)
            counts.pieces += 1
            found = data.find(AT)
            if 0 <= found < len(data) - AT_CHARS - len(AT):
                counts.late.append(now - counts.moment(data[found + len(AT) : found + len(AT) + AT_CHARS]))
            data = self._tail + data
            self.events += data.count(EVENT)
            # A beginning that was cut in two is counted with the next piece.
            self._tail = data[1 - len(EVENT) :]
        elif not self.ready.done():
            self._tail += data
            if b'"op":"hello"' in self._tail:
                self._tail = b""
                self.say(b'{"op":"identify"}')
            elif b'"op":"ready"' in self._tail:
                self._tail = b""
                self.ready.set_result(None)

    def begin(self) -> None:
        """Count from now on."""
        self._tail = b""


async def listen(crowd: Crowd) -> Heard:
    """Gather the crowd, count, tell."""
    loop = asyncio.get_running_loop()
    counts = Counts()
    listeners: list[Listener] = []
    while len(listeners) < crowd.count:
        some = [Listener(counts) for _ in range(min(TOGETHER, crowd.count - len(listeners)))]
        for one in some:
            await loop.create_connection(lambda one=one: one, "127.0.0.1", crowd.port)  # type: ignore[misc]
        await asyncio.gather(*(one.ready for one in some))
        listeners += some
    beating = loop.create_task(_beat(listeners))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    cpu, began = _own_cpu(), time.perf_counter()
    for one in listeners:
        one.begin()
    counts.running = True
    await loop.run_in_executor(None, sys.stdin.readline)
    counts.running = False
    seconds, cpu = time.perf_counter() - began, _own_cpu() - cpu
    beating.cancel()
    classes = Counter(int(math.log(max(late * 1e6, 1)) * _FINENESS) for late in counts.late)
    events = [one.events for one in listeners]
    return Heard(
        seconds,
        cpu,
        sum(events),
        counts.received,
        counts.pieces,
        dict(classes),
        min(events),
        max(events),
        counts.closed,
    )


async def _beat(listeners: list[Listener]) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        for one in listeners:
            one.say(b'{"op":"beat"}')


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read who is to listen, do it, tell."""
    die_with_parent()
    crowd = msgspec.json.decode(sys.stdin.readline(), type=Crowd)
    sys.stdout.write(msgspec.json.encode(uvloop.run(listen(crowd))).decode() + "\n")


if __name__ == "__main__":
    main()
