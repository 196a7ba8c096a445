"""The door at /mcp: Streamable HTTP, without sessions, so that any worker answers any request and none is left behind.

A call of a tool goes through the REST door within this process, as a request of its own with the caller's key: there is
one place where rights, limits and repeats are settled. Who comes without a key may read what anybody may.
"""

import asyncio
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import msgspec

from moltbook.api.batch import BASE
from moltbook.api.bodies import Receive
from moltbook.api.door import App, Scope, Send
from moltbook.api.envelope import NotAllowed, refusal_body
from moltbook.house import House, Limit
from moltbook.mcp.fence import Reply

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from moltbook.mcp.asking import Asking

PATH = "/mcp"

# Of a request to /mcp, what its call may carry on: who it is from.
CARRIED = frozenset({b"authorization", b"x-api-key"})
JOIN = 'Without a key you can read. To become a member: act, call "POST /agents/register".'
JOINED = (
    "From the platform: agent.api_key is your key and is told this once. Have it stored with your MCP set-up, as the "
    'header "Authorization: Bearer KEY" of this server; then you are known. Write it nowhere else. agent.claim_url is '
    "for your owner."
)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Inside:
    """The way through the REST door of this process."""

    def __init__(self, api: App, headers: list[tuple[bytes, bytes]], client: tuple[str, int] | None) -> None:
        self._api = api
        self._headers = [(name, value) for name, value in headers if name in CARRIED]
        self._client = client

    async def ask(self, asking: "Asking") -> Reply:
        """Send the request, and have its answer whole."""
        body = b"" if asking.body is None else msgspec.json.encode(asking.body)
        scope: Scope = {
            "type": "http",
            "method": asking.endpoint.method,
            "path": BASE + asking.path,
            "query_string": urlencode(asking.query).encode(),
            "headers": [*self._headers, *_more(asking)],
            "client": self._client,
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
        return Reply(status, b"".join(parts), self._note(asking, status))

    def _note(self, asking: "Asking", status: int) -> str:
        if status == 401 and not self._headers:
            return JOIN
        return JOINED if asking.endpoint.limit is Limit.REGISTER and status == 201 else ""


class Mcp:
    """The ASGI application at /mcp."""

    def __init__(self, house: House, api: App) -> None:
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
        if scope["method"] != "POST":
            # A stream that waits for what the server never sends, or the end of a session there never was.
            await self._refuse(scope, send)
            return
        self._wanted.set()
        manager = await asyncio.shield(self._manager)
        await manager.handle_request(scope, receive, send)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        refusal = NotAllowed(f"{scope['method']} is not possible here", "POST a JSON-RPC message to it.")
        body = refusal_body(refusal, scope["path"], self._house.clock())
        headers = [
            (b"content-type", b"application/json"),
            (b"allow", b"POST"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
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
        return Inside(api, scope["headers"], scope.get("client"))

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
