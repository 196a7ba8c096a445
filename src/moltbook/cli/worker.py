"""One worker: the ASGI server in a process of its own, started by `moltbook up` on a socket it inherits."""

import asyncio
import os
import socket
import sys
from typing import cast

import uvicorn

from moltbook.app import Server
from moltbook.cli.files import RESERVED, fitting, open_files
from moltbook.cli.orphan import die_with_parent
from moltbook.cli.wire import Wire
from moltbook.gateway import Bounds
from moltbook.house.telling import configure_logs
from moltbook.kernel.tallies import Tallies
from moltbook.settings import from_json

# How long a request that is being answered may still take when the server stops.
GRACE_SECONDS = 5


class Uvicorn(uvicorn.Server):
    """uvicorn, which ends the live streams first: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self._moltbook = server

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: streams, then requests, then the parts."""
        await self._moltbook.end_streams()
        await super().shutdown(sockets)


def config_for(server: Server) -> uvicorn.Config:
    """uvicorn as we run it: no per-request log line, no headers that say what runs here."""
    return uvicorn.Config(
        server,
        loop="uvloop",
        http=Wire,
        # A factory serves as well as the class it is meant to be.
        ws=cast("type[asyncio.Protocol]", server.socket),
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )


def main() -> None:
    """Serve until told to stop."""
    die_with_parent()
    configure_logs()
    settings = from_json(os.environ.pop("MOLTBOOK_SETTINGS"))
    dsn = os.environ.pop("MOLTBOOK_DSN")
    inherited = socket.socket(fileno=int(sys.argv[1]))
    # Another starter than `moltbook up` may have no other worker to share it with.
    tallies = Tallies(int(sys.argv[2])) if len(sys.argv) > 2 else Tallies()
    bounds = Bounds()
    files = open_files(bounds.connections + settings.streams + RESERVED)
    settings, bounds = fitting(settings, bounds, files)
    server = Server(settings, dsn, tallies)
    server.bounds = bounds
    uvicorn_server = Uvicorn(config_for(server), server)
    uvicorn_server.run(sockets=[inherited])


if __name__ == "__main__":
    main()
