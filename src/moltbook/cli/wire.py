"""The wire: uvicorn's HTTP protocol, except that an answer leaves in one piece.

uvicorn looks at every byte of every header, and hands head and body to the socket one after the other, which uvloop
sends at once: two system calls an answer, two wake-ups of the client. Here the head waits for its body, and a header
that was looked at before is not looked at again. What is more than one piece, or strange, takes uvicorn's own way.
"""

from typing import TYPE_CHECKING, cast

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        ASGISendEvent,
        HTTPResponseStartEvent,
        HTTPScope,
    )

LINES_KEPT = 2000
# Header lines that uvicorn would write just so.
_lines: dict[tuple[bytes, bytes], bytes] = {}


class Wire(HttpToolsProtocol):
    """uvicorn's protocol with our way to answer."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        cycle.__class__ = Cycle
        super()._start_asgi_task(cycle, app)


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    _head: "HTTPResponseStartEvent | None" = None

    async def run_asgi(self, app: "ASGI3Application") -> None:
        """Answer; a client that has not taken what it was sent when the application gives up is cut off.

        uvicorn would close the connection, and the transport then waits for the client for ever.
        """

        async def cutting(scope: "HTTPScope", receive: "ASGIReceiveCallable", send: "ASGISendCallable") -> None:
            try:
                await app(scope, receive, send)
            finally:
                if self.flow.write_paused and not self.response_complete and not self.disconnected:
                    self.disconnected = True
                    self.transport.abort()

        await super().run_asgi(cast("ASGI3Application", cutting))

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
