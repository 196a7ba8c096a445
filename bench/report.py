"""The report: a table for the eye, a file for comparison."""

from pathlib import Path

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.cast import Size
from bench.duel import Duel
from bench.machine import Flush, Machine

WRITES_SHARE = 0.5
READS_SHARE = 0.75
WRITE_P99_MS = 60.0
BUSY = (64, 256)


class Promise(msgspec.Struct, frozen=True):
    """What we promised, and what was measured."""

    what: str
    promised: float
    measured: float
    kept: bool


class Results(msgspec.Struct, frozen=True):
    """All of one run."""

    machine: Machine
    mode: str
    size: Size
    flush_before: Flush
    flush_after: Flush
    duels: list[Duel]
    promises: list[Promise]


def promises(duels: list[Duel]) -> list[Promise]:
    """Hold the promises against the figures."""
    kept: list[Promise] = []
    for duel in duels:
        if duel.connections not in BUSY:
            continue
        at = f"at {duel.connections}"
        if duel.name == WRITES:
            kept.append(_at_least(f"writes, share of raw {at}", WRITES_SHARE, duel.ratio))
            if duel.connections == 256:
                p99 = duel.ours.p99_ms
                kept.append(Promise(f"writes, p99 in ms {at}", WRITE_P99_MS, p99, p99 <= WRITE_P99_MS))
        elif duel.name.startswith("front page"):
            kept.append(_at_least(f"{duel.name}, share of raw {at}", READS_SHARE, duel.ratio))
    return kept


WRITES = "durable mixed writes"


def _at_least(what: str, promised: float, measured: float) -> Promise:
    return Promise(what, promised, measured, measured >= promised)


def show(console: Console, duels: list[Duel]) -> None:
    """Print one path's table; times in ms, CPU of server + PostgreSQL for each operation."""
    table = Table(title=duels[0].name, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in ("conn", "ours/s", "raw/s", "ratio", "p50", "p99", "raw p99", "CPU", "raw CPU"):
        table.add_column(column, justify="right", no_wrap=True)
    for duel in duels:
        ours, raw = duel.ours, duel.raw
        table.add_row(
            f"{duel.connections}",
            f"{ours.per_second:,.0f}",
            f"{raw.per_second:,.0f}",
            f"{duel.ratio:.2f}",
            f"{ours.p50_ms:.1f}",
            f"{ours.p99_ms:.1f}",
            f"{raw.p99_ms:.1f}",
            f"{ours.server_us:.0f}+{ours.postgres_us:.0f}",
            f"{raw.server_us:.0f}+{raw.postgres_us:.0f}",
        )
    console.print(table)


def show_promises(console: Console, kept: list[Promise]) -> None:
    """Print what was promised and whether it is so."""
    table = Table(title="Promises", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in ("what", "promised", "measured", ""):
        table.add_column(column, justify="left" if column in {"what", ""} else "right")
    for promise in kept:
        word = "[green]kept[/]" if promise.kept else "[red]not kept[/]"
        table.add_row(promise.what, f"{promise.promised:g}", f"{promise.measured:.2f}", word)
    console.print(table)


def write(results: Results, folder: Path) -> Path:
    """Keep the results where they can be compared."""
    suffix = "" if results.mode == "full" else f"-{results.mode}"
    path = folder / f"{results.machine.at[:10]}-{results.machine.commit}{suffix}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    return path
