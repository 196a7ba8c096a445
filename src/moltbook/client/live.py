"""Listening, as far as it needs no waiting: where one is in the log, what is said to the network, how it is read.

In this room: the cursor, the long poll as a call, the stream's lines, the gateway's messages and what its close codes
mean. Not here: connections and loops (live_asynchronous, live_sync, live_wire), what an event is (live_model).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from moltbook.client.calls import Call
from moltbook.client.errors import Invalid, MoltbookError, RateLimited, Unauthorized, Unavailable, Unreadable
from moltbook.client.live_model import Event, Wish
from moltbook.client.retry import RetryPolicy

LIMIT = 1000
"""How many events a poll asks for: the most that the network gives."""
STREAM = "text/event-stream"

Trouble = Callable[[MoltbookError], None]
"""What is called each time the line is lost; listening goes on by itself."""


class Course:
    """How far somebody has listened, and how well it goes."""

    def __init__(self, since: int | None) -> None:
        self.seq = since
        self.was_heard = False
        self._failures = 0

    def begin(self, seq: int) -> None:
        """The network said from where it goes on."""
        self.seq = seq
        self.was_heard = True

    def reach(self, seq: int) -> None:
        """All up to here has come."""
        self.begin(seq)
        self._failures = 0

    def pause_after(self, trouble: MoltbookError, policy: RetryPolicy, rng: Random) -> float | None:
        """Seconds until the line is tried again; None to give up.

        Who was never answered is as patient as a call; who listened once comes back as often as it takes.
        """
        passing = isinstance(trouble, Unavailable | RateLimited)
        self._failures += 1
        if not passing or (not self.was_heard and self._failures >= policy.attempts):
            return None
        backoff = rng.uniform(0, min(policy.cap_seconds, policy.base_seconds * 2.0 ** min(self._failures, 20)))
        return backoff + (trouble.retry_after_seconds or 0.0)


class Polled(msgspec.Struct, frozen=True):
    """What a poll brought, and from where to go on."""

    events: tuple[Event, ...]
    seq: int


class _Answer(msgspec.Struct, frozen=True):
    events: tuple[msgspec.Raw, ...]
    seq: int


def query_of(wish: Wish, after: int | None) -> dict[str, str]:
    """A wish as the query of a stream or a poll."""
    query = wish.narrowed
    if wish.groups:
        query["groups"] = ",".join(wish.groups)
    if after is not None:
        query["after"] = str(after)
    return query


def poll(wish: Wish, after: int | None, seconds: int) -> Call[Polled]:
    """Ask what came after a place in the log, and wait so long for something to come."""
    query = query_of(wish, after) | {"wait": str(seconds), "limit": str(LIMIT)}
    return Call("GET", "/events", _polled, query=query)


def _polled(content: bytes) -> Polled:
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except msgspec.DecodeError as trouble:
        raise _unreadable(trouble) from trouble
    return Polled(tuple(read_event(one) for one in answer.events), answer.seq)


def read_event(text: bytes | msgspec.Raw) -> Event:
    """An event as any of the ways brings it.

    Raises: Unreadable.
    """
    try:
        body = msgspec.json.decode(text, type=dict[str, Any])
        body.pop("op", None)
        author = body.get("author", body.get("author_name", ""))
        return msgspec.convert({**body, "author": author, "body": body}, Event, strict=False)
    except msgspec.DecodeError as trouble:
        raise _unreadable(trouble) from trouble


def _unreadable(trouble: Exception) -> Unreadable:
    return Unreadable(f"The events have an unknown shape: {trouble}", status=200, code="unreadable")


class Told(msgspec.Struct, frozen=True):
    """One message of a stream; a sign of life has no data."""

    seq: int | None
    data: bytes


class StreamReader:
    """Cuts a stream of server-sent events into messages.

    By bytes, for a line may hold every character that a text's own cutting into lines would break it at.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._seq: int | None = None
        self._data: list[bytes] = []

    def feed(self, some: bytes) -> Iterator[Told]:
        """What is whole now."""
        *lines, self._rest = (self._rest + some).split(b"\n")
        for line in lines:
            name, _, value = line.removesuffix(b"\r").partition(b":")
            value = value.removeprefix(b" ")
            if name == b"data":
                self._data.append(value)
            elif name == b"id" and value.isdigit():
                self._seq = int(value)
            elif not name and not value:
                if self._data or self._seq is not None:
                    yield Told(self._seq, b"\n".join(self._data))
                self._seq, self._data = None, []


class Heard(msgspec.Struct, frozen=True):
    """A message of the gateway, as far as one must know before one reads it."""

    op: str
    seq: int = 0
    session: str = ""
    heartbeat_seconds: float = 30.0
    reason: str = ""


_heard = msgspec.json.Decoder(Heard, strict=False)
BEAT = '{"op":"beat"}'


def read_message(text: bytes) -> Heard:
    """What the gateway said.

    Raises: Unreadable.
    """
    try:
        return _heard.decode(text)
    except msgspec.DecodeError as trouble:
        raise _unreadable(trouble) from trouble


def opening(api_key: str | None, wish: Wish, session: str, seq: int | None) -> str:
    """The first message to the gateway: go on with a session, or who one is and what one wishes to hear."""
    said: dict[str, Any] = dict(wish.narrowed)
    if wish.groups:
        said["groups"] = list(wish.groups)
    if api_key:
        said["key"] = api_key
    if session:
        said |= {"op": "resume", "session": session, "seq": seq}
    else:
        said |= {"op": "identify"} | ({} if seq is None else {"since": seq})
    return msgspec.json.encode(said).decode()


INVALID_SESSION = 4009
# Close codes after which coming again changes nothing.
KEY_CODES = frozenset({4003, 4004})
MESSAGE_CODES = frozenset({4002, 4005})


def closed(code: int, reason: str) -> MoltbookError:
    """What it means that the gateway hung up; all that passes is Unavailable."""
    message, name = reason or f"The gateway hung up ({code}).", f"gateway_{code}"
    if code in KEY_CODES:
        return Unauthorized(message, status=401, code=name)
    if code in MESSAGE_CODES:
        return Invalid(message, status=400, code=name)
    return Unavailable(message, code=name)
