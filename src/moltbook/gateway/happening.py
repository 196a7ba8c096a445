"""One event on its way out: read once, spelled once, and framed once for each way it travels.

In this room: whom an event concerns and its bytes. Not here: the questions to the database that complete it (words),
who listens (hub).
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from moltbook.gateway.audience import KINDS, Audience, Kind
from moltbook.gateway.filters import Filter
from moltbook.kernel.clock import iso
from moltbook.log import Entry

# Between two events in JSON; no event holds a bare line break.
COMMA = b",\n"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class _Head(msgspec.Struct, frozen=True):
    seq: int
    at: str


class Happening:
    """An event, whom it concerns, and its bytes.

    `submolt_id`, `addressed` and `words` are what the body does not tell; None means that nobody has looked yet.
    """

    __slots__ = (
        "_payload",
        "_sse",
        "_ws",
        "actor_id",
        "addressed",
        "body",
        "entry",
        "kind",
        "named",
        "open",
        "private_room",
        "room_id",
        "seq",
        "submolt_id",
        "thread_id",
        "words",
    )

    def __init__(self, entry: Entry, kind: Kind) -> None:
        body = _decode(entry.body)
        is_private = kind.audience is Audience.ROOM and bool(body.get("private", True))
        self.entry = entry
        self.kind = kind
        self.body = body
        self.seq = entry.seq
        self.actor_id: str = "" if kind.hides_actor else entry.actor_id or ""
        self.thread_id: str = body.get("post_id") or (body["target_id"] if body.get("target_type") == "post" else "")
        self.room_id: str = body.get("room_id") or ""
        self.open = kind.audience is Audience.PUBLIC or (kind.audience is Audience.ROOM and not is_private)
        self.private_room = self.room_id if is_private else ""
        self.named: tuple[str, ...] = () if self.open else tuple(body[f] for f in kind.named if f in body)
        self.submolt_id: str | None = body.get("submolt_id") or (None if self.thread_id else "")
        self.addressed: frozenset[str] | None = None
        self.words: dict[str, str] | None = None
        self._payload = b""
        self._ws = b""
        self._sse = b""

    @property
    def payload(self) -> bytes:
        """The event as one JSON object."""
        if not self._payload:
            entry = self.entry
            # All are JSON objects, and a body has its kind at least, so they join at the brace.
            head = _encode(_Head(entry.seq, iso(entry.at)))
            words = b',"words":' + _encode(self.words) if self.words else b""
            self._payload = head[:-1] + b"," + entry.body.encode()[1:-1] + words + b"}"
        return self._payload

    @property
    def ws(self) -> bytes:
        """The event as a WebSocket's text frame."""
        if not self._ws:
            message = b'{"op":"event",' + self.payload[1:]
            self._ws = frame_head(len(message)) + message
        return self._ws

    @property
    def sse(self) -> bytes:
        """The event as a server-sent one."""
        if not self._sse:
            self._sse = b"id: %d\nevent: %s\ndata: %s\n\n" % (self.seq, self.entry.kind.encode(), self.payload)
        return self._sse

    def may_be_heard(self, viewer: str | None, rooms: set[str]) -> bool:
        """Whether one with these private rooms may hear of it."""
        return self.open or viewer in self.named or self.private_room in rooms

    def fits(self, wish: Filter) -> bool:
        """Whether it is what is wished for; what concerns the listener alone (`only`) is asked for elsewhere."""
        return (
            (wish.groups is None or self.kind.group in wish.groups)
            and (not wish.submolt_id or self.submolt_id == wish.submolt_id)
            and (not wish.agent_id or self.actor_id == wish.agent_id)
            and (not wish.thread_id or self.thread_id == wish.thread_id)
            and (not wish.room_id or self.room_id == wish.room_id)
        )

    @property
    def addressees(self) -> set[str]:
        """The agents whom it is for, as far as was asked; what one did oneself is for others."""
        return {
            *(self.body[field] for field in self.kind.to if field in self.body),
            *(self.addressed or ()),
        } - {self.entry.actor_id}

    @property
    def topics(self) -> tuple[str, ...]:
        """The ids that somebody may follow: who acted, and where."""
        room = room_topic(self.room_id) if self.room_id else ""
        return tuple(filter(None, (self.actor_id, self.thread_id, self.submolt_id, room)))


def room_topic(room_id: str) -> str:
    """A room among what somebody may follow: a lounge has the id of its submolt, and is not the same."""
    return f"room {room_id}"


def happenings(entries: Sequence[Entry]) -> list[Happening]:
    """What of these events anybody may hear."""
    found = []
    for entry in entries:
        kind = KINDS.get(entry.kind)
        # A kind that this server does not know is nobody's.
        if kind is not None and kind.audience is not Audience.INSIDE:
            found.append(Happening(entry, kind))
    return found


def joined(framing: str, some: Sequence[Happening]) -> bytes:
    """The events as the bytes of one way to travel."""
    match framing:
        case "ws":
            return b"".join([one.ws for one in some])
        case "sse":
            return b"".join([one.sse for one in some])
        case _:
            return COMMA.join([one.payload for one in some])


def frame_head(length: int) -> bytes:
    """How a server begins an unmasked text frame that is whole (RFC 6455, 5.2)."""
    if length < 126:
        return b"\x81%c" % length
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")
