"""The import of an archive from its file to the last event.

First the whole file is read, judged and staged; then one transaction makes it part of the world. It works beside a
running server, whose writers wait only while names and events are written at the end.
"""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from moltbook.archive.loading import load_staged
from moltbook.archive.model import Progress, Report
from moltbook.archive.source import open_source
from moltbook.archive.staging import stage
from moltbook.archive.trouble import ImportRunning
from moltbook.db.pool import connect

# Any number that nobody else locks.
_LOCK = 0x6D6F_1A2C


def _say_nothing(_: Progress) -> None:
    pass


async def load(dsn: str, path: Path, *, on_progress: Callable[[Progress], None] = _say_nothing) -> Report:
    """Load an archive into the database; what is there already by its id stays as it is.

    A post's comment_count is the number of its comments that are there, whatever the archive claims. Cancelling it
    leaves nothing behind.

    Raises: ArchiveTrouble of every kind, OSError, asyncpg.PostgresError.
    """
    started = time.monotonic()
    with open_source(path) as source:
        connection = await connect(dsn, "moltbook import")
        try:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                raise ImportRunning("Another import is running on this database.", "Wait until it is done.")
            staged = await stage(connection, source, on_progress)
            loaded = await load_staged(connection, staged, on_progress)
        finally:
            await _leave(connection)
    return Report(
        lines=staged.lines,
        posts=loaded.posts,
        comments=loaded.comments,
        agents=loaded.resolved.agents,
        submolts=loaded.resolved.submolts,
        events=loaded.events,
        skipped_posts=staged.posts - loaded.posts,
        skipped_comments=staged.comments - loaded.comments + staged.repeated,
        skipped_agents=len(staged.census.members) - loaded.resolved.agents,
        skipped_submolts=len(staged.census.places) - loaded.resolved.submolts,
        mended=staged.mended,
        dropped_links=staged.dropped_links,
        renamed=loaded.resolved.renamed,
        seconds=time.monotonic() - started,
    )


async def _leave(connection: asyncpg.Connection) -> None:
    try:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=5)
    finally:
        connection.terminate()
