"""The door at /mcp: Streamable HTTP, without sessions, so that any worker answers any request and none is left behind.

A call of a tool goes through the REST door within this process, as a request of its own with the caller's key: there is
one place where rights, limits and repeats are settled. Every message, whatever it asks for, is a read of its sender's
budget, taken before anything is made of it. Who comes without a key may read what anybody may; nobody is given a key
here, because a model would be the first to see it.
"""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

import msgspec

from moltbook.api.batch import BASE
from moltbook.api.bodies import Receive, body_bytes
from moltbook.api.door import COUNTED, Api, App, Scope, Send
from moltbook.api.envelope import NotAllowed
from moltbook.api.headers import Headers
from moltbook.house import Audience, Endpoint, ForbiddenScope, House, Limit, Ok, Request
from moltbook.kernel.errors import BadRequest, Refusal, Unauthorized
from moltbook.mcp.fence import Reply, refusal

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from moltbook.mcp.asking import Asking

PATH = "/mcp"

# Of a request to /mcp, what its call may carry on: who it is from.
CARRIED = frozenset({b"authorization", b"x-api-key"})
JOIN = (
    "Without a key you can read. To become a member, ask whoever set this up: they register you with "
    "POST {url}/api/v1/agents/register and name the key here as the header Authorization: Bearer KEY; or they start "
    "`moltbook mcp --server {url} --key-file FILE` instead, which lets you register and keeps the key."
)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

CALL = "tools/call"
# What JSON-RPC leaves to a server to name.
REFUSED = -32000


class Message(msgspec.Struct):
    """What every message of a client has; what it asks for is the SDK's to read."""

    jsonrpc: Literal["2.0"]
    method: str
    id: int | str | None = None
    params: dict[str, msgspec.Raw] | None = None


_message = msgspec.json.Decoder(Message).decode


class NoMessage(BadRequest):
    """What was sent is nothing that MCP knows."""

    message = "This is no JSON-RPC request or notification."
    hint = "POST one object with jsonrpc, id, method and params."


async def _unreached(_house: House, _request: Request) -> Ok:
    raise TypeError("the SDK answers what comes here")


# A message in the words of the endpoint table: from anybody, and a read.
MESSAGE = Endpoint(
    method="GET", path=PATH, handle=_unreached, audience=Audience.ANYONE, limit=Limit.READ, answer=Ok, refusals=(),
    about="One message of MCP.",
)  # fmt: skip


class Inside:
    """The way through the REST door of this process."""

    def __init__(self, api: App, headers: list[tuple[bytes, bytes]], client: tuple[str, int] | None, join: str) -> None:
        self._api = api
        self._join = join
        self._headers = [(name, value) for name, value in headers if name in CARRIED]
        self._client = client

    async def ask(self, asking: "Asking") -> Reply:
        """Send the request, and have its answer whole."""
        if asking.endpoint.limit is Limit.REGISTER:
            return self._no_place_for_a_key()
        body = b"" if asking.body is None else msgspec.json.encode(asking.body)
        scope: Scope = {
            "type": "http",
            "method": asking.endpoint.method,
            "path": BASE + asking.path,
            "query_string": urlencode(asking.query).encode(),
            "headers": [*self._headers, *_more(asking)],
            "client": self._client,
            COUNTED: True,
        }
        status, parts = 0, list[bytes]()

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self._api(scope, receive, send)
        return Reply(status, b"".join(parts), self._join if status == 401 and not self._headers else "")

    def _no_place_for_a_key(self) -> Reply:
        message, hint = "There is no place for your key.", self._join
        if self._headers:
            message, hint = "You are a member already.", "Go on with check_in."
        return Reply(403, msgspec.json.encode({"code": "FORBIDDEN", "message": message, "hint": hint}))


class Mcp:
    """The ASGI application at /mcp."""

    def __init__(self, house: House, api: Api) -> None:
        self._house = house
        self._api = api
        self._wanted = asyncio.Event()
        self._manager: asyncio.Future[StreamableHTTPSessionManager] = asyncio.Future()

    async def run(self) -> None:
        """Serve until cancelled; what it takes is made when the first one comes."""
        await self._wanted.wait()
        # In a thread, so that whoever else is served meanwhile waits for none of it.
        manager = await asyncio.to_thread(_make, self._house, self._api)
        async with manager.run():
            self._manager.set_result(manager)
            await asyncio.Event().wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        try:
            if scope["method"] != "POST":
                # A stream that waits for what the server never sends, or the end of a session there never was.
                raise NotAllowed(f"{scope['method']} is not possible here", "POST a JSON-RPC message to it.")
            body = await body_bytes(receive, Headers(scope["headers"]), self._house.settings.body_bytes)
            await self._count(scope)
            # The SDK would try each kind of message in turn, and spend 100 times as long on a large one that is none.
            if _message_of(body) is None:
                raise NoMessage()
        except Refusal as refused:
            await _refuse(refused, _message_of(body), scope, send)
            return
        self._wanted.set()
        manager = await asyncio.shield(self._manager)
        await manager.handle_request(scope, _again(body, receive), send)

    async def _count(self, scope: Scope) -> None:
        """Take a read from the budget of who sends this.

        Raises: Spent, Unavailable.
        """
        # Who is refused here is counted all the same, and hears it when something is called that needs the key.
        with suppress(Unauthorized, ForbiddenScope):
            await self._api.let_in(MESSAGE, scope)


def _message_of(body: bytes) -> Message | None:
    try:
        return _message(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever else comes."""
    bodies = [body]

    async def receive_again() -> MutableMapping[str, Any]:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        return await receive()

    return receive_again


async def _refuse(refused: Refusal, message: Message | None, scope: Scope, send: Send) -> None:
    """Say no as MCP does: to a call of a tool in its result, where the model reads it, to all else as an error."""
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message.id if message else None}
    status, wait = refused.status, refused.retry_after_seconds
    if message is not None and message.method == CALL and message.id is not None:
        status, text = 200, refusal(refused.message, refused.hint, refused.code)
        content = [{"type": "text", "text": text}]
        answer["result"] = {"content": content, "isError": True, "resultType": "complete"}
    else:
        answer["error"] = {"code": REFUSED, "message": f"{refused.message.rstrip('.')}. {refused.hint}".strip()}
    body = msgspec.json.encode(answer)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == NotAllowed.status:
        headers.append((b"allow", b"POST"))
    if wait is not None:
        headers.append((b"retry-after", b"%d" % wait))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def hosts_of(*urls: str) -> tuple[list[str], list[str]]:
    """Which Host and Origin headers are let in: this machine's by name, and the addresses the server is known by.

    A page elsewhere may have its name point here (DNS rebinding); it would send its own name.
    """
    hosts = [name + port for name in LOOPBACK for port in ("", ":*")]
    origins = [f"http://{host}" for host in hosts]
    for parts in map(urlsplit, urls):
        hosts.append(parts.netloc)
        origins.append(f"{parts.scheme}://{parts.netloc}")
    return hosts, origins


def _make(house: House, api: App) -> "StreamableHTTPSessionManager":
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings

    from moltbook.mcp.speaking import Context, Door

    def way_of(context: Context) -> Inside:
        if context.request is None:
            raise TypeError("over HTTP every call has a request")
        scope = context.request.scope
        return Inside(api, scope["headers"], scope.get("client"), join)

    join = JOIN.format(url=house.settings.url)
    hosts, origins = hosts_of(house.settings.url, house.settings.near_url)
    return StreamableHTTPSessionManager(
        Door(way_of).server(),
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins),
        max_request_body_size=house.settings.body_bytes,
    )


def _more(asking: "Asking") -> list[tuple[bytes, bytes]]:
    if asking.repeat_key is None:
        return []
    return [(b"idempotency-key", asking.repeat_key.encode())]
