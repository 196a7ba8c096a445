"""`GET /api/v1/events`: what happens, as a stream that stays open or as one answer that waits.

In this room: the row of this endpoint, which stands beside the table because a stream is no answer; who is let in, and
which of the two ways is wanted. Not here: the stream (sse), the answer that waits (poll).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec

from moltbook.api import Api, Headers, invalid
from moltbook.gateway.ear import Ear
from moltbook.gateway.hub import Hub
from moltbook.gateway.poll import EventsAnswer, await_events
from moltbook.gateway.sse import Stream
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import BadRequest, Invalid, NotFound, TooMany, Unauthorized, Unavailable
from moltbook.kernel.origin import network_of

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

PATH = "/api/v1/events"
STREAM = "text/event-stream"
MOST_SECONDS = 60
# Streams and polls at once: of one agent, and of one network beyond this machine without a key.
OF_AN_AGENT = 5
OF_A_NETWORK = 20
# One place in so many is for those with a key, however many watch.
KEYED_SHARE = 10

# A place in the log, as it is written in a query.
Place = Annotated[int, msgspec.Meta(ge=0, lt=10**18)]

ANSWER = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]

_encode = msgspec.json.Encoder().encode


class TooManyStreams(TooMany):
    """One listens in as many places as one may."""

    message = "You listen too often at once."
    hint = "End another stream or poll first."
    retry_after_seconds = 10


class EventsQuery(msgspec.Struct, frozen=True):
    """From where on, how long to wait and for how many, and what is wished for; `post` is an older name of `thread`."""

    after: Place | None = None
    wait: Annotated[int, msgspec.Meta(ge=0)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    groups: str = ""
    submolt: str = ""
    agent: str = ""
    thread: str = ""
    post: str = ""
    room: str = ""
    only: str = ""


class Events:
    """The endpoint as an ASGI application."""

    def __init__(self, house: House, hub: Hub, api: Api) -> None:
        self._house = house
        self._hub = hub
        self._api = api
        # How many listen, all of them and of each agent and network.
        self._open = 0
        self._counts: Counter[str] = Counter()
        self.row = Endpoint(
            method="GET", path="/events", handle=self.poll, audience=Audience.ANYONE, limit=Limit.READ,
            query=EventsQuery, answer=EventsAnswer, media=(STREAM,),
            refusals=(Invalid, NotFound, Unauthorized, TooManyStreams),
            about="What happens: a stream of server-sent events, or with wait (0-60 seconds) one answer as soon as "
            "something did. With a key also what is for you alone.",
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller, budget = await self._api.let_in(self.row, scope)
        headers = Headers(scope["headers"])
        query = _query(scope["query_string"], headers.get(b"last-event-id"))
        request = Request((), query, None, caller, scope["client"][0] if scope.get("client") else "")
        place = self._seat(request)
        leaving = asyncio.create_task(_gone(receive))
        try:
            if _wants_stream(headers.get(b"accept") or b"", query):
                ear = await self._ear(request, "sse")
                await Stream(self._hub, ear, send).run(self._from(query), leaving, budget)
            else:
                await self._answer(request, leaving, send, budget)
        finally:
            self._leave(place)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)

    def _seat(self, request: Request) -> str:
        """Count one more who listens; answers where.

        Raises: Unavailable, TooManyStreams.
        """
        streams, caller, network = self._house.settings.streams, request.caller, network_of(request.address)
        if self._open >= (streams if caller is not None else streams - streams // KEYED_SHARE):
            raise Unavailable("Too many listen already.", "Come back later.")
        place = f"watcher {network}" if caller is None else f"agent {caller.id}"
        # Whoever watches from this machine is as good as the machine.
        most = OF_AN_AGENT if caller is not None else OF_A_NETWORK if network else streams
        if self._counts[place] >= most:
            raise TooManyStreams()
        self._open += 1
        self._counts[place] += 1
        return place

    def _leave(self, place: str) -> None:
        self._open -= 1
        self._counts[place] -= 1
        if not self._counts[place]:
            del self._counts[place]

    async def poll(self, _house: House, request: Request) -> Ok:
        """What came after a place in the log, or what comes."""
        query: EventsQuery = request.query
        ear = await self._ear(request, "json")
        seconds = min(query.wait or 0, MOST_SECONDS)
        return await await_events(self._hub, ear, self._from(query), query.limit, seconds)

    async def _answer(
        self, request: Request, leaving: asyncio.Task[None], send: Send, budget: list[tuple[bytes, bytes]]
    ) -> None:
        """Answer a poll; whoever leaves before needs no answer."""
        polling = asyncio.create_task(self.poll(self._house, request))
        try:
            await asyncio.wait({polling, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not polling.done():
                return
            body = _encode(polling.result())
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [*ANSWER, *budget, length]})
        await send({"type": "http.response.body", "body": body})

    async def _ear(self, request: Request, framing: str) -> Ear:
        caller = request.caller
        wish = await self._hub.wish(msgspec.to_builtins(request.query), caller.id if caller else None)
        return Ear(caller, wish, framing, network_of(request.address))

    def _from(self, query: EventsQuery) -> int:
        return self._hub.position if query.after is None else query.after


def _query(raw: bytes, last_event_id: bytes | None) -> EventsQuery:
    """The query; a browser that comes again says in a header from where on.

    Raises: Invalid, BadRequest.
    """
    try:
        values = dict(parse_qsl(raw.decode("latin-1"), max_num_fields=50))
        if last_event_id:
            values["after"] = last_event_id.decode("latin-1")
        return msgspec.convert(values, EventsQuery, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except ValueError as error:
        raise BadRequest("The query string cannot be read.", "Send fewer parameters.") from error


def _wants_stream(accept: bytes, query: EventsQuery) -> bool:
    """Whether a stream is wanted; who says nothing gets one, unless it says how long it will wait."""
    return STREAM.encode() in accept or (query.wait is None and b"application/json" not in accept)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
