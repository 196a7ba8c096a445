"""The cycle: one request and its answer, which leaves in one piece.

uvicorn looks at every byte of every header, and hands head and body to the socket one after the other, which uvloop
sends at once: two system calls an answer, two wake-ups of the client. Here the head waits for its body, and a header
that was looked at before is not looked at again. What is more than one piece, or strange, takes uvicorn's own way.
"""

import asyncio
from typing import TYPE_CHECKING, cast

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGIReceiveEvent,
        ASGISendCallable,
        ASGISendEvent,
        HTTPResponseStartEvent,
        HTTPScope,
    )

    from moltbook.cli.wire import Wire

LINES_KEPT = 2000
# Header lines that uvicorn would write just so.
_lines: dict[tuple[bytes, bytes], bytes] = {}


class Bell:
    """An asyncio.Event that is made when somebody has to wait: a request whose body is there waits for nothing."""

    __slots__ = ("_event", "rung")

    def __init__(self) -> None:
        self.rung = False
        self._event: asyncio.Event | None = None

    def set(self) -> None:
        """Wake who waits, and let through who comes."""
        self.rung = True
        if self._event is not None:
            self._event.set()

    def clear(self) -> None:
        """Let nobody through."""
        self.rung = False
        if self._event is not None:
            self._event.clear()

    async def wait(self) -> None:
        """Return when it is set."""
        if not self.rung:
            if self._event is None:
                self._event = asyncio.Event()
            await self._event.wait()


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    message_event: Bell  # type: ignore[assignment]

    def __init__(self, wire: "Wire", keep_alive: bool) -> None:
        # uvicorn's takes eleven arguments by name, which costs as much as all of this.
        self.scope = wire.scope
        self.transport = wire.transport
        self.flow = wire.flow
        self.logger = wire.logger
        self.access_logger = wire.access_logger
        self.access_log = wire.access_log
        self.default_headers = wire.server_state.default_headers
        self.message_event = Bell()
        self.on_response = wire.on_response_complete
        self.disconnected = False
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = wire.expect_100_continue
        self.body = bytearray()
        self.more_body = True
        self.response_started = False
        self.response_complete = False
        self.chunked_encoding: bool | None = None
        self.expected_content_length = 0
        self._head: HTTPResponseStartEvent | None = None

    async def run_asgi(self, app: "ASGI3Application") -> None:
        """Answer. An application that did otherwise than it should is uvicorn's to log, and to answer for.

        A client that has not taken what it was sent when the application gives up is cut off: uvicorn would close the
        connection, and the transport then waits for the client for ever.
        """
        result, broken = None, None
        try:
            result = await app(self.scope, self.receive, self.send)  # type: ignore[func-returns-value]
        except BaseException as error:  # noqa: BLE001 - raised again below
            broken = error
        if self.response_complete and broken is None and result is None:
            # It would keep the connection in a circle.
            self.on_response = _nothing
            return
        if self.flow.write_paused and not self.response_complete and not self.disconnected:
            self.disconnected = True
            self.transport.abort()

        async def ended(scope: "HTTPScope", receive: "ASGIReceiveCallable", send: "ASGISendCallable") -> None:
            if broken is not None:
                raise broken
            return result

        await super().run_asgi(cast("ASGI3Application", ended))

    async def receive(self) -> "ASGIReceiveEvent":
        """Hand out at once what is there."""
        if not self.message_event.rung or self.waiting_for_100_continue or self.response_complete or self.disconnected:
            return await super().receive()
        self.flow.resume_reading()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def send(self, message: "ASGISendEvent") -> None:
        """Keep the head until the body comes; write both if they are a whole answer."""
        if message["type"] == "http.response.start" and not self.response_started:
            # A second one is uvicorn's own: the application broke before its body came.
            self._head = message
            return
        head, self._head = self._head, None
        if head is None:
            await super().send(message)
            return
        body = cast("bytes", message.get("body", b""))
        whole = None
        if not message.get("more_body") and not self.flow.write_paused and self.scope["method"] != "HEAD":
            whole = self._whole(head, body)
        if whole is None:
            await super().send(head)
            await super().send(message)
        elif not self.disconnected:
            self.response_started = self.response_complete = True
            self.transport.write(whole)
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()

    def _whole(self, head: "HTTPResponseStartEvent", body: bytes) -> bytes | None:
        """The answer as it goes over the wire; None if there is anything about it that is not plain."""
        parts = [STATUS_LINE[head["status"]]]
        length = -1
        for header in (*self.default_headers, *head.get("headers", ())):
            name, value = header
            if name == b"content-length":
                if not value.isdigit():
                    return None
                length = int(value)
                parts += (b"content-length: ", value, b"\r\n")
                continue
            line = _lines.get(header) or _line(name, value)
            if line is None:
                return None
            parts.append(line)
        if length != len(body):
            return None
        parts += (b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n", body)
        return b"".join(parts)


def _nothing() -> None:
    """What is left to do after an answer."""


def _line(name: bytes, value: bytes) -> bytes | None:
    """A header as a line, if uvicorn would let it pass unchanged."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value) or name in {b"connection", b"transfer-encoding"}:
        return None
    if name != name.lower():
        return None
    if len(_lines) >= LINES_KEPT:
        _lines.clear()
    line = _lines[name, value] = b"%s: %s\r\n" % (name, value)
    return line
