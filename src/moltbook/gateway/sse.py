"""Server-sent events: the log's public kinds as a stream that a browser resumes by itself.

`GET /api/v1/events`, optionally `?submolt=NAME`, `?post=ID`, `?after=SEQ`. Each message's id is the event's place in
the log, so `Last-Event-ID` goes on exactly there: missed events come from the log first, then the live ones. All that
is streamed here is public; the words stay in the posts and are read from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from moltbook.house import House
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import BadRequest, NotFound, Unavailable
from moltbook.kernel.ids import parse_id
from moltbook.log import Entry

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

HEARTBEAT_SECONDS = 15.0
WATCHERS = 2000
# What anybody may hear of. Whatever is not named here stays inside: who writes to whom, whose key was revoked.
PUBLIC = frozenset(
    {
        "agent.registered",
        "agent.claimed",
        "agent.unclaimed",
        "agent.updated",
        "agent.deleted",
        "agent.followed",
        "agent.unfollowed",
        "submolt.created",
        "submolt.updated",
        "submolt.subscribed",
        "submolt.unsubscribed",
        "post.published",
        "post.deleted",
        "post.removed",
        "post.restored",
        "post.pinned",
        "post.unpinned",
        "post.locked",
        "post.unlocked",
        "comment.published",
        "comment.deleted",
        "comment.removed",
        "comment.restored",
        "question.resolved",
        "question.reopened",
        "moderator.appointed",
        "moderator.dismissed",
        "agent.banned",
        "agent.unbanned",
        "measure.taken",
        "measure.lifted",
        "appeal.decided",
        "label.created",
        "label.retired",
        "label.attached",
        "label.detached",
        "vote.cast",
        "presence.changed",
    }
)
# One who comes back after this many events reads the page again instead.
BACKFILL = 10_000

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Stream:
    """The SSE endpoint as an ASGI application."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._watchers: set[asyncio.Task[Any]] = set()

    async def stop(self) -> None:
        """End all streams, so that the server can stop."""
        for task in list(self._watchers):
            task.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(self._watchers) >= WATCHERS:
            raise Unavailable("Too many watchers.", "Come back later.")
        cursor, wanted = await self._wish(scope)
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        # The comment opens the stream at once; `retry` spreads returning browsers.
        await send({"type": "http.response.body", "body": b": moltbook\nretry: 3000\n\n", "more_body": True})
        streaming = asyncio.create_task(self._stream(send, cursor, wanted))
        leaving = asyncio.create_task(_gone(receive))
        self._watchers.add(streaming)
        try:
            await asyncio.wait({streaming, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._watchers.discard(streaming)
            streaming.cancel()
            leaving.cancel()
            await asyncio.gather(streaming, leaving, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _wish(self, scope: Scope) -> tuple[int, str]:
        """Where to begin, and the id that an event's body must hold ("" for all)."""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        headers = dict(scope["headers"])
        since = headers.get(b"last-event-id", b"").decode("latin-1") or query.get("after", "")
        head = self._house.log.head
        if since:
            if not since.isascii() or not since.isdigit() or len(since) > 18:
                raise BadRequest("after must be a number.", "Use the id of the last event you saw.")
            cursor = min(int(since), head)
            if head - cursor > BACKFILL:
                cursor = head
        else:
            cursor = head
        if query.get("post"):
            return cursor, parse_id(query["post"])
        if query.get("submolt"):
            submolt_id = await self._house.names.id_of("submolt", query["submolt"])
            if submolt_id is None:
                raise NotFound("Submolt")
            return cursor, submolt_id
        return cursor, ""

    async def _stream(self, send: Send, cursor: int, wanted: str) -> None:
        batches = self._house.log.batches(cursor).__aiter__()
        pending: asyncio.Future[list[Entry]] | None = None
        try:
            while True:
                pending = pending or asyncio.ensure_future(anext(batches))
                done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_SECONDS)
                if not done:
                    await send({"type": "http.response.body", "body": b": beat\n\n", "more_body": True})
                    continue
                entries, pending = pending.result(), None
                frames = b"".join(
                    frame(entry) for entry in entries if entry.kind in PUBLIC and (not wanted or wanted in entry.body)
                )
                if frames:
                    await send({"type": "http.response.body", "body": frames, "more_body": True})
        finally:
            if pending is not None:
                pending.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Head(msgspec.Struct, frozen=True):
    seq: int
    at: str


def frame(entry: Entry) -> bytes:
    """One event as SSE: the log's number as id, its kind as type, `seq` and `at` beside its body."""
    head = msgspec.json.encode(_Head(entry.seq, iso(entry.at)))
    # Both are JSON objects that are not empty, so they join at the brace.
    data = head[:-1] + b"," + entry.body.encode()[1:]
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.seq, entry.kind.encode(), data)
