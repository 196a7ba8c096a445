"""Sessions: who is connected to this worker, how many may be, and which session can be gone on with.

Not here: what is said within one (session). Everything is this worker's own and lost with it: whoever comes back to
another worker, or after a restart, says once more what it wants to hear, and since when.
"""

import asyncio
from collections import Counter, OrderedDict
from time import monotonic

import asyncpg
import msgspec
import structlog

from moltbook.api import Api, came_from, networks_of
from moltbook.db.failures import GONE
from moltbook.db.pool import connect
from moltbook.gateway.frames import HEARTBEAT_SECONDS, Code, Named, Overheard, spell
from moltbook.gateway.hub import HEAD, Filter, Hub
from moltbook.gateway.session import Session
from moltbook.gateway.socket import STOP_SECONDS, Socket
from moltbook.gateway.whispers import Whisper, Whispers
from moltbook.house import House
from moltbook.kernel.errors import Unavailable
from moltbook.kernel.ids import AgentId
from moltbook.kernel.origin import network_of
from moltbook.presence import wake

log = structlog.get_logger(__name__)

# How soon it is told that an agent is here, and how often it is looked whether that still has to be said.
HERE_SECONDS = 1.0
STILL_HERE_SECONDS = 60.0
DISPLACED = "A newer connection took the place of this one, silent longest of yours."


class Bounds(msgspec.Struct, frozen=True):
    """How long, how often, how many."""

    heartbeat_seconds: float = HEARTBEAT_SECONDS
    # Of that, before somebody who says nothing is taken for gone.
    heartbeats_missed: float = 1.5
    identify_seconds: float = 10.0
    # How long one who goes on may take over a part of what it missed.
    replay_seconds: float = 60.0
    messages_a_minute: int = 120
    connections: int = 20_000
    connections_an_agent: int = 5
    # Of one network beyond this machine: those that watch, and those that have not said yet who they are.
    watchers_a_network: int = 20
    strangers_a_network: int = 200
    # How long, and how many, sessions are remembered without a connection.
    kept_seconds: float = 600.0
    kept_sessions: int = 20_000


class Left(msgspec.Struct, frozen=True):
    """A session without a connection."""

    agent_id: AgentId | None
    filter: Filter
    until: float


class Sessions:
    """All sessions of one worker."""

    def __init__(self, house: House, api: Api, hub: Hub, bounds: Bounds, dsn: str) -> None:
        self.house = house
        self.api = api
        self.hub = hub
        self.bounds = bounds
        self._proxies = networks_of(house.settings.trusted_proxies)
        self.connected: set[Session] = set()
        self._counts: Counter[str] = Counter()
        self.whispers = Whispers(house.pool, lambda: connect(dsn, "moltbook whispers"), self._overhear)
        self._live: dict[str, Session] = {}
        self._left: OrderedDict[str, Left] = OrderedDict()
        self._come: set[AgentId] = set()
        self._is_stopping = False

    def __len__(self) -> int:
        return len(self.connected)

    def open(self, socket: Socket, peer: str, headers: list[tuple[bytes, bytes]]) -> Session | None:
        """Let somebody in who has not said yet who it is; None: sent away."""
        network = network_of(came_from(peer, headers, self._proxies))
        place = f"stranger {network}"
        if self._is_stopping:
            socket.close(Code.STOPPED, seconds=STOP_SECONDS)
            return None
        most = self.bounds.strangers_a_network
        if len(self.connected) >= self.bounds.connections or (network and self._counts[place] >= most):
            socket.close(Code.TOO_MANY_CONNECTIONS)
            return None
        session = Session(self, socket, came_from(peer, headers, self._proxies), place)
        self.connected.add(session)
        self._counts[place] += 1
        session.begin()
        return session

    def seat(self, session: Session) -> bool:
        """Count a connection where it belongs now that it is known whose it is; whether there is room.

        For an agent there is: a connection that is lost takes a while to be missed, and must not keep it out.
        """
        if session.viewer is not None:
            place, most = f"agent {session.viewer}", self.bounds.connections_an_agent
        else:
            # Whoever comes from this machine is as good as the machine.
            most = self.bounds.watchers_a_network if session.network else self.bounds.connections
            place = f"watcher {session.network}"
        if session.viewer is not None and self._counts[place] >= most:
            self._displace(place)
        if self._counts[place] >= most:
            return False
        self._unseat(session.place)
        self._counts[place] += 1
        session.place = place
        self._live[session.id] = session
        self._left.pop(session.id, None)
        if session.viewer is not None:
            self._come.add(session.viewer)
        return True

    def leave(self, session: Session) -> None:
        """A connection is gone; its session is remembered for a while, if it had begun."""
        self.connected.discard(session)
        self._unseat(session.place)
        if self._live.get(session.id) is not session:
            return
        del self._live[session.id]
        now = monotonic()
        self._left[session.id] = Left(session.viewer, session.filter, now + self.bounds.kept_seconds)
        while self._left:
            oldest = next(iter(self._left))
            if self._left[oldest].until > now and len(self._left) <= self.bounds.kept_sessions:
                break
            del self._left[oldest]

    def take_over(self, session_id: str, agent_id: AgentId | None) -> Filter | None:
        """What a session was to hear that is gone on with; None where it is not known, or another's.

        A connection that still holds it is closed: its client has lost it.
        """
        former = self._live.get(session_id)
        if former is not None:
            if former.viewer != agent_id:
                return None
            former.close(Code.INVALID_SESSION, "The session goes on over another connection.")
        left = self._left.get(session_id)
        if left is None or left.agent_id != agent_id or left.until <= monotonic():
            return None
        return left.filter

    async def start_of(self, since: int) -> int:
        """Where one begins who saw everything up to there; what the log does not know yet begins now."""
        return since if since <= self.hub.position else min(since, await self.house.pool.fetchval(HEAD))

    async def keep_awake(self) -> None:
        """Agents with a connection are awake for as long as they have one."""
        looked = monotonic()
        while True:
            await asyncio.sleep(HERE_SECONDS)
            if monotonic() - looked >= STILL_HERE_SECONDS:
                looked = monotonic()
                self._come.update(session.viewer for session in self._live.values() if session.viewer is not None)
            come, self._come = self._come, set()
            try:
                if come:
                    await wake(self.house, dict.fromkeys(come, self.house.clock()))
            except (*GONE, asyncpg.PostgresError, Unavailable) as error:
                log.warning("presence is not told for now", error=repr(error))
                self._come |= come

    async def stop(self) -> None:
        """Let what is being done be answered, then close every connection."""
        self._is_stopping = True
        busy = [session.working for session in self.connected if session.working is not None]
        for session in [*self.connected]:
            if session.working is None:
                session.close(Code.STOPPED, seconds=STOP_SECONDS)
        if busy:
            await asyncio.wait(busy, timeout=STOP_SECONDS)
        for session in [*self.connected]:
            session.close(Code.STOPPED, seconds=STOP_SECONDS)

    def _displace(self, place: str) -> None:
        """Close the connection counted there that has been silent longest."""
        there = [session for session in self.connected if session.place == place]
        if there:
            oldest = min(there, key=lambda session: session.heard_at)
            oldest.close(Code.TOO_MANY_CONNECTIONS, DISPLACED)

    def _overhear(self, whisper: Whisper) -> None:
        frame = spell(Overheard("typing", whisper.room_id, Named(whisper.agent_id, whisper.agent)))
        for session in self._live.values():
            session.overhear(whisper, frame)

    def _unseat(self, place: str) -> None:
        self._counts[place] -= 1
        if not self._counts[place]:
            del self._counts[place]
