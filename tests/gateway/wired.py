"""A server on real sockets within the test's loop, and a standard WebSocket client that speaks the gateway's JSON."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from moltbook.app import Server
from moltbook.cli.worker import config_for

PATIENCE_SECONDS = 10


@asynccontextmanager
async def listening(server: Server) -> AsyncIterator[int]:
    """The running server behind uvicorn's protocols; its port."""
    config = config_for(server)
    config.load()
    state = ServerState()
    made: Any = config.http_protocol_class
    listener = await asyncio.get_running_loop().create_server(
        lambda: made(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await server.end_streams()
        for connection in [*state.connections]:
            connection.shutdown()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while state.connections:  # noqa: ASYNC110 - as uvicorn waits
                await asyncio.sleep(0.005)


class Client:
    """One end of a conversation with the gateway."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire
        # Every event that came, in order.
        self.events: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.ready: dict[str, Any] = {}

    async def say(self, op: str, **fields: Any) -> None:
        """Send a message."""
        await self.wire.send(msgspec.json.encode({"op": op, **fields}).decode())

    async def next(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message: dict[str, Any] = msgspec.json.decode(await self.wire.recv())
        if message["op"] == "event":
            self.events.append(message)
        elif message["op"] == "answer":
            self.answers.append(message)
        return message

    async def until(self, op: str) -> dict[str, Any]:
        """The next message of this op; events on the way are kept."""
        while (message := await self.next())["op"] != op:
            assert message["op"] in {"event", "resumed"}, message
        return message

    async def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next event of this kind that holds these."""
        while True:
            event = await self.until("event")
            if event["kind"] == kind and fields.items() <= event.items():
                return event

    async def events_until(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """All events up to this one, from the first on."""
        await self.event(kind, **fields)
        return self.events

    async def ask(self, method: str, path: str, body: object = None, **more: Any) -> dict[str, Any]:
        """Act, and wait for the answer."""
        await self.say("act", nonce=path, method=method, path=path, **({} if body is None else {"body": body}), **more)
        answer = await self.until("answer")
        assert answer["nonce"] == path
        return answer

    async def ended(self) -> tuple[int, str]:
        """The code the server ends with, and what it said before."""
        said = ""
        try:
            while True:
                message = await self.next()
                if message["op"] == "invalid":
                    said = message["reason"]
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, "the server vanished without a word"
            return closed.rcvd.code, said


@asynccontextmanager
async def talking(port: int, headers: dict[str, str] | None = None) -> AsyncIterator[Client]:
    """A connection that has heard hello."""
    address = f"ws://127.0.0.1:{port}/api/v1/gateway"
    async with connect(address, additional_headers=headers, proxy=None, max_queue=None) as wire:
        client = Client(wire)
        hello = await client.next()
        assert hello["op"] == "hello"
        yield client


@asynccontextmanager
async def hearing(port: int, **identify: Any) -> AsyncIterator[Client]:
    """A connection that is identified, and ready."""
    async with talking(port) as client:
        await client.say("identify", **identify)
        client.ready = await client.until("ready")
        yield client
