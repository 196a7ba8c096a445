"""What stands at the other end of `/api/v1/events`: a browser that listens, and one who asks and waits."""

import asyncio
from contextlib import asynccontextmanager

import msgspec

from tests.world import Answer


class Watcher:
    """A browser that listens."""

    def __init__(
        self, server, query="", headers=(), method="GET", key=None, accept=b"text/event-stream", address="127.0.0.1"
    ):
        self.sent = asyncio.Queue()
        if key is not None:
            headers = [*headers, (b"authorization", f"Bearer {key}".encode())]
        self._left = asyncio.Event()
        scope = {
            "type": "http", "method": method, "path": "/api/v1/events", "query_string": query.encode(),
            "headers": [(b"accept", accept), *headers], "client": (address, 1),
        }  # fmt: skip
        self.task = asyncio.create_task(server(scope, self._receive, self.sent.put))
        self._text = ""

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def start(self):
        async with asyncio.timeout(20):
            return await self.sent.get()

    async def message(self):
        """The next event: its id and its data."""
        async with asyncio.timeout(20):
            while True:
                frame, found, rest = self._text.partition("\n\n")
                if not found:
                    self._text += (await self.sent.get())["body"].decode()
                    continue
                self._text = rest
                fields = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
                if "data" in fields:
                    return int(fields["id"]), fields.get("event", ""), msgspec.json.decode(fields["data"])

    async def next(self):
        """The next event; None when the stream ends, was refused, or says only that it is there."""
        # Longer than a stream is silent, also on a busy machine.
        async with asyncio.timeout(60):
            while True:
                frame, found, rest = self._text.partition("\n\n")
                if found:
                    self._text = rest
                    fields = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
                    if "data" in fields:
                        return int(fields["id"]), fields["event"], msgspec.json.decode(fields["data"])
                    if frame.startswith(": beat"):
                        return None
                    continue
                message = await self.sent.get()
                if message["type"] != "http.response.start":
                    if not message.get("more_body"):
                        return None
                    self._text += message["body"].decode()

    async def leave(self):
        self._left.set()
        async with asyncio.timeout(20):
            await self.task

    async def over(self):
        """All that still comes until the stream ends."""
        rest = self._text
        async with asyncio.timeout(20):
            while (message := await self.sent.get()).get("more_body"):
                rest += message["body"].decode()
        return rest + message["body"].decode()


@asynccontextmanager
async def watching(server, query="", headers=(), key=None):
    watcher = Watcher(server, query, headers, key=key)
    try:
        assert (await watcher.start())["status"] == 200
        yield watcher
    finally:
        await watcher.leave()


async def member(call, name):
    return (await call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]


async def publish(call, key, submolt="general"):
    answer = await call("POST", "/posts", key=key, json={"title": "T", "submolt_name": submolt})
    return answer["id"]


async def poll(server, query="", key=None, method="GET", headers=()):
    """Ask for events and wait for the answer, as a client does that stays on the line."""
    scope = {
        "type": "http", "method": method, "path": "/api/v1/events", "query_string": query.encode(),
        "headers": [*headers, (b"accept", b"*/*")], "client": ("127.0.0.1", 1),
    }  # fmt: skip
    if key is not None:
        scope["headers"].append((b"authorization", f"Bearer {key}".encode()))
    sent = []

    async def send(message):
        sent.append(message)

    async with asyncio.timeout(30):
        await server(scope, asyncio.Event().wait, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))
