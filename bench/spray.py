"""The spray: the raw limit of delivering, a bare WebSocket server that writes the same bytes to all, tick by tick.

The same library shakes hands, the same event loop writes, each tick holds as many events as one of ours. Nothing is
read, prepared, joined or decided. SIGUSR1 begins, SIGUSR2 ends.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import cast

import uvloop
from websockets.http11 import Request
from websockets.server import ServerProtocol

from bench.fountain import LOOK_SECONDS, WAITING_BYTES
from moltbook.cli.orphan import die_with_parent

READY = b'\x81\x0e{"op":"ready"}'
HELLO = b'\x81\x0e{"op":"hello"}'


class Bare(asyncio.Protocol):
    """One connection."""

    def __init__(self, all_of_them: set["Bare"]) -> None:
        self._all = all_of_them
        self._conn = ServerProtocol()
        self.transport: asyncio.Transport = cast("asyncio.Transport", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.discard(self)

    def data_received(self, data: bytes) -> None:
        self._conn.receive_data(data)
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._conn.send_response(self._conn.accept(event))
                self.transport.write(b"".join(self._conn.data_to_send()) + HELLO)
            elif self not in self._all:
                self._all.add(self)
                self.transport.write(READY)


async def spray(listeners: set[Bare], tick: bytes) -> None:
    """Write the tick to everybody, again and again."""
    while True:
        for one in list(listeners):
            one.transport.write(tick)
        await asyncio.sleep(0)
        while any(one.transport.get_write_buffer_size() > WAITING_BYTES for one in listeners):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)


async def serve(inherited: socket.socket, tick: bytes) -> None:
    """Let listeners come, and spray when told to."""
    listeners: set[Bare] = set()
    spraying: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, lambda: spraying.append(asyncio.create_task(spray(listeners, tick))))
    loop.add_signal_handler(signal.SIGUSR2, lambda: [task.cancel() for task in spraying])
    server = await loop.create_server(lambda: Bare(listeners), sock=inherited, backlog=2048)
    await server.serve_forever()


def main() -> None:
    """Serve until told to stop."""
    die_with_parent()
    tick = Path(os.environ["BENCH_TICK"]).read_bytes()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(socket.socket(fileno=int(sys.argv[1])), tick))


if __name__ == "__main__":
    main()
