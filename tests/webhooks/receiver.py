"""A receiver of webhooks: a real HTTP server on this machine that keeps what it was sent and answers as it is told."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from standardwebhooks import Webhook

Answer = Callable[["Delivery"], Awaitable[bytes]]


class Delivery(msgspec.Struct, frozen=True):
    """One request."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as data."""
        return msgspec.json.decode(self.body)

    def verified(self, secret: str) -> Any:
        """The body, if a standard client finds the signature right."""
        return Webhook(secret).verify(self.body, self.headers)


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Receiver:
    """Keeps what comes; `script` are the next answers, after them comes 204."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.got: list[Delivery] = []
        self.at_once = self.most_at_once = 0
        self.script: deque[bytes | Answer] = deque()
        self._news: asyncio.Queue[Delivery] = asyncio.Queue()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def next(self) -> Delivery:
        """The next request that was not looked at yet."""
        async with asyncio.timeout(20):
            return await self._news.get()

    async def some(self, count: int) -> list[Delivery]:
        """So many of them."""
        return [await self.next() for _ in range(count)]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            delivery = Delivery(first.split(" ")[1], headers, body)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.got.append(delivery)
            self._news.put_nowait(delivery)
            said = self.script.popleft() if self.script else answer(204)
            writer.write(said if isinstance(said, bytes) else await said(delivery))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_once -= 1
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver(0)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
