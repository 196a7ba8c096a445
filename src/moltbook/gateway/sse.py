"""Server-sent events: the stream that a browser resumes by itself.

Each message's id is the event's place in the log, so `Last-Event-ID` goes on exactly there: what was missed comes from
the log first, then what happens. A silent stream says every 15 seconds that it is there, and how far it is: one that
hears little need not be searched again from its last event. One that lags by a megabyte, or takes nothing for a
minute, is ended; it comes again and goes on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import asyncpg
import structlog

from moltbook.db.failures import GONE
from moltbook.gateway.ear import Ear
from moltbook.gateway.happening import joined
from moltbook.gateway.hub import Hub
from moltbook.gateway.interests import LetGo
from moltbook.gateway.listeners import Ending

log = structlog.get_logger(__name__)

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
# Who takes nothing for so long is let go; it comes again and goes on.
PATIENCE_SECONDS = 60.0
# Who does not even take the last words is cut off.
GOODBYE_SECONDS = 5.0

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
# The comment opens the stream at once; `retry` spreads returning browsers.
OPENING = b": moltbook\nretry: 3000\n\n"


class Stream:
    """One stream: what was missed, then what happens, until the listener leaves or is let go."""

    def __init__(
        self,
        hub: Hub,
        ear: Ear,
        send: Send,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._hub = hub
        self._ear = ear
        self._send = send
        self._heartbeat_seconds = heartbeat_seconds
        self._patience_seconds = patience_seconds
        self._is_due = False
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, cursor: int, leaving: asyncio.Task[None], headers: list[tuple[bytes, bytes]]) -> None:
        """Send what came after this place in the log, and what comes."""
        await self._send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, *headers]})
        sending = asyncio.create_task(self._follow(cursor))
        self._arm()
        over: set[asyncio.Future[Any]] = {sending, leaving, self._ear.ended}
        try:
            await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.detach(self._ear)
            if self._timer is not None:
                self._timer.cancel()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                last = b": %s\n\n" % self._ear.ended.result().encode() if self._ear.ended.done() else b""
                await self._send({"type": "http.response.body", "body": last, "more_body": False})

    async def _follow(self, cursor: int) -> None:
        try:
            await self._write(OPENING)
            async for found, reached in self._hub.missed(self._ear, cursor):
                if found:
                    await self._write(joined("sse", found))
                elif self._is_due:
                    await self._write(_beat(reached))
            self._hub.attach(self._ear)
            while True:
                data = self._ear.take()
                if data:
                    await self._write(data)
                elif self._is_due:
                    await self._write(_beat(self._hub.position))
                else:
                    await self._ear.wake.wait()
        except LetGo:
            return
        except (*GONE, asyncpg.PostgresError) as error:
            # The stream has begun; it ends, and its browser comes again.
            log.warning("stream cannot go on", error=repr(error))
        # The edge of a stream.
        except Exception:
            log.exception("stream broke")

    async def _write(self, data: bytes) -> None:
        self._is_due = False
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._send({"type": "http.response.body", "body": data, "more_body": True})
        except TimeoutError as error:
            self._ear.end(Ending.TOO_SLOW)
            raise LetGo() from error

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._heartbeat_seconds, self._tick)

    def _tick(self) -> None:
        self._is_due = True
        self._ear.wake.set()
        self._arm()


def _beat(reached: int) -> bytes:
    """A sign of life that moves `Last-Event-ID` and is no event."""
    return b": beat\nid: %d\n\n" % reached
