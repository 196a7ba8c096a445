"""`GET /live/stream`: the wall as server-sent events, a digest a second, the same bytes for all who watch.

Who comes gets the whole digest, then each step; who was too slow for a step gets the whole again, and who takes nothing
for half a minute is let go. Nothing waits for anybody: there is one newest digest and no queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
import msgspec

from moltbook.db.failures import GONE
from moltbook.house import House
from moltbook.kernel.errors import Refusal, Unavailable
from moltbook.submolts import submolt_by_name
from moltbook.web.wall.watch import Watched, wall_of

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

PATIENCE_SECONDS = 30.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
# `retry` spreads browsers that come again.
OPENING = b"retry: 4000\n\n"


class WallStream:
    """The endpoint as an ASGI application."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        except Refusal as refusal:
            await _refuse(refusal, send)
        except (*GONE, asyncpg.PostgresError):
            await _refuse(Unavailable("The database is away."), send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        wall = wall_of(self._house)
        watched = await wall.view(await self._submolt(scope["query_string"]))
        with wall.seat(watched):
            leaving = asyncio.create_task(_gone(receive))
            sending = asyncio.create_task(_send_digests(watched, send))
            try:
                await asyncio.wait({leaving, sending}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                leaving.cancel()
                sending.cancel()
                await asyncio.gather(leaving, sending, return_exceptions=True)

    async def _submolt(self, raw: bytes) -> str:
        """The submolt that is asked for, as it writes itself.

        Raises: NotFound.
        """
        query = dict(parse_qsl(raw.decode("latin-1")))
        name = query.get("submolt", "")
        return (await submolt_by_name(self._house.pool, name)).submolt.name if name else ""


async def _send_digests(watched: Watched, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await _write(send, OPENING + watched.whole)
    sent = watched.number
    while not watched.is_over:
        if sent == watched.number:
            await watched.moved.wait()
            continue
        data = watched.step if sent + 1 == watched.number else watched.whole
        sent = watched.number
        try:
            await _write(send, data)
        except TimeoutError:
            # The connection is not ended but cut: it would not take the end either.
            return
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _write(send: Send, data: bytes) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _refuse(refusal: Refusal, send: Send) -> None:
    body = msgspec.json.encode({"error": refusal.message, "hint": refusal.hint})
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if refusal.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % refusal.retry_after_seconds))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
