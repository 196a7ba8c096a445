"""A session: one conversation over the gateway, from hello to the close.

In this room: identifying, resuming, hearing, acting. Not here: bytes (socket), who else is connected (sessions), which
events there are and who may hear them (hub), how an act is answered (api).

Messages are answered one after another in the order they came, so an act sees what those before it did. An idle
session has no task, only a timer.
"""

import asyncio
import secrets
from collections import deque
from typing import TYPE_CHECKING

import msgspec
import structlog

from moltbook.api import Headers
from moltbook.api.batch import BatchAct
from moltbook.db.failures import GONE
from moltbook.gateway.frames import (
    REASONS,
    Act,
    Answer,
    Beat,
    Beaten,
    Bye,
    Code,
    Filtered,
    Hello,
    Identify,
    Invalid,
    Message,
    Named,
    Ready,
    Refilter,
    Resume,
    Resumed,
    RoomNamed,
    Said,
    Snapshot,
    Typing,
    Unreadable,
    read,
    spell,
)
from moltbook.gateway.hub import Ending, Filter
from moltbook.gateway.socket import CLOSE_SECONDS, ROW, TYPING, WAITING_BYTES, Socket
from moltbook.gateway.whispers import Whisper
from moltbook.house import Caller
from moltbook.kernel.errors import Forbidden, Refusal, TooMany, Unauthorized, Unavailable
from moltbook.kernel.ids import AgentId, parse_id
from moltbook.kernel.origin import network_of
from moltbook.messages import UNREAD as MESSAGES_UNREAD
from moltbook.notifications import UNREAD
from moltbook.rooms import RoomId, room_to_speak_in, rooms_joined

if TYPE_CHECKING:
    from moltbook.gateway.sessions import Sessions

log = structlog.get_logger(__name__)

WAITING = f"WITH {UNREAD} SELECT (SELECT count(*)::int FROM unread), {MESSAGES_UNREAD}"

# So many rooms are named as a session begins.
ROOMS_NAMED = 50
# How many messages may wait to be answered before the client has to.
PATIENT_MESSAGES = 16
MINUTE = 60.0
ID_BYTES = 16
# How long the last act may take of one whose key has ended: maybe this act ended it.
LAST_SECONDS = 0.5


class Session:
    """One end of a conversation; the hub's subscriber while it lasts."""

    framing = "ws"

    def __init__(self, sessions: "Sessions", socket: Socket, address: str, place: str) -> None:
        self.viewer: AgentId | None = None
        self.key_id = ""
        self.network = network_of(address)
        self.filter = Filter()
        self.rooms: set[str] = set()
        # Where it is counted.
        self.place = place
        self.id = secrets.token_urlsafe(ID_BYTES)
        self.working: asyncio.Task[None] | None = None
        self._sessions = sessions
        self._socket = socket
        self._address = address
        self._sent_headers: list[tuple[bytes, bytes]] = []
        self._loop = asyncio.get_running_loop()
        self._born = self._heard = self._began = self._loop.time()
        self._messages = 0
        self._inbox: deque[Message] = deque()
        self._replaying: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._caller: Caller | None = None
        self._is_identified = self._is_ending = False
        self._seq = 0

    # What the socket asks for.

    def begin(self) -> None:
        """Say hello."""
        self._say(Hello(self._sessions.bounds.heartbeat_seconds))
        self._look()

    def hear(self, text: bytes) -> None:
        """A message came."""
        if self._is_ending:
            return
        self._heard = self._loop.time()
        if self._heard - self._began >= MINUTE:
            self._began, self._messages = self._heard, 0
        self._messages += 1
        if self._messages > self._sessions.bounds.messages_a_minute:
            self.close(Code.TOO_MANY_MESSAGES)
            return
        try:
            self._inbox.append(read(text))
        except Unreadable as wrong:
            self._reject(wrong.code, str(wrong))
            return
        if self.working is None:
            self.working = self._loop.create_task(self._work(), name="gateway session")
        elif len(self._inbox) == PATIENT_MESSAGES:
            self._socket.wait()

    def gone(self) -> None:
        """The connection is lost; what is being done is done to its end."""
        self._inbox.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._replaying is not None:
            self._replaying.cancel()
        self._sessions.hub.detach(self)
        self._sessions.leave(self)

    # What the hub asks for.

    def deliver(self, data: bytes, upto: int) -> None:
        """Hand over what happened."""
        if self.waiting_bytes > WAITING_BYTES:
            self.close(Code.TOO_SLOW)
            return
        self._seq = upto
        self._socket.send(data)

    def overhear(self, whisper: Whisper, frame: bytes) -> None:
        """Somebody types; who reads slowly is spared it."""
        if whisper.is_for(self.viewer, self.rooms, self.filter) and self.waiting_bytes < WAITING_BYTES:
            self._socket.send(frame)

    def end(self, reason: Ending) -> None:
        """The hub sends this session away; an act that is being done is answered first, if that does not take long."""
        code = CODES[reason]
        if self.working is None:
            self.close(code)
            return
        self._is_ending = True
        self._inbox.clear()
        self.working.add_done_callback(lambda _: self.close(code))
        self._loop.call_later(LAST_SECONDS, self.close, code)

    def close(self, code: Code, why: str = "", seconds: float = CLOSE_SECONDS) -> None:
        """Say why, and end; whoever does not answer within so long is cut off."""
        self._socket.close(code, why, seconds)

    @property
    def waiting_bytes(self) -> int:
        """How much of what was said the client has not taken yet."""
        return self._socket.waiting_bytes

    @property
    def heard_at(self) -> float:
        """When its client last said something."""
        return self._heard

    # How it is done.

    async def _work(self) -> None:
        """Answer what came, in order."""
        try:
            while self._inbox:
                await self._answer(self._inbox.popleft())
                if len(self._inbox) == PATIENT_MESSAGES - 1:
                    self._socket.go_on()
        except Refusal as refusal:
            self._reject(_code_of(refusal), f"{refusal.message.rstrip('.')}. {refusal.hint}")
        except GONE as error:
            log.warning("database away", session=self.viewer, error=repr(error))
            self._reject(Code.BUSY)
        except Exception:
            log.exception("session failed", agent=self.viewer)
            self._reject(Code.BROKEN)
        finally:
            self.working = None

    async def _answer(self, message: Message) -> None:
        match message:
            case Beat():
                self._say(Beaten(self.position))
            case Bye():
                self.close(Code.BYE)
            case Identify() | Resume() if self._is_identified:
                self._reject(Code.MALFORMED, "You are identified already; use filter to hear something else.")
            case Identify():
                await self._identify(message)
            case Resume():
                await self._resume(message)
            case _ if not self._is_identified:
                self._reject(Code.NOT_IDENTIFIED)
            case Act():
                await self._act(message)
            case Refilter():
                await self._refilter(message)
            case Typing():
                await self._type(message)

    async def _identify(self, wish: Identify) -> None:
        await self._know(wish.key)
        self.filter = await self._sessions.hub.wish(wish.query(), self.viewer)
        await self._enter(wish.since)

    async def _resume(self, wish: Resume) -> None:
        await self._know(wish.key)
        query = wish.query()
        known = self._sessions.take_over(wish.session, self.viewer)
        if known is None and not query:
            self._reject(
                Code.INVALID_SESSION, "This session is not known here; identify and send the last seq you saw as since."
            )
            return
        if known is not None:
            self.id = wish.session
        self.filter = await self._sessions.hub.wish(query, self.viewer) if query or known is None else known
        await self._enter(wish.seq, is_known=known is not None)

    async def _know(self, key: str | None) -> None:
        """Find out who this is; it counts as one read.

        Raises: Unauthorized, ForbiddenScope, Spent, Unavailable.
        """
        if key is not None:
            self._sent_headers = [(b"authorization", b"Bearer " + key.encode())]
        scope = {"headers": self._sent_headers, "client": (self._address, 0)}
        self._caller, _ = await self._sessions.api.let_in(ROW, scope)
        if self._caller is not None:
            self.viewer, self.key_id = self._caller.id, self._caller.key_id

    async def _enter(self, since: int | None, *, is_known: bool = False) -> None:
        """Begin to hear."""
        sessions = self._sessions
        snapshot = None
        if self.viewer is not None and not is_known:
            pool = sessions.house.pool
            rooms, _ = await rooms_joined(pool, self.viewer, None, ROOMS_NAMED)
            named = [RoomNamed(seen.room.id, seen.room.name, seen.submolt_name, seen.unread) for seen in rooms]
            notifications, messages = await pool.fetchrow(WAITING, self.viewer)
            snapshot = Snapshot(notifications, messages, named)
        position = sessions.hub.position if since is None else await sessions.start_of(since)
        if not self._socket.is_open:
            return
        if not sessions.seat(self):
            self._reject(Code.TOO_MANY_CONNECTIONS)
            return
        self._is_identified = True
        if not is_known:
            agent = Named(self._caller.id, self._caller.name) if self._caller is not None else None
            self._say(Ready(self.id, position, agent, snapshot))
        self._replay(position, is_told=since is not None)

    def _replay(self, cursor: int, *, is_told: bool) -> None:
        """Hand over what was missed, then what happens."""
        self._seq = cursor
        self._replaying = self._loop.create_task(self._catch_up(is_told=is_told), name="gateway replay")

    async def _catch_up(self, *, is_told: bool) -> None:
        try:
            async for data in self._sessions.hub.replay(self, self._seq):
                self._socket.send(data)
                if not await self._takes_it():
                    self.close(Code.TOO_SLOW)
                    return
            self._replaying = None
            self._seq = self._sessions.hub.position
            if is_told and not self._is_ending:
                self._say(Resumed(self._seq))
        except (*GONE, Refusal) as error:
            log.warning("replay broke off", error=repr(error))
            self._reject(Code.BUSY)
        except Exception:
            log.exception("replay failed", agent=self.viewer)
            self._reject(Code.BROKEN)

    async def _takes_it(self) -> bool:
        """Whether the client takes in time what it was sent."""
        try:
            async with asyncio.timeout(self._sessions.bounds.replay_seconds):
                await self._socket.drained()
        except TimeoutError:
            return False
        return True

    async def _refilter(self, wish: Refilter) -> None:
        """Hear something else from now on; what is still missing comes first, by the old filter."""
        wanted = await self._sessions.hub.wish(wish.query(), self.viewer)
        if self._replaying is not None:
            await asyncio.wait({self._replaying})
        if not self._socket.is_open:
            return
        hub = self._sessions.hub
        hub.detach(self)
        self.filter = wanted
        self._say(Filtered(hub.position))
        # What the new filter wants to know of the agent is read first; what happens meanwhile is not missed.
        self._replay(hub.position, is_told=False)

    async def _type(self, typing: Typing) -> None:
        """Let the room know; who may not speak there, or does not see such a room, types unheard."""
        scope = {"headers": self._sent_headers, "client": (self._address, 0)}
        try:
            # Its standing may have changed since it came.
            caller, _ = await self._sessions.api.let_in(TYPING, scope)
            if caller is None or caller.banned_at is not None or caller.suspended_until is not None:
                return
            house, room_id = self._sessions.house, RoomId(parse_id(typing.room_id))
            place = await room_to_speak_in(house.pool, room_id, caller.id, house.clock())
        except Refusal:
            return
        whisper = Whisper(place.id, place.submolt_id is None, caller.id, caller.name)
        await self._sessions.whispers.tell(whisper)

    async def _act(self, act: Act) -> None:
        headers = self._sent_headers
        if act.idempotency_key is not None:
            headers = [*headers, (b"idempotency-key", act.idempotency_key.encode())]
        asked = BatchAct(act.method, act.path, act.body)
        outcome = await self._sessions.api.perform(asked, Headers(headers), self._address)
        if self.waiting_bytes > WAITING_BYTES:
            self.close(Code.TOO_SLOW)
            return
        self._say(Answer(act.nonce, outcome.status, msgspec.Raw(outcome.body), outcome.seq, outcome.replayed))

    @property
    def position(self) -> int:
        """Up to where everything was handed over."""
        return self._seq if self._replaying is not None else max(self._seq, self._sessions.hub.position)

    def _say(self, said: Said) -> None:
        self._socket.send(spell(said))

    def _reject(self, code: Code, why: str = "") -> None:
        """Say at length what is wrong, and end."""
        self._inbox.clear()
        self._say(Invalid(why or REASONS[code]))
        self.close(code, why)

    def _look(self) -> None:
        """Whether somebody is still there; again when that may no longer be so."""
        bounds, now = self._sessions.bounds, self._loop.time()
        if self._is_identified:
            left = self._heard + bounds.heartbeat_seconds * bounds.heartbeats_missed - now
        else:
            left = self._born + bounds.identify_seconds - now
        if left <= 0:
            self.close(Code.SILENT if self._is_identified else Code.NOT_IDENTIFIED)
        else:
            self._timer = self._loop.call_later(left, self._look)


CODES = {
    Ending.KEY_REVOKED: Code.KEY_REVOKED,
    Ending.AGENT_GONE: Code.KEY_REVOKED,
    Ending.AGENT_BANNED: Code.KEY_REVOKED,
    Ending.SERVER_STOPS: Code.STOPPED,
    Ending.TOO_SLOW: Code.TOO_SLOW,
    Ending.BROKEN: Code.BROKEN,
}


def _code_of(refusal: Refusal) -> Code:
    match refusal:
        case Unauthorized() | Forbidden():
            return Code.KEY_INVALID
        case TooMany():
            return Code.TOO_MANY_MESSAGES
        case Unavailable():
            return Code.BUSY
        case _:
            return Code.MALFORMED
