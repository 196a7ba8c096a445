"""`moltbook import`: an archive of the original network becomes part of this world."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from moltbook.cli.options import DEFAULT_DATA, Data, DatabaseUrl, PgBin, console, database
from moltbook.db.embedded import attach_or_start

if TYPE_CHECKING:
    from moltbook.archive import Report


def import_archive(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Threads, one a line: .jsonl, .jsonl.gz or .jsonl.xz.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Load an archive of the original network: all of it, or nothing.

    Ids, authors, times, tallies and karma are kept; its agents become archived members, who are seen and cannot log in.
    Works beside a running server and without one; the same file again changes nothing.
    """
    from moltbook.archive.progress import summary

    if not database_url and not (data / "pg").exists():
        # A world may begin with its history.
        with attach_or_start(data, programs=Path(pg_bin) if pg_bin else None, on_wait=console.print) as dsn:
            report = asyncio.run(_load(dsn, file))
    else:
        with database(data, database_url, pg_bin) as dsn:
            report = asyncio.run(_load(dsn, file))
    Console().print(summary(report))


async def _load(dsn: str, file: Path) -> "Report":
    from moltbook.archive import load
    from moltbook.archive.progress import bar
    from moltbook.db.migrate import upgrade

    await upgrade(dsn)
    with bar(console) as tell:
        return await load(dsn, file, on_progress=tell)
