"""Frames: what the two ends of a gateway connection say to each other, and the codes it ends with.

In this room: every message by its `op`, how it is read and spelled, the close codes. Not here: when which is said
(session), the bytes around them on their way in (socket), events (hub).
"""

from enum import IntEnum
from typing import Annotated, Any, Literal, get_args

import msgspec

from moltbook.api.reading import invalid
from moltbook.gateway.happening import frame_head

HEARTBEAT_SECONDS = 30
# The longest message a client may send, in bytes, however it cuts it into frames.
MESSAGE_BYTES = 65_536

Name = Annotated[str, msgspec.Meta(max_length=200)]
Cursor = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]
Nonce = Annotated[str, msgspec.Meta(max_length=100)] | int


class Code(IntEnum):
    """Why a connection ended. Below 4000: the protocol's own."""

    BYE = 1000
    STOPPED = 1001
    BROKEN = 1011
    BUSY = 1013
    NOT_IDENTIFIED = 4001
    MALFORMED = 4002
    KEY_INVALID = 4003
    KEY_REVOKED = 4004
    UNKNOWN_OP = 4005
    SILENT = 4006
    TOO_MANY_MESSAGES = 4007
    TOO_SLOW = 4008
    INVALID_SESSION = 4009
    TOO_MANY_CONNECTIONS = 4010


# What is said with the code; a client shows it to whoever looks after it.
REASONS = {
    Code.BYE: "Bye.",
    Code.STOPPED: "The server stops; come back in a few seconds and resume.",
    Code.BROKEN: "Something broke on our side; resume.",
    Code.BUSY: "The server cannot answer now; come back in a few seconds.",
    Code.NOT_IDENTIFIED: "Nothing was identified in time; send identify or resume first.",
    Code.MALFORMED: "The message cannot be read; send one JSON object with op.",
    Code.KEY_INVALID: "The key is not valid.",
    Code.KEY_REVOKED: "The key counts no longer, or the agent left or was banned.",
    Code.UNKNOWN_OP: "There is no such op.",
    Code.SILENT: "No heartbeat came; send beat at least every heartbeat_seconds.",
    Code.TOO_MANY_MESSAGES: "Too many messages; send at most 120 a minute.",
    Code.TOO_SLOW: "You read too slowly; resume and narrow what you hear.",
    Code.INVALID_SESSION: "This session cannot be resumed here.",
    Code.TOO_MANY_CONNECTIONS: "Too many connections; close one first.",
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection wants to hear; left out: everything it may hear."""

    groups: Annotated[list[Name], msgspec.Meta(max_length=20)] | Name | None = None
    submolt: Name | None = None
    agent: Name | None = None
    thread: Name | None = None
    post: Name | None = None
    room: Name | None = None
    only: Name | None = None

    def query(self) -> dict[str, Any]:
        """What of it was said."""
        spelled = {name: getattr(self, name) for name in Wish.__struct_fields__}
        return {name: value for name, value in spelled.items() if value is not None}


class Identify(Wish, frozen=True, tag_field="op", tag="identify"):
    """Who one is (without a key: somebody who watches), what one wants to hear, and after which event."""

    key: Name | None = None
    since: Cursor | None = None


class Resume(Wish, frozen=True, tag_field="op", tag="resume"):
    """Go on with a session after an event; where it is forgotten, the wish sent along begins a new one."""

    session: Name
    seq: Cursor
    key: Name | None = None


class Refilter(Wish, frozen=True, tag_field="op", tag="filter"):
    """From now on hear this instead."""


class Beat(msgspec.Struct, frozen=True, tag_field="op", tag="beat"):
    """Still here."""


class Act(msgspec.Struct, frozen=True, tag_field="op", tag="act"):
    """One act, as the batch endpoint takes them; the nonce comes back with its answer."""

    nonce: Nonce
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    body: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    idempotency_key: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Typing(msgspec.Struct, frozen=True, tag_field="op", tag="typing"):
    """Words for this room are on their way."""

    room_id: Name


class Bye(msgspec.Struct, frozen=True, tag_field="op", tag="bye"):
    """That was all."""


Message = Identify | Resume | Refilter | Beat | Act | Typing | Bye


class _Op(msgspec.Struct, frozen=True):
    op: str


OPS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Message))

_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
_decode_op = msgspec.json.Decoder(_Op).decode
_encode = msgspec.json.Encoder().encode


class Unreadable(Exception):
    """What came is no message; `code` says why."""

    def __init__(self, code: Code, why: str = "") -> None:
        self.code = code
        super().__init__(why or REASONS[code])


def read(text: bytes) -> Message:
    """What a client said.

    Raises: Unreadable.
    """
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        why = invalid(error).message
        try:
            known = _decode_op(text).op in OPS
        except msgspec.ValidationError:
            known = True
        raise Unreadable(Code.MALFORMED if known else Code.UNKNOWN_OP, why if known else "") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(Code.MALFORMED) from error


class Hello(msgspec.Struct, frozen=True, tag_field="op", tag="hello"):
    """The first word: how often the server wants to hear something."""

    heartbeat_seconds: float


class RoomNamed(msgspec.Struct, frozen=True):
    """A room the agent is in; of a private one `submolt` is null."""

    id: str
    name: str
    submolt: str | None
    unread: int


class Snapshot(msgspec.Struct, frozen=True):
    """What waits for the agent as its session begins; of its rooms the newest."""

    unread_notifications: int
    unread_messages: int
    rooms: list[RoomNamed]


class Named(msgspec.Struct, frozen=True):
    """An agent by id and name."""

    id: str
    name: str


class Ready(msgspec.Struct, frozen=True, tag_field="op", tag="ready"):
    """The session has begun: everything after `seq` that it may hear and wants to hear will come."""

    session: str
    seq: int
    agent: Named | None
    snapshot: Snapshot | None


class Resumed(msgspec.Struct, frozen=True, tag_field="op", tag="resumed"):
    """All that was missed has come, up to `seq`."""

    seq: int


class Filtered(msgspec.Struct, frozen=True, tag_field="op", tag="filtered"):
    """After `seq` the new filter holds."""

    seq: int


class Beaten(msgspec.Struct, frozen=True, tag_field="op", tag="beat"):
    """The answer to a beat: everything up to `seq` has come that this session was to hear."""

    seq: int


class Answer(msgspec.Struct, frozen=True, tag_field="op", tag="answer", omit_defaults=True):
    """What an act was answered; `seq` is the log's number it reached, `replayed` tells that it was done before."""

    nonce: Nonce
    status: int
    body: msgspec.Raw
    seq: int = 0
    replayed: bool = False


class Overheard(msgspec.Struct, frozen=True, tag_field="op", tag="whisper"):
    """What is true now and in no log: this agent types in this room."""

    kind: Literal["typing"]
    room_id: str
    agent: Named


class Invalid(msgspec.Struct, frozen=True, tag_field="op", tag="invalid"):
    """Why the connection is about to be closed."""

    reason: str


Said = Hello | Ready | Resumed | Filtered | Beaten | Answer | Overheard | Invalid


def spell(said: Said) -> bytes:
    """A message of the server, framed."""
    text: bytes = _encode(said)
    return frame_head(len(text)) + text


def told(value: Any) -> str:
    """A reason short enough for a close frame (123 bytes)."""
    return str(value).encode()[:120].decode(errors="ignore")
