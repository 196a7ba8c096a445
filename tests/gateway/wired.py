"""A server on real sockets within the test's loop, and a standard WebSocket client that speaks the gateway's JSON.

Beside it a follower, whose connection breaks again and again and who goes on where it was.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import msgspec
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage

from moltbook.app import Server
from moltbook.cli.worker import config_for
from moltbook.gateway.audience import KINDS, Audience
from moltbook.log import Entry
from tests.world import Caller

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


class Follower:
    """Assembles what happened for one agent, or for one who watches, over connections that break."""

    def __init__(self, random: Random, agent_id: str = "", key: str = "") -> None:
        self.agent_id = agent_id
        self.events: list[dict[str, Any]] = []
        self.connections = 0
        self._random = random
        self._who = {"key": key} if key else {}
        self._session = ""

    async def follow(self, port: Callable[[], int], last: Callable[[dict[str, Any]], bool]) -> None:
        """Listen until this event came."""
        while not (self.events and last(self.events[-1])):
            try:
                async with talking(port()) as client:
                    self.connections += 1
                    await self._listen(client, last)
            # A server that is starting or was killed; the next one goes on.
            except (ConnectionClosed, InvalidMessage, OSError):
                await asyncio.sleep(0.001)

    async def _listen(self, client: Client, last: Callable[[dict[str, Any]], bool]) -> None:
        seen = self.events[-1]["seq"] if self.events else 0
        session, self._session = self._session, ""
        if session:
            await client.say("resume", session=session, seq=seen, **self._who)
        else:
            await client.say("identify", since=seen, **self._who)
        patience = self._random.choice((1, 2, 5, 20))
        for _ in range(patience):
            message = await client.next()
            if message["op"] == "event":
                self.events.append(message)
                if last(message):
                    return
            elif message["op"] == "ready":
                session = message["session"]
            elif message["op"] == "invalid":
                return
        # Forgetting the session now and then: as after a restart.
        self._session = session if self._random.random() < 0.7 else ""
        if self._random.random() < 0.7:
            client.wire.transport.abort()

    def wrong(self, entries: Iterable[Entry]) -> str:
        """What it heard otherwise than the log tells one with its rights, up to its last; nothing, if all is well."""
        should = [(e.seq, e.kind) for e in entries if e.seq <= self.events[-1]["seq"] and self._may_hear(e)]
        heard = [(event["seq"], event["kind"]) for event in self.events]
        if heard == should:
            return ""
        return (
            f"missing {set(should) - set(heard)}, not to be heard {set(heard) - set(should)}, or out of order: {heard}"
        )

    def _may_hear(self, entry: Entry) -> bool:
        kind = KINDS[entry.kind]
        if kind.audience is Audience.PUBLIC:
            return True
        body = msgspec.json.decode(entry.body)
        return kind.audience is Audience.PERSONAL and self.agent_id in [body[field] for field in kind.named]


async def member(server: Server, name: str) -> tuple[str, str]:
    """A new agent: its id and key."""
    told = (await Caller(server)("POST", "/agents/register", json={"name": name}))["agent"]
    return told["id"], told["api_key"]


async def publish(server: Server, key: str, **more: object) -> str:
    """A post; its id."""
    body = {"title": "T", "submolt_name": "general", **more}
    return (await Caller(server)("POST", "/posts", key=key, json=body))["id"]
