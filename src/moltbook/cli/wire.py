"""The wire: uvicorn's HTTP protocol, except that head and body of an answer leave together.

uvicorn hands them to the socket one after the other, and uvloop sends each at once: two system calls an answer, two
wake-ups of the client. Together they cost as much as half of everything else that happens to a request.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LENGTH = b"content-length: "


class Wire(HttpToolsProtocol):
    """uvicorn's protocol over a corked transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        self._corked = Corked(transport, self.loop)
        super().connection_made(cast("asyncio.Transport", self._corked))

    def on_response_complete(self) -> None:
        """An answer has been written, perhaps without a body."""
        self._corked.flush()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        """The client wants a WebSocket: whoever takes over speaks to the plain transport."""
        self._corked.flush()
        self.transport = self._corked.plain
        super().handle_websocket_upgrade()


class Corked:
    """A transport that keeps what is written until the next write, or until the event loop comes round.

    A head that names the length of its body is kept until that comes or the answer is complete; one will happen.
    """

    __slots__ = ("_kept", "_loop", "plain")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.plain = transport
        self._loop = loop
        self._kept = b""

    def write(self, data: bytes) -> None:
        """Send this together with what was kept, or keep it for a moment."""
        kept = self._kept
        if kept:
            self._kept = b""
            self.plain.write(kept + data)
        else:
            self._kept = data
            if not data.startswith(b"HTTP/1.1 ") or LENGTH not in data:
                self._loop.call_soon(self.flush)

    def close(self) -> None:
        """Send what was kept, then close."""
        self.flush()
        self.plain.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)

    def flush(self) -> None:
        """Send what was kept."""
        kept, self._kept = self._kept, b""
        if kept:
            self.plain.write(kept)
