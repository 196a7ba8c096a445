"""The REST door: from bytes to an endpoint's handler and back.

A plain ASGI application: the way from the socket to the slice is the hottest path of the server, so it has no
middleware and does nothing twice. First pages that everybody reads are answered from bytes before anything is routed.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import msgspec
import structlog

from moltbook.api.batch import BASE, BATCH, Asked, BatchAct, Outcome, part_of, together
from moltbook.api.bodies import Receive, body_bytes
from moltbook.api.callers import UnknownKey, agents_behind_keys, apps_behind_keys
from moltbook.api.envelope import Broken, NotAllowed, TooLarge, refusal_body
from moltbook.api.errands import errand_of, repeat_key
from moltbook.api.headers import Headers
from moltbook.api.limits import Budgets, Spent
from moltbook.api.multipart import AROUND_BYTES, boundary_of, read_form
from moltbook.api.reading import Decode, body_of, query_of
from moltbook.api.router import Router
from moltbook.api.table import ENDPOINTS
from moltbook.db.failures import GONE
from moltbook.db.once import ERRAND, Errand, KeepAnswer, KeptRow, Repeated, kept_for
from moltbook.feeds import Encoded, PageCache
from moltbook.house import ALL_SCOPES, Audience, Caller, Endpoint, ForbiddenScope, Handler, House, Limit, Request
from moltbook.identity import MissingAppKey
from moltbook.kernel.errors import NotFound, Refusal, Unauthorized, Unavailable
from moltbook.kernel.origin import is_this_machine, network_of
from moltbook.kernel.tallies import Tallies
from moltbook.log import Entry
from moltbook.verification import Excluded, ensure_not_suspended

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

App = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON = (b"content-type", b"application/json")
# Nothing of the API is for a page of another origin, and nothing in it is ever a document.
SAFE = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
CACHED = (b"cache-control", b"no-cache")
# A reader keeps its own copy and asks whether it still holds.
FRESH = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache")]
REPLAYED = (b"idempotency-replayed", b"true")
VARY = (b"vary", b"accept-encoding")
# What an agent does not do in a batch: registering another, and what applications call.
ALONE = frozenset({Limit.REGISTER, Limit.APP})

# No key, a wrong one, no such address, no such method: who guesses guesses on the budget of an address.
ASTRAY = frozenset({401, 404, 405})
# What a suspended agent may not do.
WRITING = frozenset({Limit.WRITE, Limit.VERIFY})
# After these, beside all about keys, who calls is looked up anew.
STANDING = frozenset({"agent.suspended", "agent.deleted", "measure.taken", "measure.lifted"})

# In the scope of a request that another door hands on: a read was taken from its sender's budget already.
COUNTED = "moltbook.counted"

_encode = msgspec.json.Encoder().encode


class Api:
    """The ASGI application below /api/v1."""

    def __init__(self, house: House, pages: PageCache, tallies: Tallies | None = None) -> None:
        self._house = house
        self._pages = pages
        self._body_bytes = house.settings.body_bytes
        self._router = Router(ENDPOINTS)
        self._decoders: dict[int, Decode] = {
            id(endpoint): msgspec.json.Decoder(endpoint.body).decode for endpoint in ENDPOINTS if endpoint.body
        }
        self.callers = agents_behind_keys(house)
        self.apps = apps_behind_keys(house)
        self._budgets = Budgets(house.settings.limits, tallies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope["headers"])
        budget: list[tuple[bytes, bytes]] = []
        try:
            status, body, extra = await self._answer(scope, receive, headers, budget)
        except Refusal as refusal:
            told = refusal
            if not budget and refusal.status in ASTRAY and COUNTED not in scope:
                told = self._charged(refusal, scope, budget)
            status, (body, extra) = told.status, self._refusal(told, scope)
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
        if any(entry.kind.startswith("key.") or entry.kind in STANDING for entry in entries):
            self.callers.forget()
        if any(entry.kind.startswith("app.") for entry in entries):
            self.apps.forget()

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

    async def let_in(self, endpoint: Endpoint, scope: Scope) -> tuple[Caller | None, list[tuple[bytes, bytes]]]:
        """Who calls what is not in the table: known, counted and allowed to; with the headers that say what is left.

        Raises: Unauthorized, Spent, ForbiddenScope.
        """
        budget: list[tuple[bytes, bytes]] = []
        try:
            caller = await self._caller(endpoint, Headers(scope["headers"]))
            self._spend(endpoint.limit, caller.id if caller else None, _address(scope), budget)
        except Refusal as refusal:
            told = refusal if budget or refusal.status not in ASTRAY else self._charged(refusal, scope, budget)
            raise told from refusal
        _ensure_scope(endpoint, caller)
        return caller, budget

    async def _refuse(self, refusal: Refusal, scope: Scope, send: Send) -> None:
        body, headers = self._refusal(refusal, scope)
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self, refusal: Refusal, scope: Scope) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        body = refusal_body(refusal, scope["path"], self._house.clock())
        wait = refusal.retry_after_seconds
        return body, [JSON, *SAFE, *([(b"retry-after", b"%d" % wait)] if wait is not None else [])]

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Headers, budget: list[tuple[bytes, bytes]]
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
        address = _address(scope)
        caller = await self._caller(endpoint, headers)
        if endpoint.audience is Audience.APP:
            await self._app(headers, address, budget)
        elif endpoint.limit is not Limit.READ or COUNTED not in scope:
            self._spend(endpoint.limit, caller.id if caller else None, address, budget)
        self._may_write(endpoint, caller)
        _ensure_scope(endpoint, caller)
        query_string: bytes = scope["query_string"]
        if not caller and endpoint.path == "/posts" and method in {"GET", "HEAD"}:
            page = await self._first_page(query_string, endpoint)
            if page is not None:
                return _encoded(page, headers)
        raw, boundary = b"", None
        if endpoint.body is not None:
            raw = await body_bytes(receive, headers, self._body_bytes)
        elif endpoint.upload_bytes:
            boundary = boundary_of(headers.get(b"content-type"))
            raw = await body_bytes(receive, headers, endpoint.upload_bytes, AROUND_BYTES)
        if endpoint.method == "GET":
            asked = Asked(path, values, query_string, raw, caller, address, traceless=method == "HEAD")
            body = await self._granted(endpoint, asked)
            if endpoint.limit is Limit.FREE:
                return endpoint.status, body, [JSON, *SAFE]
            return _tagged(endpoint.status, body, headers)
        asked = Asked(path, values, query_string, raw, caller, address, repeat_key(headers), boundary)
        if endpoint is BATCH:
            batch = body_of(self._decoders[id(endpoint)], raw)
            return endpoint.status, _encode(await together(batch, asked, partial(self._one, headers))), [JSON, *SAFE]
        outcome = await self._written(endpoint, asked)
        extra = [JSON, *SAFE]
        if outcome.seq:
            extra.append((b"x-moltbook-seq", b"%d" % outcome.seq))
        if outcome.replayed:
            extra.append(REPLAYED)
        return outcome.status, outcome.body, extra

    async def perform(self, act: BatchAct, headers: Headers, address: str) -> Outcome:
        """One act that came over a live connection, answered as in a batch; without a key as anybody's."""
        try:
            path, asked = part_of(act, address, repeat_key(headers))
        except Refusal as refusal:
            return Outcome(refusal.status, refusal_body(refusal, act.path, self._house.clock()))
        return await self._one(headers, act.method, path, asked)

    async def _one(self, headers: Headers, method: str, path: str, asked: Asked) -> Outcome:
        """One act of a batch: the same table, rights and budgets as a request of its own.

        Who calls is looked up again: an act before it may have ended the key, or suspended its agent.
        """
        try:
            found = self._router.find(path)
            if found is None:
                raise NotFound("Endpoint", f"Look it up in {self._house.settings.url}/docs.")
            methods, values = found
            endpoint = methods.get(method)
            if endpoint is None or endpoint is BATCH or endpoint.upload_bytes or endpoint.limit in ALONE:
                raise NotAllowed(f"{method} {path} is not possible in a batch", "Send it as a request of its own.")
            asked.values = values
            asked.caller = await self._caller(endpoint, headers)
            self._spend(endpoint.limit, asked.caller.id if asked.caller else None, asked.address, [])
            self._may_write(endpoint, asked.caller)
            _ensure_scope(endpoint, asked.caller)
            if endpoint.method == "GET":
                return Outcome(endpoint.status, await self._granted(endpoint, asked))
            return await self._written(endpoint, asked)
        except Refusal as refusal:
            return Outcome(refusal.status, refusal_body(refusal, asked.path, self._house.clock()))

    async def _written(self, endpoint: Endpoint, asked: Asked) -> Outcome:
        """Answer a request that writes; with a key, at most once."""
        errand = errand_of(endpoint, asked)
        if errand.key:
            try:
                kept = await kept_for(self._house.pool, errand.agent_id, errand.key, self._house.clock())
            except GONE as error:
                raise Unavailable("The database is away.") from error
            if kept is not None:
                return await self._repeated(endpoint, asked, errand, kept)
        token = ERRAND.set(errand)
        try:
            body = await self._granted(endpoint, asked)
            if errand.pending:
                await self._house.committer.do_at(KeepAnswer(errand.agent_id, errand.key, body.decode()))
        except Repeated as repeated:
            return await self._repeated(endpoint, asked, errand, repeated.kept)
        finally:
            ERRAND.reset(token)
        return Outcome(endpoint.status, body, errand.reached)

    async def _repeated(self, endpoint: Endpoint, asked: Asked, errand: Errand, kept: KeptRow) -> Outcome:
        """Answer a request that was done before as it was answered then."""
        body, retell = errand.answered(kept, self._house.clock()), endpoint.retell
        if retell is not None:
            body = await self._granted(endpoint, asked, lambda house, request: retell(house, request, body))
        return Outcome(kept.status, body, replayed=True)

    async def _granted(self, endpoint: Endpoint, asked: Asked, handle: Handler | None = None) -> bytes:
        """Let the endpoint's handler answer; what breaks there is our fault, what is away is said to be away."""
        query = query_of(endpoint, asked.query)
        body: Any = None
        if endpoint.body is not None:
            body = body_of(self._decoders[id(endpoint)], asked.raw)
        elif endpoint.upload_bytes:
            body = read_form(asked.raw, asked.boundary or b"")
            if len(body.file) > endpoint.upload_bytes:
                raise TooLarge(f"The file is larger than {endpoint.upload_bytes:,} bytes", "Send a smaller file.")
        try:
            request = Request(asked.values, query, body, asked.caller, asked.address, traceless=asked.traceless)
            return _encode(await (handle or endpoint.handle)(self._house, request))
        except Refusal:
            raise
        except GONE as error:
            log.warning("database away", path=asked.path, error=repr(error))
            raise Unavailable("The database is away.") from error
        except Exception as error:
            log.exception("request failed", method=endpoint.method, path=asked.path)
            raise Broken() from error

    async def _first_page(self, query_string: bytes, endpoint: Endpoint) -> Encoded | None:
        """The first page of a public feed, from bytes, for the parameters nearly everybody sends."""
        key = FIRST_PAGES.get(query_string)
        if key is None:
            return None

        async def build() -> bytes:
            query = msgspec.convert({"sort": key}, endpoint.query, strict=False)
            return _encode(await endpoint.handle(self._house, Request((), query, None, None, "")))

        return self._pages.fresh(("api", key)) or await self._pages.get(("api", key), build)

    async def _caller(self, endpoint: Endpoint, headers: Headers) -> Caller | None:
        key = headers.key()
        if key is None:
            if endpoint.audience in {Audience.ANYONE, Audience.APP}:
                return None
            raise Unauthorized()
        if endpoint.limit is Limit.REGISTER:
            return None
        caller = await self.callers.find(key)
        if caller.until is not None and self._house.clock() >= caller.until:
            raise UnknownKey()
        return caller

    async def _app(self, headers: Headers, address: str, into: list[tuple[bytes, bytes]]) -> None:
        """Let an application in, and take the call from its own budget."""
        key = (headers.get(b"x-moltbook-app-key") or b"").strip().decode("latin-1")
        if not key:
            raise MissingAppKey()
        app_id = self.apps.known(key)
        try:
            if app_id is None:
                # As everywhere, guessing is paid by where it comes from.
                self._spend(Limit.READ, None, address, into)
                app_id = await self.apps.find(key)
                into.clear()
            self._spend(Limit.APP, app_id, address, into)
        except Spent as spent:
            # The word applications know (contract §15).
            spent.extra["error"] = "rate_limit_exceeded"
            raise

    def _charged(self, refusal: Refusal, scope: Scope, into: list[tuple[bytes, bytes]]) -> Refusal:
        """The refusal of one who got as far as nobody's budget: it is paid from that of its network."""
        try:
            self._spend(Limit.READ, None, _address(scope), into)
        except Spent as spent:
            return spent
        return refusal

    def _spend(self, limit: Limit, who: str | None, address: str, into: list[tuple[bytes, bytes]]) -> None:
        """Take a call from the budget of whoever is known by a key, or of the network it comes from.

        Raises: Spent.
        """
        if limit is Limit.FREE or (limit is Limit.REGISTER and is_this_machine(address)):
            return
        try:
            budget = self._budgets.spend(limit, network_of(address) if who is None else who)
        except Spent as spent:
            into += spent.budget.headers()
            raise
        if budget is not None:
            into += budget.headers()

    def _may_write(self, endpoint: Endpoint, caller: Caller | None) -> None:
        if caller is None or (caller.suspended_until is None and caller.banned_at is None) or endpoint.while_suspended:
            return
        if endpoint.limit in WRITING:
            if caller.banned_at is not None:
                raise Excluded(caller.reason)
            ensure_not_suspended(caller.suspended_until, caller.offences, caller.reason, self._house.clock())


# Query strings that mean the first page of a public feed, spelled as clients spell them.
FIRST_PAGES = {
    b"": "hot",
    **{b"sort=" + sort: sort.decode() for sort in (b"hot", b"new", b"top", b"rising")},
    **{b"sort=" + sort + b"&limit=25": sort.decode() for sort in (b"hot", b"new", b"top", b"rising")},
    **{b"limit=25&sort=" + sort: sort.decode() for sort in (b"hot", b"new", b"top", b"rising")},
}


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _encoded(page: Encoded, headers: Headers) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """The page in a coding the client accepts, or 304 if it has it."""
    known = headers.get(b"if-none-match")
    status, body, more = page.fitting(headers.get(b"accept-encoding") or b"", known)
    return status, body, [JSON, CACHED, VARY, *more]


def _tagged(status: int, body: bytes, headers: Headers) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """An answer to a reader with its mark, or 304 if the reader has it already."""
    etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
    extra = [JSON, *FRESH, (b"etag", etag)]
    known = headers.get(b"if-none-match")
    # A proxy that compressed the answer on its way may have made the mark a weak one.
    if known is not None and etag in {mark.strip().removeprefix(b"W/") for mark in known.split(b",")}:
        return 304, b"", extra
    return status, body, extra


def _ensure_scope(endpoint: Endpoint, caller: Caller | None) -> None:
    """Raises: ForbiddenScope where the caller's key does not open this. A batch is looked at act by act."""
    # Nearly every key opens everything, and is known by that without asking for more.
    if caller is None or caller.scopes is ALL_SCOPES or endpoint is BATCH:
        return
    wanted = ALL_SCOPES if endpoint.every_scope else {endpoint.wanted_scope}
    missing = wanted - caller.scopes
    if missing:
        raise ForbiddenScope(min(missing))
