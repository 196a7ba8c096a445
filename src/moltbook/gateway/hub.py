"""The hub: every event of the log, once to each who listens, may hear it and wishes to.

In this room: following the log tick by tick, handing out what was prepared once, going on from an older place, the
sessions that end. Not here: transports (sse, poll), who may hear what (audience), what is wished (filters).

A tick takes what the log has since the hub's position and is handed out without waiting in between, so a listener is
always exactly at the hub's position, and one who comes back is attached in the same breath in which it has read the
last of what it missed.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

import asyncpg
import msgspec
import structlog

from moltbook.db.failures import GONE
from moltbook.gateway.filters import Filter, Only, filter_of
from moltbook.gateway.happening import Happening, happenings, joined, room_topic
from moltbook.gateway.interests import (
    JOINS,
    LEAVES,
    KeyGone,
    LetGo,
    Membership,
    Read,
    change_of,
    expiry_of,
    followed_by,
    membership_of,
    turn,
)
from moltbook.gateway.listeners import Ending, Listeners, Subscriber
from moltbook.gateway.words import Places, lacks_addresses, lacks_words, read_addresses, read_words
from moltbook.house import House
from moltbook.kernel.ids import AgentId
from moltbook.log import Entry
from moltbook.measures import Step

__all__ = ["Ending", "Filter", "Happening", "Hub", "Subscriber"]

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.01
AGAIN_SECONDS = 0.5
REST_SECONDS = 0.1
# A full page says that more is waiting.
PAGE = 1000
# Who missed much is handed so many events at a time, some hundred kilobytes with their words.
PART = 100
HEAD = "SELECT seq FROM log_head"

AGENT_GONE, KEY_REVOKED, KEY_ROTATED = "agent.deleted", "key.revoked", "key.rotated"
MEASURED = "measure.taken"
ENDED = {AGENT_GONE: Ending.AGENT_GONE, MEASURED: Ending.AGENT_BANNED}
ENDINGS = frozenset({AGENT_GONE, KEY_REVOKED, KEY_ROTATED, MEASURED})


class Hub:
    """This process's one reader for all who listen."""

    def __init__(self, house: House, rooms_of: Read | None = None, followed: Read = followed_by) -> None:
        self._house = house
        self._pool = house.pool
        self._rooms_of = rooms_of
        self._followed = followed
        self._places = Places(house.pool)
        # Everything up to here was handed out.
        self.position = house.log.head
        self._moved = asyncio.Event()
        self._is_stopped = False
        self._digging = asyncio.Lock()
        # However many dig for one caller, they stand in that row as one.
        self._rows: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._listeners = Listeners()
        # Those who are still reading what they missed, and those whose key will end.
        self._coming: set[Subscriber] = set()
        self._ends: dict[Subscriber, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners.attached)

    async def run(self) -> None:
        """Follow the log for ever; what could not be read is read again."""
        clock = asyncio.get_running_loop().time
        while True:
            try:
                async for entries in self._house.log.batches(self.position):
                    began = clock()
                    await self._tick(entries)
                    if len(entries) < PAGE:
                        await asyncio.sleep(max(0.0, began + TICK_SECONDS - clock()))
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("events cannot be prepared for now", error=repr(error))
                await asyncio.sleep(AGAIN_SECONDS)

    def stop(self) -> None:
        """Let everybody go, and whoever comes: the server stops."""
        self._is_stopped = True
        self._move()
        for subscriber in [*self._listeners.attached, *self._coming]:
            self._let_go(subscriber, Ending.SERVER_STOPS)

    async def wish(self, query: Mapping[str, Any], viewer: AgentId | None = None) -> Filter:
        """What a listener wishes, by the names of query parameters or of a message's fields.

        Raises: Invalid, BadId, NotFound, Unauthorized.
        """
        return await filter_of(self._house, query, viewer)

    async def replay(self, subscriber: Subscriber, cursor: int) -> AsyncIterator[bytes]:
        """What a listener missed after the cursor, part by part, and then attach it; every session begins with this.

        At its end the listener is attached, or it was let go. Whoever begins this detaches the listener in the end,
        and before its wish is changed; with another wish it begins anew, at the position it had.
        """
        with contextlib.suppress(LetGo):
            async for found, _ in self.missed(subscriber, cursor):
                if found:
                    yield joined(subscriber.framing, found)
            # In the same breath in which there was nothing more to read: what comes next, it hears.
            self.attach(subscriber)

    async def missed(
        self, subscriber: Subscriber, cursor: int, most: int = PART
    ) -> AsyncGenerator[tuple[list[Happening], int], None]:
        """What a listener missed, in parts of at most so many that say how far they reach, until the hub's position.

        Words are read as each part is about to go: one who takes its time holds those of one part and no more.

        Raises: LetGo when it was let go on the way, KeyGone where that was because of its key.
        """
        part = min(most, PART)
        self._coming.add(subscriber)
        try:
            if cursor > self.position:
                # Another worker was quicker; what is beyond everything begins now.
                cursor = min(cursor, await self._pool.fetchval(HEAD))
                while self.position < cursor:
                    if self._is_stopped:
                        self._let_go(subscriber, Ending.SERVER_STOPS)
                        raise LetGo()
                    await self._moved.wait()
            own = Membership(self.position)
            if subscriber.viewer is not None:
                own = await self._begin(subscriber, subscriber.viewer, cursor)
            while cursor < self.position:
                is_old = not self._house.log.remembers(cursor)
                async with self._turn(subscriber) if is_old else contextlib.nullcontext():
                    found, cursor = await self._page(subscriber, cursor, own)
                    await read_words(self._pool, found[:part])
                while True:
                    if subscriber not in self._coming:
                        raise LetGo()
                    some, found = found[:part], found[part:]
                    yield some, some[-1].seq if found else cursor
                    # What is in memory takes no time to read; others have their turn.
                    await asyncio.sleep(0)
                    if not found:
                        break
                    async with self._turn(subscriber) if is_old else contextlib.nullcontext():
                        await read_words(self._pool, found[:part])
            if subscriber not in self._coming:
                raise LetGo()
        except KeyGone:
            self._let_go(subscriber, Ending.KEY_REVOKED)
            raise
        finally:
            self._coming.discard(subscriber)

    def attach(self, subscriber: Subscriber) -> None:
        """From now on it hears what happens; one with a key has read what it missed just before (replay)."""
        if self._is_stopped:
            self._let_go(subscriber, Ending.SERVER_STOPS)
        else:
            self._listeners.attach(subscriber)

    def detach(self, subscriber: Subscriber) -> None:
        """It listens no longer; one who does not is left as it is."""
        self._coming.discard(subscriber)
        timer = self._ends.pop(subscriber, None)
        if timer is not None:
            timer.cancel()
        self._listeners.detach(subscriber)

    async def _begin(self, subscriber: Subscriber, viewer: AgentId, cursor: int) -> Membership:
        """Read what an agent's session begins with; answers the rooms it is in at this moment.

        In a room that it entered after the cursor it has missed only what came after that.

        Raises: KeyGone.
        """
        known = self.position
        # A webhook stands by no key of its own: it outlives the session that made it.
        until = await expiry_of(self._pool, viewer, subscriber.key_id) if subscriber.key_id else None
        if until is not None:
            if until <= self._house.clock():
                raise KeyGone()
            self._end_at(subscriber, until)
        own = Membership(known)
        if self._rooms_of is not None:
            own = await membership_of(self._pool, self._rooms_of, viewer, cursor, known)
        subscriber.rooms.clear()
        subscriber.rooms.update(own.rooms - own.joined.keys())
        if subscriber.filter.only == Only.FOLLOWED:
            self._listeners.interests[subscriber] = {
                *map(room_topic, own.rooms),
                *await self._followed(self._pool, viewer),
            }
        return own

    async def _page(self, subscriber: Subscriber, cursor: int, own: Membership) -> tuple[list[Happening], int]:
        """The next page of what a listener missed, and how far it reaches.

        Raises: KeyGone.
        """
        entries = await self._house.log.after(cursor)
        # What the hub has not handed out yet is still to come.
        some = happenings(entries[: self.position - cursor])
        reached = min(entries[-1].seq, self.position)
        return await self._heard(subscriber, some, own), reached

    @contextlib.asynccontextmanager
    async def _turn(self, subscriber: Subscriber) -> AsyncIterator[None]:
        """A turn in the depths of the log; however many dig there, half of the time is for those who listen now.

        All who dig take turns, first by caller and then among those of one.
        """
        clock = asyncio.get_running_loop().time
        whose = self._rows.setdefault(subscriber.viewer or f"from {subscriber.network}", asyncio.Lock())
        async with whose, self._digging:
            began = clock()
            yield
            await asyncio.sleep(min(clock() - began, REST_SECONDS))

    async def _heard(self, subscriber: Subscriber, some: list[Happening], own: Membership) -> list[Happening]:
        """What of this a listener may hear and wishes to, without its words yet.

        It is not attached yet, and what it owns changes on the way.

        Raises: LetGo, KeyGone.
        """
        wish, viewer = subscriber.filter, subscriber.viewer
        if wish.submolt_id or wish.only == Only.FOLLOWED:
            await self._places.find(some)
        if wish.only == Only.MINE:
            await read_addresses(self._pool, some)
        interests = self._listeners.interests.get(subscriber, set())
        found: list[Happening] = []
        for one in some:
            if viewer is not None and _ends(one, viewer, subscriber.key_id):
                if one.entry.kind != MEASURED:
                    raise KeyGone()
                # Who was banned before it came may read.
                if one.seq > own.known:
                    self._let_go(subscriber, Ending.AGENT_BANNED)
                    raise LetGo()
            if (
                one.may_be_heard(viewer, subscriber.rooms)
                and one.fits(wish)
                and (wish.only != Only.MINE or viewer in one.addressees)
                and (wish.only != Only.FOLLOWED or not interests.isdisjoint(one.topics))
            ):
                found.append(one)
            change = change_of(one) if viewer is not None else None
            if change is None or change.agent_id != viewer:
                continue
            turn(interests, change)
            if one.entry.kind == JOINS and own.begins_at(change.room_id, one.seq):
                subscriber.rooms.add(change.room_id)
            elif one.entry.kind == LEAVES:
                subscriber.rooms.discard(change.room_id)
        return found

    async def _tick(self, entries: Sequence[Entry]) -> None:
        """Prepare what came and hand it out; where nobody listens, nothing is prepared."""
        some = happenings(entries) if self._listeners.attached else []
        # Whoever comes while a question is asked may wish for more.
        while some and await self._completed(some):
            pass
        self._hand_out(some, entries[-1].seq)

    async def _completed(self, some: list[Happening]) -> bool:
        """Ask what is still to be asked for those who listen now; whether there was anything."""
        if self._listeners.place_wishes and any(one.submolt_id is None for one in some):
            await self._places.find(some)
            return True
        if self._listeners.address_wishes and lacks_addresses(some):
            await read_addresses(self._pool, some)
            return True
        speaking = [one for one in some if one.open or self._listeners.concerned(one)]
        if lacks_words(speaking):
            await read_words(self._pool, speaking)
            return True
        return False

    def _hand_out(self, some: list[Happening], upto: int) -> None:
        """Give everybody its part, without waiting in between; who may hear no more hears nothing of it."""
        self.position = upto
        self._move()
        for one in some:
            if one.entry.kind in ENDINGS:
                self._end(one)
        for subscriber, data in self._listeners.parts(some):
            self._deliver(subscriber, data, upto)

    def _move(self) -> None:
        """Wake those who wait for the hub to come further."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _end(self, one: Happening) -> None:
        """End the sessions that this event ends, now or when it says."""
        for subscriber in self._listeners.of(one.body["agent_id"]):
            if _ends(one, subscriber.viewer, subscriber.key_id):
                self._let_go(subscriber, ENDED.get(one.entry.kind, Ending.KEY_REVOKED))
            elif one.entry.kind == KEY_ROTATED and one.body["key_id"] == subscriber.key_id:
                self._end_at(subscriber, msgspec.convert(one.body["until"], datetime))

    def _deliver(self, subscriber: Subscriber, data: bytes, upto: int) -> None:
        if subscriber not in self._listeners.attached:
            return
        try:
            subscriber.deliver(data, upto)
        # The edge of the hub: one that cannot take it must not keep it from the others.
        except Exception:
            log.exception("listener broke")
            self._let_go(subscriber, Ending.BROKEN)

    def _end_at(self, subscriber: Subscriber, until: datetime) -> None:
        """Its key counts until then."""
        former = self._ends.pop(subscriber, None)
        if former is not None:
            former.cancel()
        left = max(0.0, (until - self._house.clock()).total_seconds())
        loop = asyncio.get_running_loop()
        self._ends[subscriber] = loop.call_later(left, self._let_go, subscriber, Ending.KEY_REVOKED)

    def _let_go(self, subscriber: Subscriber, reason: Ending) -> None:
        self.detach(subscriber)
        subscriber.end(reason)


def _ends(one: Happening, viewer: str | None, key_id: str) -> bool:
    """Whether this event is the end of an agent's session with this key."""
    if one.entry.kind == KEY_REVOKED:
        return (viewer, key_id) == (one.body["agent_id"], one.body["key_id"])
    if one.entry.kind == MEASURED and one.body["step"] != Step.BAN:
        return False
    return one.entry.kind in ENDED and viewer == one.body["agent_id"]
