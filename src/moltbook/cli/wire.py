"""The wire: uvicorn's HTTP protocol, at two thirds of its price for a request on a connection that stays.

In this room: the connection, what it reads and how long it waits. Not here: the answer, and why it leaves in one piece
(cycle). Whatever is slow and rare is uvicorn's own.
"""

import asyncio
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from moltbook.cli.cycle import Cycle

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, HTTPScope
    from uvicorn.config import Config
    from uvicorn.server import ServerState


class Wire(HttpToolsProtocol):
    """uvicorn's protocol with our way to wait, to begin and to answer.

    An override repeats what uvicorn does, and leaves out what costs; a test compares the two.
    """

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if config.limit_concurrency is not None or config.root_path or config.reset_contextvars:
            raise ValueError("the wire knows no limit_concurrency, root_path or reset_contextvars")
        super().__init__(config, server_state, app_state, _loop)
        self._idle_since: float | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer, which would keep what it belongs to."""
        super().connection_lost(exc)
        self._disarm()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; it is no longer ours to close."""
        self._disarm()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """Begin to read a request; its scope is made when all of it is known: a dictionary that grows is made twice."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """Begin to answer, or queue behind the request before."""
        parser, url = self.parser, self.url
        method = parser.get_method().decode("ascii")
        if parser.should_upgrade() and self._should_upgrade():
            # More is not asked for on the way over.
            self.scope = cast("HTTPScope", {"method": method, "headers": self.headers})
            return
        if url.startswith(b"/") and b"#" not in url:
            raw_path, _, query = url.partition(b"?")
        else:
            parsed = httptools.parse_url(url)
            raw_path, query = parsed.path, parsed.query or b""
        path = raw_path.decode("ascii")
        version = parser.get_http_version()
        self.scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": cast("str", self.scheme),
            "root_path": "",
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": method,
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
        }
        former, cycle = self.cycle, Cycle(self, version != "1.0" and parser.should_keep_alive())
        self.cycle = cycle
        if former is None or former.response_complete:  # type: ignore[redundant-expr]
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def on_response_complete(self) -> None:
        """Go on with the next request, or wait for it: by one timer a connection, not one a request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._arm(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        """Something came: not idle. The timer runs on, and looks for itself when it ends."""
        self._idle_since = None

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it was idle all the time; if for a part of it, wait for the rest."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._arm(left)
        else:
            super().timeout_keep_alive_handler()

    def _arm(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _disarm(self) -> None:
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
