"""Following the log: back-fill from the table, cut over to live, never skip, never repeat.

`events.seq` has no gaps and grows in commit order (db.commit), so "everything after my cursor" is a complete answer at
any moment. The newest events are kept in a ring: those of this process are handed over by its Committer after the
commit, those of others are read once by a listener. Followers whose cursor lies inside the ring are served from memory,
the others from the table until they have caught up.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import structlog

from moltbook.db.world import Told
from moltbook.kernel.ending import is_asked_to_end

log = structlog.get_logger(__name__)

AFTER = """
SELECT seq, at, kind, actor_id, body
FROM events
WHERE seq > $1
ORDER BY seq
LIMIT $2
"""
HEAD = "SELECT seq FROM log_head"

PAGE = 1000
RING = 20_000
# A lost notification must not silence a reader: it looks anyway after this long.
LOOK_SECONDS = 5.0
RETRY_SECONDS = 0.5
# Without an event for so long nobody writes much.
QUIET_SECONDS = 1.0
# A connection whose other end is gone without a word never answers; this long is long for a look.
ANSWER_SECONDS = 30.0


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One event as the log keeps it; `body` is JSON text."""

    seq: int
    at: datetime
    kind: str
    actor_id: str | None
    body: str


class Log:
    """This process's view of the log."""

    def __init__(self, pool: asyncpg.Pool, connect: Callable[[], Any]) -> None:
        self._pool = pool
        self._connect = connect
        # The newest RING entries and some more. A list, for a slice of a deque walks all the way there.
        self._ring: list[Entry] = []
        self._wake = asyncio.Event()
        self._bell = asyncio.Event()
        self._own_pid = 0
        self.task: asyncio.Task[None] | None = None
        self.head = 0
        self._moved = monotonic()

    async def start(self) -> None:
        """Begin to listen."""
        self.head = await self._pool.fetchval(HEAD)
        self.task = asyncio.create_task(self._keep_listening(), name="log listener")

    async def stop(self) -> None:
        """Stop listening; followers end."""
        if self.task is not None:
            self.task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.task

    async def read(self, after: int, limit: int = PAGE) -> list[Entry]:
        """The next events after a cursor, in order."""
        return [Entry(*row) for row in await self._pool.fetch(AFTER, after, limit)]

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has written for a while."""
        return monotonic() - self._moved > QUIET_SECONDS

    def remembers(self, cursor: int) -> bool:
        """Whether all after this cursor is still in memory."""
        return bool(self._ring) and self._ring[0].seq <= cursor + 1

    async def after(self, cursor: int) -> list[Entry]:
        """The next events after a cursor, at most PAGE: from memory where they still are, else from the table."""
        if self.remembers(cursor):
            # Its entries are consecutive, so the position is arithmetic.
            start = cursor + 1 - self._ring[0].seq
            return self._ring[start : start + PAGE]
        return await self.read(cursor) if self.head > cursor else []

    async def batches(self, cursor: int) -> AsyncIterator[list[Entry]]:
        """All events after `cursor`, for ever, in lists of at most PAGE."""
        while True:
            entries = await self.after(cursor)
            if entries:
                cursor = entries[-1].seq
                yield entries
            else:
                wake = self._wake
                if self.head <= cursor:
                    await wake.wait()

    async def follow(self, cursor: int) -> AsyncIterator[Entry]:
        """All events after `cursor`, for ever, one by one."""
        async for entries in self.batches(cursor):
            for entry in entries:
                yield entry

    def hear(self, pid: int, last: int, at: datetime, told: Sequence[Told]) -> None:
        """Take over what this process has just committed: events up to number `last`, written by backend `pid`."""
        self._own_pid = pid
        if not told:
            return
        first = last - len(told) + 1
        if first == self.head + 1:
            self._extend(
                [
                    Entry(seq, event.at or at, event.kind, event.actor_id, bytes(event.body).decode())
                    for seq, event in enumerate(told, first)
                ]
            )
        elif last > self.head:
            # Others have written meanwhile: all of it is read from the table.
            self._bell.set()

    def _extend(self, entries: Iterable[Entry]) -> None:
        self._ring.extend(entries)
        if len(self._ring) > RING + PAGE:
            del self._ring[:-RING]
        self.head = self._ring[-1].seq
        self._moved = monotonic()
        wake, self._wake = self._wake, asyncio.Event()
        wake.set()

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            # The edge of the listener: deaf for ever is worse than any error.
            except (Exception, asyncio.CancelledError) as error:
                if is_asked_to_end():
                    raise asyncio.CancelledError from error
                log.warning("log listener lost its connection", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)

    def _notified(self, _connection: object, pid: int, _channel: str, payload: object) -> None:
        # Own commits are handed over; their notification often arrives first.
        if pid != self._own_pid and int(str(payload)) > self.head:
            self._bell.set()

    async def _listen(self) -> None:
        connection = await self._connect()
        bell = self._bell
        try:
            connection.add_termination_listener(lambda _: bell.set())
            await connection.add_listener("log", self._notified)
            while True:
                bell.clear()
                rows = await connection.fetch(AFTER, self.head, PAGE, timeout=ANSWER_SECONDS)
                # What was handed over in the meantime is there already.
                new = [Entry(*row) for row in rows if row[0] > self.head]
                if new:
                    self._extend(new)
                if len(rows) == PAGE:
                    continue
                # Not wait_for: before Python 3.12 it may swallow the cancellation that stops this task.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await bell.wait()
        finally:
            connection.terminate()
