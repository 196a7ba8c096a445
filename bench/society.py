"""The statistical society alone, beside its raw limit: `python -m bench.society --agents 1000000 --acts 10000000`.

In this room: acts a second, processor time an act and the most memory, in a process of its own each. The raw limit
draws as many random numbers and joins as many bytes as a line holds, and decides nothing.
"""

import argparse
import hashlib
import multiprocessing
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.machine import Machine, describe
from moltbook.minds.society import world

HERE = Path(__file__).parent
SEED = 20260131
ENDS_AT = datetime(2026, 1, 31, 7, 30, tzinfo=UTC)
# What a tick draws for each act, about: who, which of six candidates, their chances, when, and what is said.
DRAWS = 30
AT_ONCE = 4_096
PROMISED_US = 25.0
PROMISED_BYTES = 3 << 30
_KIB = 1024
console = Console()


class Run(msgspec.Struct, frozen=True):
    """One way through all acts."""

    name: str
    lines: int
    bytes: int
    seconds: float
    cpu_us_an_act: float
    peak_bytes: int
    digest: str


class Results(msgspec.Struct, frozen=True):
    """All of one measurement."""

    machine: Machine
    agents: int
    acts: int
    runs: list[Run]


def ours(agents: int, acts: int, skip: int = 0) -> tuple[int, int, str]:
    """Every line of a world."""
    lines = size = 0
    digest = hashlib.blake2b(digest_size=8)
    for chunk in world(agents, acts, SEED, ENDS_AT, skip=skip):
        lines += chunk.count(b"\n")
        size += len(chunk)
        digest.update(chunk)
    return lines, size, digest.hexdigest()


def skipped(agents: int, acts: int) -> tuple[int, int, str]:
    """What a run that broke off before its last line does before it goes on."""
    return ours(agents, acts, agents + acts - 1)


def raw(agents: int, acts: int) -> tuple[int, int, str]:
    """As many random numbers, and lines of the same length out of ready pieces."""
    random = np.random.Generator(np.random.SFC64(SEED))
    pieces = [bytes([97 + n % 26]) * 99 + b"\n" for n in range(256)]
    lines = size = 0
    digest = hashlib.blake2b(digest_size=8)
    while lines < agents + acts:
        count = min(AT_ONCE, agents + acts - lines)
        drawn = random.random((DRAWS, count))
        first, second = (drawn[:2] * 256).astype(np.int64).tolist()
        chunk = b"".join([pieces[one] + pieces[two] for one, two in zip(first, second, strict=True)])
        lines += count
        size += len(chunk)
        digest.update(chunk)
    return lines, size, digest.hexdigest()


def timed(name: str, run: Callable[[int, int], tuple[int, int, str]], agents: int, acts: int) -> Run:
    """Run it in a process of its own, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (name, run, agents, acts))


def _timed(name: str, run: Callable[[int, int], tuple[int, int, str]], agents: int, acts: int) -> Run:
    began, cpu = time.perf_counter(), time.process_time()
    lines, size, digest = run(agents, acts)
    spent = (time.process_time() - cpu) / acts * 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return Run(name, lines, size, time.perf_counter() - began, spent, peak, digest)


def show(runs: list[Run]) -> None:
    """Print the table."""
    table = Table(box=SIMPLE_HEAD)
    for column in ("", "lines", "MB", "seconds", "lines/s", "CPU µs an act", "peak MiB"):
        table.add_column(column, justify="left" if not column else "right")
    for run in runs:
        table.add_row(
            run.name,
            f"{run.lines:,}",
            f"{run.bytes / 1e6:,.0f}",
            f"{run.seconds:.1f}",
            f"{run.lines / run.seconds:,.0f}",
            f"{run.cpu_us_an_act:.1f}",
            f"{run.peak_bytes / 2**20:,.0f}",
        )
    console.print(table)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.society", description="The statistical society, alone.")
    parser.add_argument("--agents", type=int, default=100_000, help="how many agents (100,000)")
    parser.add_argument("--acts", type=int, default=1_000_000, help="how many acts (1,000,000)")
    options = parser.parse_args()
    machine = describe(HERE.parent)
    console.print(f"{machine.cpu}, {machine.cores} cores, commit {machine.commit}, load {machine.load_before} before")
    runs = []
    for name, run in (("society", ours), ("skipped, as a resumed run does", skipped), ("raw limit", raw)):
        with console.status(f"{name} …"):
            runs.append(timed(name, run, options.agents, options.acts))
    show(runs)
    kept = runs[0].cpu_us_an_act <= PROMISED_US and runs[0].peak_bytes <= PROMISED_BYTES
    console.print(f"Promised: ≤ {PROMISED_US:g} µs an act, ≤ 3 GiB: {'kept' if kept else 'not kept'}.")
    path = HERE / "results" / f"{machine.at[:10]}-{machine.commit}-society.json"
    results = Results(machine, options.agents, options.acts, runs)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    console.print(f"Kept in {path}", highlight=False)


if __name__ == "__main__":
    main()
