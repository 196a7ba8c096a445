"""The runner of `moltbook world`: makes a society's lines and sends them through the operator's door.

A process of its own, so that making lines and deciding acts have a core each. It asks where the stream stands, makes
the same lines again without sending those, and goes on; what is on disk it tells its parent, a line of JSON each time.
Nothing is kept: killed at any moment, it is started anew.
"""

import asyncio
import http.client
import importlib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

import msgspec

from moltbook.cli.orphan import die_with_parent


class Source(Protocol):
    """What makes a society's lines."""

    def __call__(self, agents: int, acts: int, seed: int, ends_at: datetime, *, skip: int) -> Iterator[bytes]:
        """All lines after the first `skip`, some together: first one for each agent that registers, then the acts."""


TOLD_SECONDS = 0.2
# How many bytes are written before we wait for the server to have taken them.
WRITTEN_BYTES = 1 << 18


class Errand(msgspec.Struct, frozen=True):
    """Which society to send where."""

    port: int
    key_file: str
    stream: str
    source: str
    agents: int
    acts: int
    seed: int
    ends_at: datetime


class Sent(msgspec.Struct, omit_defaults=True):
    """What is on disk of it, how much of that this runner sent, what it took, and whether that is all."""

    n: int = 0
    agents: int = 0
    own_lines: int = 0
    own_agents: int = 0
    registering_seconds: float = 0.0
    acting_seconds: float = 0.0
    refused: dict[str, int] = {}
    finished: bool = False
    error: str = ""


class Standing(msgspec.Struct, frozen=True):
    """Where the stream stands."""

    n: int


class Told(msgspec.Struct, frozen=True):
    """A line of the door's answer."""

    n: int
    refused: dict[str, int] = {}
    error: dict[str, str] | None = None


class Sender:
    """One connection to the door, written and read at the same time."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._key = Path(errand.key_file).read_text().strip()
        self._refused: Counter[str] = Counter()
        self.sent = Sent()

    async def run(self) -> Sent:
        """Send what is missing; returns how far it came."""
        errand = self._errand
        self.sent.n = stands = self._stands()
        self.sent.agents = min(stands, errand.agents)
        reader, writer = await asyncio.open_connection("127.0.0.1", errand.port)
        head = (
            f"POST /operator/acts HTTP/1.1\r\nHost: 127.0.0.1:{errand.port}\r\nAuthorization: Bearer {self._key}\r\n"
            "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode())
        _put(writer, msgspec.json.encode({"stream": errand.stream, "from": stands + 1}) + b"\n")
        hearing = asyncio.create_task(self._hear(reader))
        try:
            await self._write(writer, stands, hearing)
            await hearing
        finally:
            hearing.cancel()
            writer.close()
        return self.sent

    async def _write(self, writer: asyncio.StreamWriter, stands: int, hearing: "asyncio.Task[None]") -> None:
        errand = self._errand
        source = source_of(errand.source)
        for lines in source(errand.agents, errand.acts, errand.seed, errand.ends_at, skip=stands):
            for start in range(0, len(lines), WRITTEN_BYTES):
                _put(writer, lines[start : start + WRITTEN_BYTES])
                await writer.drain()
            # To drain waits for nobody while there is room; the answers are to be heard nonetheless.
            await asyncio.sleep(0)
            if hearing.done():
                return
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        status = await reader.readline()
        if b" 200 " not in status:
            body = (await reader.read()).partition(b"\r\n\r\n")[2]
            self.sent.error = body.decode(errors="replace")[:500] or "The server closed the connection."
            return
        told_at, since = 0.0, time.monotonic()
        while line := await reader.readline():
            # Between them stand the lengths of chunks and the headers.
            if line == b"0\r\n":
                self.sent.finished = True
                return
            if not line.startswith(b'{"n"'):
                continue
            told = msgspec.json.decode(line, type=Told)
            self._refused.update(told.refused)
            since = self._count(told.n, since)
            if told.error is not None:
                self.sent.error = f"{told.error['message']} {told.error['hint']}"
                return
            if time.monotonic() - told_at > TOLD_SECONDS:
                told_at = time.monotonic()
                self.tell()

    def _count(self, n: int, since: float) -> float:
        """Note how far it came. The time goes to registering and to acting as their lines do; returns when that was."""
        sent, now = self.sent, time.monotonic()
        lines, agents = n - sent.n, min(n, self._errand.agents) - sent.agents
        share = agents / lines if lines else 0.0
        sent.n += lines
        sent.agents += agents
        sent.own_lines += lines
        sent.own_agents += agents
        sent.registering_seconds += (now - since) * share
        sent.acting_seconds += (now - since) * (1 - share)
        return now

    def _stands(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._errand.port, timeout=30)
        path = f"/operator/streams/{self._errand.stream}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {self._key}"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != 200:
            raise OSError(f"the server said {response.status}: {answer[:300].decode(errors='replace')}")
        return msgspec.json.decode(answer, type=Standing).n

    def tell(self) -> None:
        """Tell the parent."""
        self.sent.refused = dict(self._refused)
        print(msgspec.json.encode(self.sent).decode(), flush=True)


def source_of(name: str) -> Source:
    """The function that makes the lines, from MODULE:FUNCTION."""
    module, _, function = name.partition(":")
    return cast("Source", getattr(importlib.import_module(module), function))


def _put(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n" % len(data) + data + b"\r\n")


def main() -> None:
    """Send what an Errand on standard input asks for."""
    die_with_parent()
    sender = Sender(msgspec.json.decode(sys.stdin.buffer.read(), type=Errand))
    try:
        asyncio.run(sender.run())
    except (OSError, asyncio.IncompleteReadError, http.client.HTTPException) as error:
        sender.sent.error = f"The connection broke: {error!r}"
    sender.tell()
    sys.exit(0 if sender.sent.finished else 1)


if __name__ == "__main__":
    main()
