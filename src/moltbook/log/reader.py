"""Readers with stored cursors: what keeps derived tables in step with the log.

A reader's effect and its cursor are written in one transaction, so it applies each event exactly once. One process a
cluster runs a reader at a time, held by an advisory lock; another takes over when it goes.
"""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextvars import ContextVar
from time import monotonic
from typing import Any, Protocol, TypeVar

import asyncpg
import structlog

from moltbook.kernel.ending import is_asked_to_end
from moltbook.log.follow import PAGE, Entry, Log

log = structlog.get_logger(__name__)

Item = TypeVar("Item")

CURSOR = "SELECT seq FROM readers WHERE name = $1"
MOVE = """
INSERT INTO readers (name, seq, updated_at)
VALUES ($1, $2, now())
ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at
"""
LAG = "SELECT coalesce(max(r.seq), 0) FROM readers r WHERE r.name = $1"
RETRY_SECONDS = 1.0
GATHERED = 20_000
BREATH = 500
BREATH_SECONDS = 0.002
# Asks whether nobody writes while this reader works: then there is nobody to rest for.
_ALONE: ContextVar[Callable[[], bool]] = ContextVar("alone", default=lambda: False)


class Reader(Protocol):
    """Something that happens when events arrive."""

    name: str
    pause_seconds: float
    # How many events it takes at a time, at most; GATHERED unless they are dear.
    most_events: int

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Forget everything: the log is about to be replayed from 0."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Apply these events, in order, within the caller's transaction."""


class Readers:
    """Runs readers over this process's log."""

    def __init__(self, log: Log, connect: Callable[[], Any], readers: Sequence[Reader]) -> None:
        self._log = log
        self._connect = connect
        self._readers = readers
        self.tasks: list[asyncio.Task[None]] = []
        self.cursors: dict[str, int] = {reader.name: 0 for reader in readers}

    def start(self) -> None:
        """Begin; each reader runs where its lock is free."""
        self.tasks = [asyncio.create_task(self._keep(r), name=f"reader {r.name}") for r in self._readers]

    async def stop(self) -> None:
        """Stop all readers; an unfinished step rolls back."""
        for task in self.tasks:
            task.cancel()
        for task in self.tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _keep(self, reader: Reader) -> None:
        while True:
            try:
                await self._run(reader)
            # The edge of a reader.
            except (Exception, asyncio.CancelledError) as error:
                if is_asked_to_end():
                    raise asyncio.CancelledError from error
                log.warning("reader stumbled", reader=reader.name, error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _run(self, reader: Reader) -> None:
        connection: asyncpg.Connection = await self._connect()
        _ALONE.set(lambda: self._log.is_quiet)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_of(reader.name)):  # noqa: ASYNC110
                await asyncio.sleep(RETRY_SECONDS)
            cursor = await connection.fetchval(CURSOR, reader.name) or 0
            self.cursors[reader.name] = cursor
            gathered: list[Entry] = []
            async for entries in self._log.batches(cursor):
                gathered += entries
                # While more is waiting it is gathered. That makes many changes of a row one, which is what keeps the
                # readers of a busy network cheap; the bound keeps their memory and their transactions small. A page may
                # be full and the last one: whoever waited for another would wait until somebody writes.
                more = len(entries) == PAGE and entries[-1].seq < self._log.head
                if more and len(gathered) < reader.most_events:
                    continue
                await step(connection, reader, gathered)
                reached = self.cursors[reader.name] = gathered[-1].seq
                gathered = []
                # Far behind, and nobody writes: there is nothing to gather that is not there already.
                hurries = self._log.is_quiet and reached < self._log.head
                await asyncio.sleep(0 if hurries else reader.pause_seconds)
        finally:
            connection.terminate()


async def in_breaths(
    items: Sequence[Item], most: int = BREATH, rest_share: float = 0.0
) -> AsyncIterator[Sequence[Item]]:
    """The items in parts of at most so many; between two parts those who write have the processors for themselves.

    Nobody waits for a reader, but whoever writes while it works in one go waits for it. A reader whose work is dear
    rests after every part, for so many times as long as the part took. While nobody writes none rests.
    """
    is_alone = _ALONE.get()
    for start in range(0, len(items), most):
        began = monotonic()
        yield items[start : start + most]
        if is_alone():
            await asyncio.sleep(0)
        elif rest_share or start + most < len(items):
            await asyncio.sleep(max(BREATH_SECONDS, (monotonic() - began) * rest_share))


def lock_of(name: str) -> int:
    """The advisory lock of a reader."""
    return 0x6D6F_0000_0000 + zlib.crc32(name.encode())


async def step(connection: asyncpg.Connection, reader: Reader, entries: Sequence[Entry]) -> None:
    """Apply events and move the cursor in one transaction."""
    async with connection.transaction():
        await reader.apply(connection, entries)
        await connection.execute(MOVE, reader.name, entries[-1].seq)


async def rebuild(connection: asyncpg.Connection, reader: Reader, log: Log) -> int:
    """Replay the whole log through a reader from 0, in one transaction; returns the events read.

    Waits for the reader's lock, so no server may be running this reader meanwhile.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", lock_of(reader.name))
    try:
        async with connection.transaction():
            await reader.reset(connection)
            cursor = 0
            while entries := await log.read(cursor):
                await reader.apply(connection, entries)
                cursor = entries[-1].seq
            await connection.execute(MOVE, reader.name, cursor)
            return cursor
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", lock_of(reader.name))
