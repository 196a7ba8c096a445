"""The operator's door: a stream of lines in, a line about each part that is on disk out.

In this room: who may come in, cutting the stream into parts, how many of them are on their way, what is answered. Not
here: what a line means (lines), how a part is granted (acts). What is held is bounded: a part is some thousand lines
or a megabyte, and the sender is not read from while PARTS of them wait.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

import asyncpg
import msgspec
import structlog

from moltbook.api.envelope import Broken, NotAllowed, refusal_body
from moltbook.bulk.acts import Elsewhere, Play, Played, Step
from moltbook.bulk.lines import AnyLine, Head, StreamId
from moltbook.db.failures import GONE
from moltbook.house import House
from moltbook.kernel.errors import BadRequest, Forbidden, NotFound, Refusal, Unauthorized, Unavailable
from moltbook.kernel.origin import is_this_machine
from moltbook.kernel.secrets import load_operator_key

log = structlog.get_logger(__name__)

BULK = "/operator/"
ACTS = "/operator/acts"
STREAMS = "/operator/streams/"

PART_LINES = 1000
PART_BYTES = 1_000_000
# One is decided and written while the next ones are read and wait.
PARTS = 3
FIRST_SHOWN = 5
STANDS = "SELECT n, at FROM streams WHERE id = $1"

NDJSON = [(b"content-type", b"application/x-ndjson"), (b"cache-control", b"no-store")]
JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_head = msgspec.json.Decoder(Head).decode
_line = msgspec.json.Decoder(AnyLine).decode
_lines = msgspec.json.Decoder(AnyLine).decode_lines
_encode = msgspec.json.Encoder().encode


class NotHere(Forbidden):
    """Only this machine is let in."""

    code = "NOT_THIS_MACHINE"
    message = "The operator's door is open to the server's own machine only."
    hint = "Send it from the machine the server runs on, past any proxy."


class NotTheOperator(Unauthorized):
    """No key, or another one."""

    message = "This is not the operator's key."
    hint = "Send 'Authorization: Bearer KEY'; KEY is the content of the file `operator` in the server's data folder."


class BadLine(BadRequest):
    """A line cannot be read."""

    code = "BAD_LINE"

    def __init__(self, number: int, why: str) -> None:
        where = f"Line {number:,}" if number else "The first line"
        super().__init__(f"{where}: {why}", "Mend it, ask where the stream stands, and go on from there.")


class Standing(msgspec.Struct, frozen=True):
    """How far a stream has come: the number of its last line, and the moment of that."""

    stream: str
    n: int
    at: int | None


class BulkDoor:
    """The ASGI application below /operator/."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._key = load_operator_key(house.settings.data).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        try:
            self._let_in(scope)
            if path == ACTS:
                _ensure_method(scope, "POST")
                await self._play(receive, send)
            elif path.startswith(STREAMS):
                _ensure_method(scope, "GET")
                await _whole(send, 200, _encode(await self._stands(path.removeprefix(STREAMS))))
            else:
                raise NotFound("Endpoint", "Look it up in docs/reference/bulk.md.")
        except Refusal as refusal:
            await _whole(send, refusal.status, refusal_body(refusal, path, self._house.clock()))

    def _let_in(self, scope: Scope) -> None:
        client = scope.get("client")
        if client is None or not is_this_machine(client[0]):
            raise NotHere()
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = given.partition(b" ")
        if scheme.lower() != b"bearer" or not compare_digest(key.strip(), self._key):
            raise NotTheOperator()

    async def _stands(self, stream: str) -> "Standing":
        try:
            msgspec.convert(stream, StreamId)
        except msgspec.ValidationError as error:
            raise NotFound("Stream", "Its name is 1-64 of a-z, 0-9 and -, the first no hyphen.") from error
        try:
            row = await self._house.pool.fetchrow(STANDS, stream)
        except (*GONE, asyncpg.PostgresError) as error:
            raise Unavailable("The database is away.") from error
        return Standing(stream, row["n"], _milliseconds(row["at"])) if row else Standing(stream, 0, None)

    async def _play(self, receive: Receive, send: Send) -> None:
        """Read the head, then part after part; tell of each as soon as it is on disk.

        What is wrong with the beginning is an answer of its own; what is wrong later ends the stream with a line.

        Raises: BadLine, Elsewhere, Unavailable.
        """
        source = Source(receive)
        head = await source.head()
        stands = await self._stands(head.stream)
        if head.first != stands.n + 1:
            raise Elsewhere(head.stream, stands.n, head.first)
        reading = Reading(head, stands.at, self._house)
        waiting: asyncio.Queue[Awaitable[Played] | Refusal | None] = asyncio.Queue(PARTS)
        telling = Telling(waiting, stands.n, send)
        await send({"type": "http.response.start", "status": 200, "headers": NDJSON})
        teller = asyncio.create_task(telling.run())
        try:
            async for lines in source.parts():
                # Once it has ended the rest is read and dropped, or the sender would see a broken pipe and no reason.
                if not (telling.ended or reading.ended):
                    await waiting.put(self._begun(reading, lines))
            await waiting.put(None)
            await teller
        finally:
            teller.cancel()
        await send({"type": "http.response.body", "body": b""})

    def _begun(self, reading: "Reading", lines: bytes) -> Awaitable[Played] | Refusal:
        try:
            return asyncio.ensure_future(self._house.committer.do(reading.play(lines)))
        except BadLine as bad:
            # At once, and not when it is told: parts before it may still be on their way, and what follows would be
            # played under its numbers.
            reading.ended = True
            return bad


class Source:
    """The lines as they come in, cut into parts."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held = b""
        self._ended = False
        # Whether it ended in the midst of the request.
        self._broken = False

    async def head(self) -> Head:
        """The first line.

        Raises: BadLine.
        """
        while b"\n" not in self._held and not self._ended:
            self._held += await self._more()
            if len(self._held) > PART_BYTES and b"\n" not in self._held:
                raise BadLine(0, "it is too long.")
        line, _, self._held = self._held.partition(b"\n")
        try:
            return _head(line)
        except msgspec.MsgspecError as error:
            raise BadLine(0, f"{error}.") from error

    async def parts(self) -> AsyncIterator[bytes]:
        """Whole lines, as many together as make a part; what was cut off in the midst of the request is left out."""
        pieces, size, lines = [self._held], len(self._held), self._held.count(b"\n")
        while True:
            if lines >= PART_LINES or size >= PART_BYTES:
                joined = b"".join(pieces)
                end = joined.rfind(b"\n") + 1
                # A line without an end in sight is handed on, to be found too long.
                end = end or len(joined)
                yield joined[:end]
                pieces, size, lines = [joined[end:]], len(joined) - end, 0
            if self._ended:
                break
            piece = await self._more()
            pieces.append(piece)
            size += len(piece)
            lines += piece.count(b"\n")
        rest = b"".join(pieces)
        if rest.strip() and not self._broken:
            yield rest

    async def _more(self) -> bytes:
        message = await self._receive()
        self._broken = message["type"] == "http.disconnect"
        self._ended = self._broken or not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece


class Reading:
    """From lines to acts, with their numbers and moments."""

    def __init__(self, head: Head, at: int | None, house: House) -> None:
        self._stream = head.stream
        self._next = head.first
        self._at = at or 0
        self.ended = False
        self._clock = house.clock
        self._derived = house.keyring.derived

    def play(self, lines: bytes) -> Play:
        """The act that these lines are.

        Raises: BadLine.
        """
        first = self._next
        wall = self._clock()
        now = _milliseconds(wall)
        steps = []
        for number, line in enumerate(self._decoded(lines), first):
            at = now if line.at is None else line.at
            if at < self._at:
                raise BadLine(number, "it happens before the line above.")
            if at > now:
                raise BadLine(number, "it happens after the server's clock.")
            self._at = at
            moment = wall if line.at is None else datetime.fromtimestamp(at / 1000, UTC)
            steps.append(Step(line.wish(self._no_claim), moment, line.made))
        self._next = first + len(steps)
        return Play(self._stream, first, steps)

    def _decoded(self, lines: bytes) -> list[AnyLine]:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            decoded = _lines(lines)
            # To the decoder a line's end is a blank like others: two acts in one line, or one in two, would shift the
            # numbers of all that follow.
            if len(decoded) == lines.count(b"\n") + (not lines.endswith(b"\n")):
                return decoded
        decoded = []
        for number, line in enumerate(filter(bytes.strip, lines.split(b"\n")), self._next):
            try:
                decoded.append(_line(line))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise BadLine(number, f"{error}.") from error
        return decoded

    def _no_claim(self, agent_id: str) -> bytes:
        """In the place of a claim token's digest: nobody has such a token."""
        return self._derived(b"no claim", agent_id)


class Telling:
    """Tells the sender, in order, what became of each part; after the first that failed of none."""

    def __init__(self, waiting: "asyncio.Queue[Awaitable[Played] | Refusal | None]", n: int, send: Send) -> None:
        self._waiting = waiting
        self._n = n
        self._send = send
        self.ended = False

    async def run(self) -> None:
        """Until there is no more."""
        while (part := await self._waiting.get()) is not None:
            try:
                if isinstance(part, Refusal):
                    raise part
                played = await part
            except Refusal as refusal:
                await self._end(refusal)
            # The edge of the door.
            except Exception:
                log.exception("part of a stream failed", after=self._n)
                await self._end(Broken())
            else:
                self._n = played.n
                await self._say(_told(played))

    async def _end(self, refusal: Refusal) -> None:
        if not self.ended:
            self.ended = True
            told = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
            await self._say({"n": self._n, "error": told})

    async def _say(self, line: dict[str, object]) -> None:
        await self._send({"type": "http.response.body", "body": _encode(line) + b"\n", "more_body": True})


def _told(played: Played) -> dict[str, object]:
    told: dict[str, object] = {"n": played.n, "done": played.done}
    if played.refused:
        told["refused"] = Counter(refused.code for refused in played.refused)
        told["first"] = played.refused[:FIRST_SHOWN]
    return told


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _ensure_method(scope: Scope, method: str) -> None:
    if scope["method"] != method:
        raise NotAllowed(f"{scope['method']} is not possible here", f"Use {method}.")


async def _whole(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": JSON})
    await send({"type": "http.response.body", "body": body})
