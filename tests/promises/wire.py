"""Many requests at once over sockets that stay open: a client that costs next to nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager

import msgspec

Asked = tuple[str, str, bytes]


def request(method: str, path: str, key: str = "", body: object = None) -> bytes:
    """The bytes of a request below /api/v1."""
    content = msgspec.json.encode(body) if body is not None else b""
    head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n"
    if key:
        head += f"Authorization: Bearer {key}\r\n"
    return head.encode() + b"\r\n" + content


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Send a request; status and body of its answer."""
        self._writer.write(sent)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        return int(head[9:12]), await self._reader.readexactly(length)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


@asynccontextmanager
async def wires(port: int, count: int) -> AsyncIterator[Sequence[Wire]]:
    """So many connections to a server on the loopback address."""
    made = [Wire(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    try:
        yield made
    finally:
        await asyncio.gather(*(wire.close() for wire in made))


async def together(port: int, requests: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """All requests at once, each on a connection of its own."""
    async with wires(port, len(requests)) as open_wires:
        return await asyncio.gather(*(wire.ask(sent) for wire, sent in zip(open_wires, requests, strict=True)))


async def drive(port: int, requests: Iterable[bytes], see: Callable[[int], None], connections: int = 16) -> None:
    """Send all requests as fast as they are answered over a few connections."""
    rest: Iterator[bytes] = iter(requests)

    async def one(wire: Wire) -> None:
        for sent in rest:
            status, _ = await wire.ask(sent)
            see(status)

    async with wires(port, connections) as open_wires:
        await asyncio.gather(*(one(wire) for wire in open_wires))
