"""A stage: the whole network in one process, under a clock that whoever holds the stage moves.

In this room: the house with its API door, asked without a socket, and its readers, which catch up when told to. Days
pass in it as fast as the machine can act them, and ids follow from its time: the same play is the same every time.
Nothing of the network is replaced.
Not here: who plays (lab.experiment), the server that people use (app).
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import asyncpg

from moltbook.api import Api
from moltbook.app import kept_readers, open_house
from moltbook.db.pool import connect
from moltbook.feeds import PageCache
from moltbook.house import House
from moltbook.kernel.ids import numbered_id
from moltbook.log import Reader
from moltbook.log.reader import step
from moltbook.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
"""What a client calls the stage; nobody listens there."""


class Stage:
    """One network on one database. `api` is an ASGI application for a client's transport."""

    def __init__(self, house: House, readers: list[tuple[Reader, asyncpg.Connection]]) -> None:
        self._house = house
        self._readers = readers
        self._cursors = dict.fromkeys((reader.name for reader, _ in readers), 0)
        self._pages = PageCache()
        self.api = Api(house, self._pages)

    async def settle(self) -> None:
        """Let everything that follows from what was written come to pass: ranks, notifications, feeds."""
        for reader, connection in self._readers:
            while entries := await self._house.log.read(self._cursors[reader.name]):
                await step(connection, reader, entries)
                self._cursors[reader.name] = entries[-1].seq
        self._pages.forget()


@asynccontextmanager
async def open_stage(settings: Settings, dsn: str, clock: Callable[[], datetime]) -> AsyncIterator[Stage]:
    """Set the stage on a migrated, empty database."""
    async with AsyncExitStack() as stack:
        numbers = itertools.count()
        house = await stack.enter_async_context(
            open_house(settings, dsn, clock, lambda: numbered_id(clock(), next(numbers)))
        )
        readers = []
        for reader in kept_readers(settings):
            connection = await connect(dsn, f"moltbook stage {reader.name}")
            stack.push_async_callback(connection.close)
            readers.append((reader, connection))
        yield Stage(house, readers)
