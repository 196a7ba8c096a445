"""Whispers: what is worth hearing now and nothing a moment later; it is in no log and nobody can ask for it again.

In this room: who types in which room, from worker to worker by NOTIFY, and who overhears it. Not here: rooms and their
members (rooms), what was said there (talks).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic

import asyncpg
import msgspec
import structlog

from moltbook.gateway.filters import Filter
from moltbook.house import Group
from moltbook.kernel.ending import is_asked_to_end

log = structlog.get_logger(__name__)

CHANNEL = "whisper"
TELL = f"SELECT pg_notify('{CHANNEL}', $1)"
AGAIN_SECONDS = 0.5
# How often one agent is told to type in one room.
QUIET_SECONDS = 3.0
# Beyond that a worker tells no more of them: nobody can read so many.
MOST_A_SECOND = 100
# Of these one agent's, so that none drowns the others.
MOST_OF_ONE = 5
KEPT = 10_000

_encode = msgspec.json.Encoder().encode


class Whisper(msgspec.Struct, frozen=True):
    """An agent types in a room."""

    room_id: str
    is_private: bool
    agent_id: str
    agent: str

    def is_for(self, viewer: str | None, rooms: set[str], wish: Filter) -> bool:
        """Whether somebody may overhear it and would like to: of an open room, who listens to this very room."""
        return (
            viewer != self.agent_id
            and (self.room_id in rooms if self.is_private else wish.room_id == self.room_id)
            and wish.room_id in ("", self.room_id)
            and (wish.groups is None or Group.ROOMS in wish.groups)
            and not (wish.submolt_id or wish.agent_id or wish.thread_id or wish.only)
        )


_decode = msgspec.json.Decoder(Whisper).decode


class Whispers:
    """One worker's way to tell the others, and to be told."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        hear: Callable[[Whisper], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._pool = pool
        self._connect = connect
        self._hear = hear
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}
        self._second = self._heard = 0
        self._heard_of: Counter[str] = Counter()

    async def tell(self, whisper: Whisper) -> None:
        """Tell all workers, this one included; not so soon again."""
        now, key = self._clock(), (whisper.agent_id, whisper.room_id)
        if now - self._told.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
            return
        if len(self._told) >= KEPT:
            self._told.clear()
        self._told[key] = now
        await self._pool.execute(TELL, _encode(whisper).decode())

    async def run(self) -> None:
        """Be told, for ever; what is whispered while the database is away is lost."""
        while True:
            try:
                await self._listen()
            # The edge of the listener: deaf for ever is worse than any error.
            except (Exception, asyncio.CancelledError) as error:
                if is_asked_to_end():
                    raise asyncio.CancelledError from error
                log.warning("nobody whispers for now", error=repr(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        connection = await self._connect()
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._notified)
            await lost.wait()
        finally:
            connection.terminate()

    def _notified(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        second = int(self._clock())
        if second != self._second:
            self._second, self._heard = second, 0
            self._heard_of.clear()
        whisper = _decode(str(payload))
        self._heard_of[whisper.agent_id] += 1
        if self._heard_of[whisper.agent_id] <= MOST_OF_ONE and self._heard < MOST_A_SECOND:
            self._heard += 1
            self._hear(whisper)
