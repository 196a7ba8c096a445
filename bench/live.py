"""Live: how soon and how often events reach many WebSockets, and what a silent one costs.

Three questions. Delay: so many acts a second come by HTTP, how old is an event when it arrives? Saturation: as many
events as the listeners can take, beside a bare server that writes the same bytes. Rest: how much memory silence costs.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from websockets.sync.client import connect

from bench import report
from bench.cast import Cast, Size
from bench.fountain import AT_ONCE, ROUNDS
from bench.listeners import Crowd, Heard
from bench.load import quantile_ms
from bench.machine import Flush, Machine, cpu_seconds, flush_of_the_moment
from bench.requests import mixed_writes
from bench.stage import Process, Stage, raised

# A small world: what is delivered does not depend on it.
SIZE = Size(agents=1000, posts=500, comments=2000, votes=1000, thread=100)
LISTENERS = 1000
EVENTS_PER_SECOND = 200
CALLERS = 32
IDLE = 5000
TURNS = 3
TICK_EVENTS = AT_ONCE * ROUNDS

DELAY_P99_MS = 100.0
DELIVERIES_PER_SECOND = 300_000.0
RAW_SHARE = 0.5
IDLE_MB = 400.0


class Delivered(msgspec.Struct, frozen=True):
    """One stretch of delivering."""

    deliveries_per_second: float
    megabytes_per_second: float
    events_per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float
    listener_cores: float


class LiveResults(msgspec.Struct, frozen=True):
    """All of one run."""

    machine: Machine
    mode: str
    flush_before: Flush
    delay: Delivered
    ours: list[Delivered]
    raw: list[Delivered]
    idle_before_mb: float
    idle_mb: float
    promises: list[report.Promise]


def run(console: Console, machine: Machine, folder: Path, seed: int, seconds: float) -> None:
    """Measure, print, keep."""
    with raised(SIZE, seed, worker="bench.fountain") as stage:
        flush = flush_of_the_moment(stage.folder)
        with console.status("Acts by HTTP, a thousand listeners …"):
            delay = _delay(stage, seed, seconds)
        ours, raw = [], []
        with console.status("As many events as can be heard, in turns with the raw limit …"):
            spray = stage.raise_other("bench.spray", {"BENCH_TICK": str(_tick(stage))})
            for _ in range(TURNS):
                ours.append(_saturated(stage.ours, seconds))
                stage.settle()
                # Its events are old ones, so their age says nothing.
                raw.append(msgspec.structs.replace(_saturated(spray, seconds), p50_ms=0.0, p99_ms=0.0))
        with console.status("Thousands who say nothing …"):
            before, after = _idle(stage)
    best, limit = _median(ours), _median(raw)
    kept = [
        _at_most(
            f"delay at {EVENTS_PER_SECOND} events/s to {LISTENERS} sockets, p99 in ms", DELAY_P99_MS, delay.p99_ms
        ),
        _at_least(f"deliveries/s to {LISTENERS} sockets", DELIVERIES_PER_SECOND, best),
        _at_least("deliveries, share of raw", RAW_SHARE, best / limit),
        _at_most(f"worker with {IDLE} silent connections, MB", IDLE_MB, after),
    ]
    results = LiveResults(machine, "live", flush, delay, ours, raw, before, after, kept)
    _show(console, results)
    report.show_promises(console, kept)
    path = folder / f"{machine.at[:10]}-{machine.commit}-live.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    console.print(f"Kept in {path}", highlight=False)


class Crowded:
    """Listeners in a process of their own, all connected."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def begin(self) -> None:
        """Count from now on."""
        self._tell()

    def end(self) -> Heard:
        """What was heard."""
        self._tell()
        assert self._process.stdout is not None
        return msgspec.json.decode(self._process.stdout.readline(), type=Heard)

    def _tell(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()


@contextmanager
def crowd(port: int, count: int) -> Iterator[Crowded]:
    """So many who listen."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.listeners"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(Crowd(port, count)) + b"\n")
        process.stdin.flush()
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the listeners ended early; their reason stands above")
        yield Crowded(process)
    finally:
        process.kill()
        process.wait()


def _delay(stage: Stage, seed: int, seconds: float) -> Delivered:
    with crowd(stage.ours.port, LISTENERS) as listeners:
        asyncio.run(act(stage.ours.port, stage.cast, seed, 1.0))
        listeners.begin()
        before = cpu_seconds(stage.ours.pid)
        asyncio.run(act(stage.ours.port, stage.cast, seed + 1, seconds))
        return _delivered(listeners.end(), cpu_seconds(stage.ours.pid) - before)


def _saturated(server: Process, seconds: float) -> Delivered:
    with crowd(server.port, LISTENERS) as listeners:
        os.kill(server.pid, signal.SIGUSR1)
        time.sleep(1.0)
        listeners.begin()
        before = cpu_seconds(server.pid)
        time.sleep(seconds)
        heard = listeners.end()
        used = cpu_seconds(server.pid) - before
        os.kill(server.pid, signal.SIGUSR2)
        return _delivered(heard, used)


def _delivered(heard: Heard, server_seconds: float) -> Delivered:
    if heard.closed or not heard.fewest:
        raise RuntimeError(f"of the listeners {heard.closed} were closed, and one heard {heard.fewest} events")
    return Delivered(
        heard.events / heard.seconds,
        heard.received_bytes / heard.seconds / 1e6,
        heard.most / heard.seconds,
        quantile_ms(heard.latencies, 0.5) if heard.latencies else 0.0,
        quantile_ms(heard.latencies, 0.99) if heard.latencies else 0.0,
        server_seconds / heard.events * 1e6,
        heard.cpu_seconds / heard.seconds,
    )


async def act(port: int, cast: Cast, seed: int, seconds: float) -> None:
    """Act at a steady pace, whatever is answered and when."""
    following = mixed_writes(cast, seed)
    wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CALLERS)]
    free = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    for wire in wires:
        free.put_nowait(wire)

    async def one() -> None:
        wire = await free.get()
        wire[1].write(following())
        head = await wire[0].readuntil(b"\r\n\r\n")
        await wire[0].readexactly(int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]))
        free.put_nowait(wire)

    loop = asyncio.get_running_loop()
    began = loop.time()
    asked = []
    for number in range(int(EVENTS_PER_SECOND * seconds)):
        await asyncio.sleep(max(0.0, began + number / EVENTS_PER_SECOND - loop.time()))
        asked.append(asyncio.create_task(one()))
    await asyncio.gather(*asked)
    for _, writer in wires:
        writer.close()


def _tick(stage: Stage) -> Path:
    """The bytes of one tick as ours sends them: the fountain's own, as a listener heard them."""
    os.kill(stage.ours.pid, signal.SIGUSR1)
    frames: list[bytes] = []
    with connect(f"ws://127.0.0.1:{stage.ours.port}/api/v1/gateway", proxy=None) as wire:
        wire.send('{"op":"identify"}')
        while len(frames) < TICK_EVENTS:
            text = str(wire.recv())
            if json.loads(text)["op"] == "event":
                frames.append(_framed(text.encode()))
        os.kill(stage.ours.pid, signal.SIGUSR2)
    path = stage.folder / "tick"
    path.write_bytes(b"".join(frames))
    return path


def _framed(text: bytes) -> bytes:
    size = len(text)
    return (b"\x81%c" % size if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")) + text


def _idle(stage: Stage) -> tuple[float, float]:
    worker = stage.raise_worker("moltbook.cli.worker")
    process = psutil.Process(worker.pid)
    before = process.memory_info().rss
    with crowd(worker.port, IDLE):
        return before / 1e6, process.memory_info().rss / 1e6


def _median(some: list[Delivered]) -> float:
    return sorted(one.deliveries_per_second for one in some)[len(some) // 2]


def _at_least(what: str, promised: float, measured: float) -> report.Promise:
    return report.Promise(what, promised, measured, measured >= promised)


def _at_most(what: str, promised: float, measured: float) -> report.Promise:
    return report.Promise(what, promised, measured, measured <= promised)


def _show(console: Console, results: LiveResults) -> None:
    table = Table(title=f"{LISTENERS} WebSockets", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in ("", "events/s", "heard/s", "MB/s", "p50", "p99", "µs each", "client CPU"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True)
    rows = [(f"{EVENTS_PER_SECOND} acts/s", results.delay)]
    rows += [("saturated", one) for one in results.ours] + [("raw", one) for one in results.raw]
    for name, one in rows:
        table.add_row(
            name,
            f"{one.events_per_second:,.0f}",
            f"{one.deliveries_per_second:,.0f}",
            f"{one.megabytes_per_second:,.0f}",
            f"{one.p50_ms:.1f}" if one.p99_ms else "–",
            f"{one.p99_ms:.1f}" if one.p99_ms else "–",
            f"{one.server_us:.2f}",
            f"{one.listener_cores:.2f}",
        )
    console.print(table)
    console.print(
        f"{IDLE} silent connections: {results.idle_before_mb:.0f} MB before, {results.idle_mb:.0f} MB with them."
    )
