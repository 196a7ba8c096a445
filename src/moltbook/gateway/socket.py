"""One WebSocket: from bytes to messages and back, as uvicorn's `ws` protocol.

In this room: the handshake, frames and fragments, pings, closing, how much a client may send and may leave unread.
Not here: what the messages mean (session). The protocol itself is the library's; only what we send is written past it,
since frames of events come to many connections as the same bytes.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Never, Protocol, cast

import msgspec
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN, SEND_EOF
from websockets.server import ServerProtocol

from moltbook.api.envelope import refusal_body
from moltbook.gateway.frames import MESSAGE_BYTES, REASONS, Code, told
from moltbook.house import Audience, Endpoint, Limit, Ok
from moltbook.kernel.clock import system_clock
from moltbook.kernel.errors import BadRequest, NotFound, Refusal

GATEWAY = "/api/v1/gateway"
# It would tell of every connection.
LIBRARY = logging.getLogger("moltbook.websockets")
LIBRARY.setLevel(logging.WARNING)
# What may wait unread on the way to a client, beside what one tick brings.
WAITING_BYTES = 1_000_000
# How long the other end may take to answer a close.
CLOSE_SECONDS = 5.0
STOP_SECONDS = 1.0
# Frames of every kind, fragments and pings among them.
FRAMES_A_MINUTE = 1200
# So much is read of what came before it is looked at; in the smallest frames that is less than that minute's.
SLICE_BYTES = 4096
MINUTE = 60.0
# A text or, from clients that know only bytes, the same as bytes; and what continues either.
MESSAGE = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


class Talk(Protocol):
    """Who listens at our end."""

    def hear(self, text: bytes) -> None:
        """A whole message came."""

    def gone(self) -> None:
        """Nothing more will come, and nothing more can be sent."""


# From a peer's address and the headers it sent to who talks with it; None where it was sent away.
Answering = Callable[["Socket", str, list[tuple[bytes, bytes]]], Talk | None]


class Socket(asyncio.Protocol):
    """A connection that was HTTP until a moment ago."""

    __slots__ = (
        "_answering",
        "_began",
        "_conn",
        "_connections",
        "_ending",
        "_fragments",
        "_frames",
        "_loop",
        "_room",
        "_talk",
        "_transport",
        "is_open",
    )

    def __init__(self, answering: Answering, connections: set[Any]) -> None:
        self._answering = answering
        # uvicorn's: it waits for them when it stops.
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._conn = ServerProtocol(max_size=MESSAGE_BYTES, logger=LIBRARY)
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._talk: Talk | None = None
        self._fragments: list[bytes] | None = None
        self._room: asyncio.Future[None] | None = None
        self._ending: asyncio.TimerHandle | None = None
        self._began = self._loop.time()
        self._frames = 0
        self.is_open = False

    # What a session asks for.

    def send(self, frames: bytes) -> None:
        """Send whole frames, joined as they may be."""
        if self.is_open:
            self._transport.write(frames)

    @property
    def waiting_bytes(self) -> int:
        """How much the client has not taken yet, beside what the system keeps for it."""
        return self._transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Wait until the client has taken most of what it was sent."""
        if self._room is not None:
            await self._room

    def wait(self) -> None:
        """Hear nothing more for now."""
        if self.is_open:
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Hear again."""
        if self.is_open:
            self._transport.resume_reading()

    def close(self, code: Code, why: str = "", seconds: float = CLOSE_SECONDS) -> None:
        """Say goodbye; whoever does not answer within so long is cut off."""
        if self._transport.is_closing():
            return
        if self._conn.state is OPEN:
            self._conn.send_close(code, told(why or REASONS[code]))
            self._flush()
            # The answer to a close has to be heard.
            self._transport.resume_reading()
        self._lost_soon(seconds)

    # What uvicorn and the transport ask for.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The bytes are ours from now on."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end is gone."""
        self._connections.discard(self)
        self._end_talk()
        if self._ending is not None:
            self._ending.cancel()
        self.resume_writing()

    def shutdown(self) -> None:
        """The server stops."""
        self.close(Code.STOPPED, seconds=STOP_SECONDS)

    def pause_writing(self) -> None:
        """The client does not keep up for the moment."""
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        """It does again."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        for start in range(0, len(data), SLICE_BYTES):
            self._conn.receive_data(data[start : start + SLICE_BYTES])
            for event in self._conn.events_received():
                if isinstance(event, Request):
                    self._shake_hands(event)
                elif isinstance(event, Frame):
                    self._take(event)
            if self._frames > FRAMES_A_MINUTE:
                self._give_up()
                return
        if self._conn.handshake_exc is not None and self._conn.writes == [SEND_EOF]:
            # The library hangs up on what it cannot read, without a word.
            self._transport.write(_refused(_NO_HANDSHAKE, GATEWAY).serialize())
        self._flush()

    def eof_received(self) -> None:
        """The other end sends nothing more; the transport closes."""
        self._conn.receive_eof()

    # How it is done.

    def _shake_hands(self, request: Request) -> None:
        path = request.path.partition("?")[0]
        if path != GATEWAY:
            self._conn.send_response(_refused(NotFound("WebSocket", f"Open {GATEWAY}."), path))
            return
        response = self._conn.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            wrong = BadRequest(str(self._conn.handshake_exc), _HOW)
            self._conn.send_response(_refused(wrong, path))
            return
        self._conn.send_response(response)
        self._flush()
        self.is_open = True
        peer = self._transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.raw_items()]
        self._talk = self._answering(self, address, headers)

    def _take(self, frame: Frame) -> None:
        """A frame, which counts also when nothing is heard any more. The library answers pings, and a close."""
        now = self._loop.time()
        if now - self._began >= MINUTE:
            self._began, self._frames = now, 0
        self._frames += 1
        if self.is_open and frame.opcode in MESSAGE:
            if self._fragments is None:
                self._fragments = []
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                text, self._fragments = b"".join(self._fragments), None
                if self._talk is not None:
                    self._talk.hear(text)

    def _flush(self) -> None:
        """Hand over what the library has to say; it ends with nothing where no more will follow."""
        for part in self._conn.data_to_send():
            if part:
                self._transport.write(part)
            elif self._conn.close_rcvd is not None or self._conn.state is CONNECTING:
                self._transport.close()
            elif self._transport.can_write_eof():
                # What is on its way to us would cut off what we said last.
                self._transport.write_eof()
        if self._conn.state not in (CONNECTING, OPEN) and self.is_open:
            self._lost_soon(CLOSE_SECONDS)

    def _give_up(self) -> None:
        """Say why, and read nothing more; what still comes is thrown away until the connection is cut off."""
        self._conn.fail(Code.TOO_MANY_MESSAGES, told(REASONS[Code.TOO_MANY_MESSAGES]))
        self._flush()

    def _lost_soon(self, seconds: float) -> None:
        self._end_talk()
        if self._ending is not None:
            self._ending.cancel()
        self._ending = self._loop.call_later(seconds, self._transport.abort)

    def _end_talk(self) -> None:
        self.is_open = False
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.gone()


class UpgradeWanted(Refusal):
    """The gateway speaks WebSocket and nothing else."""

    code = "UPGRADE_REQUIRED"
    status = 426
    message = "The gateway speaks WebSocket."
    hint = f"Connect with a WebSocket client to wss://HOST{GATEWAY}, or read GET /api/v1/events instead."


async def upgrade_wanted(*_: object) -> Never:
    """What one is told who comes to the gateway with a plain request."""
    raise UpgradeWanted


# Who may connect, and what that costs.
ROW = Endpoint(
    method="GET", path="/gateway", handle=upgrade_wanted, audience=Audience.ANYONE, limit=Limit.READ, answer=Ok,
    refusals=(UpgradeWanted,), about="A WebSocket: what happens, and acts.",
)  # fmt: skip


# Who may type: whoever may post.
TYPING = msgspec.structs.replace(ROW, method="POST", audience=Audience.KEYED, limit=Limit.FREE)


_HOW = "Use a WebSocket client (RFC 6455, version 13)."
_NO_HANDSHAKE = BadRequest("This is no WebSocket handshake; it has a body, or cannot be read.", _HOW)


def _refused(refusal: Refusal, path: str) -> Response:
    """A handshake's refusal, spelled as everywhere in the API."""
    body = refusal_body(refusal, path, system_clock())
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
    return Response(refusal.status, HTTPStatus(refusal.status).phrase, headers, body)
