"""The REST door: from bytes to an endpoint's handler and back.

A plain ASGI application: the way from the socket to the slice is the hottest path of the server, so it has no
middleware and does nothing twice. First pages that everybody reads are answered from bytes before anything is routed.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import structlog

from moltbook.api.callers import Callers
from moltbook.api.envelope import Broken, NotAllowed, TooLarge, refusal_body
from moltbook.api.limits import Budgets, Spent
from moltbook.api.router import Router
from moltbook.api.table import ENDPOINTS
from moltbook.db.commit import GONE
from moltbook.feeds import Encoded, PageCache
from moltbook.house import Audience, Caller, Endpoint, House, Limit, Request
from moltbook.kernel.errors import BadRequest, Invalid, NotFound, Refusal, Unauthorized, Unavailable
from moltbook.log import Entry
from moltbook.verification import ensure_not_suspended

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

App = Callable[[Scope, Receive, Send], Awaitable[None]]

BASE = "/api/v1"
JSON = (b"content-type", b"application/json")
# Nothing of the API is for a page of another origin, and nothing in it is ever a document.
SAFE = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
CACHED = (b"cache-control", b"no-cache")
VARY = (b"vary", b"accept-encoding")
LOCAL = frozenset({"127.0.0.1", "::1"})

# What a suspended agent may not do.
WRITING = frozenset({Limit.WRITE, Limit.VERIFY})

_encode = msgspec.json.Encoder().encode
_Decode = Callable[[bytes], Any]


class Api:
    """The ASGI application below /api/v1."""

    def __init__(self, house: House, pages: PageCache) -> None:
        self._house = house
        self._pages = pages
        self._router = Router(ENDPOINTS)
        self._decoders: dict[int, _Decode] = {
            id(endpoint): msgspec.json.Decoder(endpoint.body).decode for endpoint in ENDPOINTS if endpoint.body
        }
        self.callers = Callers(house)
        self._budgets = Budgets(house.settings.limits, house.settings.workers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _Headers(scope["headers"])
        budget: list[tuple[bytes, bytes]] = []
        try:
            status, body, extra = await self._answer(scope, receive, headers, budget)
        except Refusal as refusal:
            status, (body, extra) = refusal.status, self._refusal(refusal, scope)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [*extra, *budget, (b"content-length", b"%d" % len(body))],
            }
        )
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def hear(self, entries: Sequence[Entry]) -> None:
        """Who calls is remembered; forget it when a key or an agent's standing changed."""
        if any(entry.kind.startswith("key.") or entry.kind == "agent.suspended" for entry in entries):
            self.callers.forget()

    async def guarded(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Run another application of this door: its refusals are spelled as ours, as long as it has not begun."""
        try:
            if scope["method"] != "GET":
                raise NotAllowed(f"{scope['method']} is not possible here", "Use GET.")
            await app(scope, receive, send)
        except Refusal as refusal:
            await self._refuse(refusal, scope, send)
        except GONE as error:
            log.warning("database away", path=scope["path"], error=repr(error))
            await self._refuse(Unavailable("The database is away."), scope, send)

    async def _refuse(self, refusal: Refusal, scope: Scope, send: Send) -> None:
        body, headers = self._refusal(refusal, scope)
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self, refusal: Refusal, scope: Scope) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        body = refusal_body(refusal, scope["path"], self._house.clock())
        wait = refusal.retry_after_seconds
        return body, [JSON, *SAFE, *([(b"retry-after", b"%d" % wait)] if wait is not None else [])]

    async def _answer(
        self, scope: Scope, receive: Receive, headers: "_Headers", budget: list[tuple[bytes, bytes]]
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        path: str = scope["path"]
        method: str = scope["method"]
        found = self._router.find(path[len(BASE) :])
        if found is None:
            raise NotFound("Endpoint", f"Look it up in {self._house.settings.url}/docs.")
        methods, values = found
        endpoint = methods.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            raise NotAllowed(f"{method} is not possible here", f"Use {' or '.join(sorted(methods))}.")
        address = scope["client"][0] if scope.get("client") else ""
        caller = await self._caller(endpoint, headers)
        self._spend(endpoint, caller, address, budget)
        if caller is not None and caller.suspended_until is not None and endpoint.limit in WRITING:
            ensure_not_suspended(caller.suspended_until, caller.offences, caller.reason, self._house.clock())
        query_string: bytes = scope["query_string"]
        if not caller and endpoint.path == "/posts" and method in {"GET", "HEAD"}:
            page = await self._first_page(query_string, endpoint)
            if page is not None:
                return _encoded(page, headers)
        query = _query(endpoint, query_string)
        body = None
        if endpoint.body is not None:
            body = _body(self._decoders[id(endpoint)], await self._read(receive, headers))
        try:
            answer = await endpoint.handle(self._house, Request(values, query, body, caller, address))
        except Refusal:
            raise
        except GONE as error:
            log.warning("database away", path=path, error=repr(error))
            raise Unavailable("The database is away.") from error
        except Exception as error:
            log.exception("request failed", method=method, path=path)
            raise Broken() from error
        return endpoint.status, _encode(answer), [JSON, *SAFE]

    async def _first_page(self, query_string: bytes, endpoint: Endpoint) -> Encoded | None:
        """The first page of a public feed, from bytes, for the parameters nearly everybody sends."""
        key = FIRST_PAGES.get(query_string)
        if key is None:
            return None

        async def build() -> bytes:
            query = msgspec.convert({"sort": key}, endpoint.query, strict=False)
            return _encode(await endpoint.handle(self._house, Request((), query, None, None, "")))

        return self._pages.fresh(("api", key)) or await self._pages.get(("api", key), build)

    async def _caller(self, endpoint: Endpoint, headers: "_Headers") -> Caller | None:
        key = headers.key()
        if key is None:
            if endpoint.audience is Audience.ANYONE:
                return None
            raise Unauthorized()
        if endpoint.limit is Limit.REGISTER:
            return None
        return await self.callers.find(key)

    def _spend(self, endpoint: Endpoint, caller: Caller | None, address: str, into: list[tuple[bytes, bytes]]) -> None:
        if endpoint.limit is Limit.FREE or (endpoint.limit is Limit.REGISTER and address in LOCAL):
            return
        try:
            budget = self._budgets.spend(endpoint.limit, caller.id if caller else address)
        except Spent as spent:
            into += spent.budget.headers()
            raise
        if budget is not None:
            into += budget.headers()

    async def _read(self, receive: Receive, headers: "_Headers") -> bytes:
        limit = self._house.settings.body_bytes
        length = headers.get(b"content-length")
        if length is not None and (not length.isdigit() or len(length) > 18 or int(length) > limit):
            raise TooLarge(f"The body is larger than {limit:,} bytes", "Send less.")
        message = await receive()
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise TooLarge(f"The body is larger than {limit:,} bytes", "Send less.")
        if not message.get("more_body"):
            return body
        parts = [body]
        size = len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BadRequest("The request ended early.", "Send the whole body.")
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise TooLarge(f"The body is larger than {limit:,} bytes", "Send less.")
            parts.append(part)
        return b"".join(parts)


class _Headers:
    """The few headers that matter here."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = raw

    def get(self, name: bytes) -> bytes | None:
        for key, value in self._raw:
            if key == name:
                return value
        return None

    def key(self) -> str | None:
        """The API key, from Authorization or X-API-Key."""
        for name, value in self._raw:
            if name == b"authorization":
                scheme, _, key = value.partition(b" ")
                if scheme.lower() == b"bearer" and key.strip():
                    return key.strip().decode("latin-1")
                raise Unauthorized("Authorization must be 'Bearer YOUR_KEY'.")
            if name == b"x-api-key" and value.strip():
                return value.strip().decode("latin-1")
        return None


# Query strings that mean the first page of a public feed, spelled as clients spell them.
FIRST_PAGES = {
    b"": "hot",
    **{b"sort=" + sort: sort.decode() for sort in (b"hot", b"new", b"top", b"rising")},
    **{b"sort=" + sort + b"&limit=25": sort.decode() for sort in (b"hot", b"new", b"top", b"rising")},
    **{b"limit=25&sort=" + sort: sort.decode() for sort in (b"hot", b"new", b"top", b"rising")},
}


def _encoded(page: Encoded, headers: _Headers) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """The page in a coding the client accepts, or 304 if it has it."""
    base = [JSON, CACHED, VARY, (b"etag", page.etag)]
    if headers.get(b"if-none-match") == page.etag:
        return 304, b"", base
    accepted = headers.get(b"accept-encoding") or b""
    if b"br" in accepted:
        return 200, page.br, [*base, (b"content-encoding", b"br")]
    if b"gzip" in accepted:
        return 200, page.gzip, [*base, (b"content-encoding", b"gzip")]
    return 200, page.identity, base


def _query(endpoint: Endpoint, raw: bytes) -> Any:
    if endpoint.query is None:
        return None
    try:
        values = dict(parse_qsl(raw.decode("ascii"), max_num_fields=50)) if raw else {}
        if any("\x00" in value for value in values.values()):
            raise ValueError("NUL")
        return msgspec.convert(values, endpoint.query, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except ValueError as error:
        raise BadRequest("The query string cannot be read.", "Encode its values as UTF-8 percent escapes.") from error


def _body(decode: _Decode, raw: bytes) -> Any:
    try:
        return decode(raw or b"{}")
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.", "Send one JSON object in UTF-8.") from error


def invalid(error: msgspec.ValidationError) -> Invalid:
    """A validation failure with the field it is about: "Expected `str`, got `int` - at `$.title`"."""
    text, _, where = str(error).partition(" - at `$.")
    field = where.rstrip("`")
    if field:
        text = f"{field}: {text}"
    return Invalid(text, "Correct this field and send it again.", errors=[{"field": field, "message": text}])
