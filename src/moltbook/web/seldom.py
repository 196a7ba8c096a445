"""What a page shows that is dear to find out: asked for at most once in a while, and kept meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

import asyncpg
import structlog

from moltbook.db.failures import GONE

log = structlog.get_logger(__name__)

Found = TypeVar("Found")


class Seldom(Generic[Found]):
    """One such thing. It is found out anew when it is asked for and older than so many seconds.

    Meanwhile who asks is given what is known, unless that is as old again, for nobody asked in between.
    """

    def __init__(self, seconds: float, find: Callable[[], Awaitable[Found]]) -> None:
        self._seconds = seconds
        self._find = find
        self._known: list[Found] = []
        self._at = 0.0
        self._finding: asyncio.Task[None] | None = None

    async def get(self) -> Found:
        """What is known of it."""
        age = monotonic() - self._at
        if self._finding is None and (not self._known or age > self._seconds):
            self._finding = asyncio.create_task(self._find_out(), name="a page's gauge")
        if self._finding is not None and (not self._known or age > 2 * self._seconds):
            await asyncio.shield(self._finding)
        return self._known[0] if self._known else await self._find()

    async def _find_out(self) -> None:
        try:
            self._known = [await self._find()]
        except (*GONE, asyncpg.PostgresError) as error:
            # What is known stays; who has nothing asks for himself, and hears why.
            log.warning("gauge not found out", error=repr(error))
        finally:
            self._at = monotonic()
            self._finding = None
