"""The hub: every event of the log, once to each who listens, may hear it and wishes to.

In this room: following the log tick by tick, handing out what was prepared once, going on from an older place, the
sessions that end. Not here: transports (sse, poll), who may hear what (audience), what is wished (filters).

A tick takes what the log has since the hub's position. Listeners with the same wish share one joined piece of bytes;
what not everybody may hear is put into its place for those it concerns alone. All of a tick is handed out without
waiting in between, so a listener is always exactly at the hub's position, and one who comes back is attached in the
same breath in which it has read the last of what it missed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Protocol, TypeVar

import asyncpg
import msgspec
import structlog

from moltbook.db.commit import GONE
from moltbook.gateway.filters import Filter, Only, filter_of
from moltbook.gateway.happening import Happening, happenings, joined
from moltbook.gateway.interests import JOINED, JOINS, LEAVES, Change, KeyGone, Read, change_of, expiry_of, followed_by
from moltbook.gateway.words import Places, lacks_addresses, lacks_words, read_addresses, read_words
from moltbook.house import House
from moltbook.kernel.ids import AgentId
from moltbook.log import Entry

__all__ = ["Ending", "Filter", "Happening", "Hub", "Subscriber"]

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.01
AGAIN_SECONDS = 0.5
# A full page says that more is waiting.
PAGE = 1000

AGENT_GONE, KEY_REVOKED, KEY_ROTATED = "agent.deleted", "key.revoked", "key.rotated"

Item = TypeVar("Item")
_seq = attrgetter("seq")


class Ending(StrEnum):
    """Why the hub lets a listener go."""

    KEY_REVOKED = "key revoked"
    AGENT_GONE = "agent gone"
    SERVER_STOPS = "server stops"
    TOO_SLOW = "too slow"
    BROKEN = "it could not take what came"


# What a group of listeners has in common: the wish, and which bytes.
GroupKey = tuple[Filter, str]


class Subscriber(Protocol):
    """One who listens; told apart by identity, so it must not compare by value.

    `rooms` are the private rooms it is in: the hub fills them and keeps them true.
    """

    viewer: AgentId | None
    key_id: str
    filter: Filter
    rooms: set[str]
    # "ws", "sse" or "json": which bytes it wants.
    framing: str

    def deliver(self, data: bytes, upto: int) -> None:
        """Take all its frames of a tick, up to this place in the log; called only where there are some, never waits."""

    def end(self, reason: Ending) -> None:
        """It is let go, and hears nothing more."""


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
        # All who listen; those with the same wish in one group, found by the narrowest thing they wish for.
        self._attached: dict[Subscriber, GroupKey] = {}
        # Those who are still reading what they missed.
        self._coming: set[Subscriber] = set()
        self._groups: dict[GroupKey, dict[Subscriber, None]] = {}
        self._broad: set[GroupKey] = set()
        self._narrow: dict[str, set[GroupKey]] = {}
        # Those with a key: by agent, by private room, and by what they follow where they hear of nothing else.
        self._viewers: dict[str, set[Subscriber]] = {}
        self._members: dict[str, set[Subscriber]] = {}
        self._followers: dict[str, set[Subscriber]] = {}
        self._interests: dict[Subscriber, set[str]] = {}
        self._ends: dict[Subscriber, asyncio.TimerHandle] = {}
        # How many wish for what only a question tells: in which submolt it happened, to whom it is addressed.
        self._place_wishes = 0
        self._address_wishes = 0

    def __len__(self) -> int:
        """How many listen."""
        return len(self._attached)

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
        """Let everybody go: the server stops."""
        for subscriber in [*self._attached, *self._coming]:
            self._let_go(subscriber, Ending.SERVER_STOPS)

    async def wish(self, query: Mapping[str, Any], viewer: AgentId | None = None) -> Filter:
        """What a listener wishes, by the names of query parameters or of a message's fields.

        Raises: Invalid, BadId, NotFound, Unauthorized.
        """
        return await filter_of(self._house, query, viewer)

    async def replay(self, subscriber: Subscriber, cursor: int) -> AsyncIterator[bytes]:
        """What a listener missed after the cursor, page by page, and then attach it; every session begins with this.

        At its end the listener is attached, or it was let go. Whoever begins this detaches the listener in the end,
        and before its wish is changed; with another wish it begins anew, at the position it had.
        """
        self._coming.add(subscriber)
        try:
            async for found, _ in self.missed(subscriber, cursor):
                # Its key may have ended on the way, or the server.
                if subscriber not in self._coming:
                    return
                if found:
                    yield joined(subscriber.framing, found)
            # In the same breath in which there was nothing more to read: what comes next, it hears.
            if subscriber in self._coming:
                self.attach(subscriber)
        except KeyGone:
            self._let_go(subscriber, Ending.KEY_REVOKED)
        finally:
            self._coming.discard(subscriber)

    async def missed(self, subscriber: Subscriber, cursor: int) -> AsyncIterator[tuple[list[Happening], int]]:
        """What a listener missed, in pages that say how far they reach, until the hub's position.

        Raises: KeyGone.
        """
        cursor = known = min(cursor, self.position)
        rooms: set[str] = set()
        if subscriber.viewer is not None:
            known = self.position
            rooms = await self._begin(subscriber, subscriber.viewer, cursor)
        while cursor < self.position:
            entries = await self._house.log.after(cursor)
            # What the hub has not handed out yet is still to come.
            some = happenings(entries[: self.position - cursor])
            cursor = min(entries[-1].seq, self.position)
            yield await self._heard(subscriber, some, rooms, known), cursor
            # Pages from memory take no time to read; others have their turn.
            await asyncio.sleep(0)

    def attach(self, subscriber: Subscriber) -> None:
        """From now on it hears what happens; one with a key has read what it missed just before (replay)."""
        wish = subscriber.filter
        key = (wish, subscriber.framing)
        self._attached[subscriber] = key
        self._place_wishes += bool(wish.submolt_id or wish.only == Only.FOLLOWED)
        self._address_wishes += wish.only == Only.MINE
        if not wish.only:
            if key not in self._groups:
                self._groups[key] = {}
                narrowest = _narrowest(wish)
                (self._narrow.setdefault(narrowest, set()) if narrowest else self._broad).add(key)
            self._groups[key][subscriber] = None
        if subscriber.viewer is not None:
            self._viewers.setdefault(subscriber.viewer, set()).add(subscriber)
        for room_id in subscriber.rooms:
            self._members.setdefault(room_id, set()).add(subscriber)
        for topic in self._interests.get(subscriber, ()):
            self._followers.setdefault(topic, set()).add(subscriber)

    def detach(self, subscriber: Subscriber) -> None:
        """It listens no longer; one who does not is left as it is."""
        self._coming.discard(subscriber)
        timer = self._ends.pop(subscriber, None)
        if timer is not None:
            timer.cancel()
        interests = self._interests.pop(subscriber, set())
        key = self._attached.pop(subscriber, None)
        if key is None:
            return
        wish, _ = key
        self._place_wishes -= bool(wish.submolt_id or wish.only == Only.FOLLOWED)
        self._address_wishes -= wish.only == Only.MINE
        if not wish.only:
            del self._groups[key][subscriber]
            if not self._groups[key]:
                del self._groups[key]
                self._broad.discard(key)
                _discard(self._narrow, _narrowest(wish), key)
        _discard(self._viewers, subscriber.viewer or "", subscriber)
        for room_id in subscriber.rooms:
            _discard(self._members, room_id, subscriber)
        for topic in interests:
            _discard(self._followers, topic, subscriber)

    async def _begin(self, subscriber: Subscriber, viewer: AgentId, cursor: int) -> set[str]:
        """Read what an agent's session begins with; answers the rooms it is in at this moment.

        In a room that it entered after the cursor it has missed only what came after that.

        Raises: KeyGone.
        """
        known = self.position
        # A webhook stands by no key of its own: it outlives the session that made it.
        until = await expiry_of(self._pool, viewer, subscriber.key_id) if subscriber.key_id else None
        if until is not None:
            self._end_at(subscriber, until)
        rooms = set(await self._rooms_of(self._pool, viewer)) if self._rooms_of is not None else set()
        subscriber.rooms.clear()
        subscriber.rooms.update(rooms)
        if rooms and cursor < known:
            subscriber.rooms -= {row[0] for row in await self._pool.fetch(JOINED, cursor, known, viewer)}
        if subscriber.filter.only == Only.FOLLOWED:
            self._interests[subscriber] = {*rooms, *await self._followed(self._pool, viewer)}
        return rooms

    async def _heard(
        self, subscriber: Subscriber, some: list[Happening], rooms: set[str], known: int
    ) -> list[Happening]:
        """What of this a listener may hear and wishes to; it is not attached yet, and what it owns changes on the way.

        Raises: KeyGone.
        """
        wish, viewer = subscriber.filter, subscriber.viewer
        if wish.submolt_id or wish.only == Only.FOLLOWED:
            await self._places.find(some)
        if wish.only == Only.MINE:
            await read_addresses(self._pool, some)
        interests = self._interests.get(subscriber, set())
        found: list[Happening] = []
        for one in some:
            if viewer is not None and _ends(one, viewer, subscriber.key_id):
                raise KeyGone()
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
            (interests.add if change.begins else interests.discard)(change.topic)
            # A room left since then is not entered again on the way.
            if one.entry.kind == JOINS and (change.topic in rooms or one.seq > known):
                subscriber.rooms.add(change.topic)
            elif one.entry.kind == LEAVES:
                subscriber.rooms.discard(change.topic)
        await read_words(self._pool, found)
        return found

    async def _tick(self, entries: Sequence[Entry]) -> None:
        """Prepare what came and hand it out; where nobody listens, nothing is prepared."""
        some = happenings(entries) if self._attached else []
        # Whoever comes while a question is asked may wish for more.
        while some and await self._completed(some):
            pass
        self._hand_out(some, entries[-1].seq)

    async def _completed(self, some: list[Happening]) -> bool:
        """Ask what is still to be asked for those who listen now; whether there was anything."""
        if self._place_wishes and any(one.submolt_id is None for one in some):
            await self._places.find(some)
            return True
        if self._address_wishes and lacks_addresses(some):
            await read_addresses(self._pool, some)
            return True
        speaking = [one for one in some if one.open or self._concerned(one)]
        if lacks_words(speaking):
            await read_words(self._pool, speaking)
            return True
        return False

    def _hand_out(self, some: list[Happening], upto: int) -> None:
        """Give everybody its part, without waiting in between."""
        self.position = upto
        grouped: dict[GroupKey, list[Happening]] = {}
        own: dict[Subscriber, list[Happening]] = {}
        for one in some:
            self._sort(one, grouped, own)
        for key in self._broad:
            grouped[key] = [one for one in some if one.open and one.fits(key[0])]
        for key, found in grouped.items():
            data = joined(key[1], found)
            for subscriber in list(self._groups.get(key, ())):
                beside = own.pop(subscriber, None)
                if beside is not None:
                    beside = sorted([*found, *beside], key=_seq)
                    self._deliver(subscriber, joined(key[1], beside), upto)
                elif data:
                    self._deliver(subscriber, data, upto)
        for subscriber, found in own.items():
            self._deliver(subscriber, joined(subscriber.framing, found), upto)

    def _sort(
        self, one: Happening, grouped: dict[GroupKey, list[Happening]], own: dict[Subscriber, list[Happening]]
    ) -> None:
        """Put an event where it is heard, and let it change who hears the next one."""
        topics = one.topics
        concerned: Iterable[Subscriber] = ()
        if one.open:
            for topic in topics:
                for key in self._narrow.get(topic, ()):
                    if one.fits(key[0]):
                        grouped.setdefault(key, []).append(one)
        else:
            concerned = [subscriber for subscriber in self._concerned(one) if not subscriber.filter.only]
        if self._address_wishes:
            for viewer in one.addressees:
                concerned = [*concerned, *(s for s in self._viewers.get(viewer, ()) if s.filter.only == Only.MINE)]
        if self._followers:
            concerned = [*concerned, *set().union(*(self._followers.get(topic, ()) for topic in topics))]
        for subscriber in concerned:
            if one.fits(subscriber.filter) and one.may_be_heard(subscriber.viewer, subscriber.rooms):
                own.setdefault(subscriber, []).append(one)
        self._change(one)

    def _change(self, one: Happening) -> None:
        """Let an event end the sessions it ends, and change what it changes for its agent."""
        for subscriber in list(self._viewers.get(one.body.get("agent_id", ""), ())):
            if _ends(one, subscriber.viewer, subscriber.key_id):
                is_gone = one.entry.kind == AGENT_GONE
                self._let_go(subscriber, Ending.AGENT_GONE if is_gone else Ending.KEY_REVOKED)
            elif one.entry.kind == KEY_ROTATED and one.body["key_id"] == subscriber.key_id:
                self._end_at(subscriber, msgspec.convert(one.body["until"], datetime))
        change = change_of(one)
        if change is None:
            return
        for subscriber in self._viewers.get(change.agent_id, ()):
            if one.entry.kind in (JOINS, LEAVES):
                _turn(subscriber.rooms, self._members, subscriber, change)
            if subscriber in self._interests:
                _turn(self._interests[subscriber], self._followers, subscriber, change)

    def _concerned(self, one: Happening) -> set[Subscriber]:
        """Who may hear of what not everybody may."""
        found: set[Subscriber] = set()
        for agent_id in one.named:
            found |= self._viewers.get(agent_id, set())
        if one.private_room:
            found |= self._members.get(one.private_room, set())
        return found

    def _deliver(self, subscriber: Subscriber, data: bytes, upto: int) -> None:
        if subscriber not in self._attached:
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
    return one.entry.kind == AGENT_GONE and viewer == one.body["agent_id"]


def _narrowest(wish: Filter) -> str:
    """The id that an event must have among its topics to be wished for; empty where there is none."""
    return wish.thread_id or wish.room_id or wish.agent_id or wish.submolt_id


def _turn(mine: set[str], index: dict[str, set[Subscriber]], subscriber: Subscriber, change: Change) -> None:
    """Begin or cease to have this topic, in the listener's own set and in the one by topics."""
    if change.begins:
        mine.add(change.topic)
        index.setdefault(change.topic, set()).add(subscriber)
    else:
        mine.discard(change.topic)
        _discard(index, change.topic, subscriber)


def _discard(index: dict[str, set[Item]], key: str, item: Item) -> None:
    """Take something out of a set of an index, and the set when it is empty."""
    found = index.get(key)
    if found is not None:
        found.discard(item)
        if not found:
            del index[key]
