"""Who listens: found by what they wish, by who they are, by where they are, and by what they follow.

In this room: the index of all listeners, and which of them an event is for. Not here: reading the log and what is
missing in an event (hub), whether an event may be heard and fits a wish (happening).

Listeners with the same wish share one joined piece of bytes; what not everybody may hear is put into its place for
those alone whom it concerns.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Protocol, TypeVar

from moltbook.gateway.filters import Filter, Only
from moltbook.gateway.happening import Happening, joined, room_topic
from moltbook.gateway.interests import JOINS, LEAVES, change_of, turn
from moltbook.kernel.ids import AgentId

Item = TypeVar("Item")
_seq = attrgetter("seq")


class Ending(StrEnum):
    """Why the hub lets a listener go."""

    KEY_REVOKED = "key revoked"
    AGENT_GONE = "agent gone"
    AGENT_BANNED = "agent banned"
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
    # Where it comes from, as callers are counted; empty for this machine.
    network: str
    filter: Filter
    rooms: set[str]
    # "ws", "sse" or "json": which bytes it wants.
    framing: str

    def deliver(self, data: bytes, upto: int) -> None:
        """Take all its frames of a tick, up to this place in the log; called only where there are some, never waits."""

    def end(self, reason: Ending) -> None:
        """It is let go, and hears nothing more."""


class Listeners:
    """All who listen at this moment."""

    def __init__(self) -> None:
        self.attached: dict[Subscriber, GroupKey] = {}
        # Those with the same wish, found by the narrowest thing they wish for.
        self._groups: dict[GroupKey, dict[Subscriber, None]] = {}
        self._broad: set[GroupKey] = set()
        self._narrow: dict[str, set[GroupKey]] = {}
        # Those with a key: by agent, by room, and by what they follow where they hear of nothing else.
        self._viewers: dict[str, set[Subscriber]] = {}
        self._members: dict[str, set[Subscriber]] = {}
        self._followers: dict[str, set[Subscriber]] = {}
        self.interests: dict[Subscriber, set[str]] = {}
        # How many wish for what only a question tells: in which submolt it happened, to whom it is addressed.
        self.place_wishes = 0
        self.address_wishes = 0

    def attach(self, subscriber: Subscriber) -> None:
        """From now on it hears what happens; one who does already goes on."""
        if subscriber in self.attached:
            return
        wish = subscriber.filter
        key = (wish, subscriber.framing)
        self.attached[subscriber] = key
        self.place_wishes += bool(wish.submolt_id or wish.only == Only.FOLLOWED)
        self.address_wishes += wish.only == Only.MINE
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
        for topic in self.interests.get(subscriber, ()):
            self._followers.setdefault(topic, set()).add(subscriber)

    def detach(self, subscriber: Subscriber) -> None:
        """It listens no longer; one who does not is left as it is."""
        interests = self.interests.pop(subscriber, set())
        key = self.attached.pop(subscriber, None)
        if key is None:
            return
        wish, _ = key
        self.place_wishes -= bool(wish.submolt_id or wish.only == Only.FOLLOWED)
        self.address_wishes -= wish.only == Only.MINE
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

    def of(self, agent_id: str) -> list[Subscriber]:
        """The sessions of an agent."""
        return list(self._viewers.get(agent_id, ()))

    def concerned(self, one: Happening) -> set[Subscriber]:
        """Who may hear of what not everybody may."""
        found: set[Subscriber] = set()
        for agent_id in one.named:
            found |= self._viewers.get(agent_id, set())
        if one.private_room:
            found |= self._members.get(one.private_room, set())
        return found

    def parts(self, some: Sequence[Happening]) -> Iterator[tuple[Subscriber, bytes]]:
        """Each listener with its frames of these events, where there are some."""
        grouped: dict[GroupKey, list[Happening]] = {}
        own: dict[Subscriber, list[Happening]] = {}
        for one in some:
            self._sort(one, grouped, own)
            self._change(one)
        for key in self._broad:
            grouped[key] = [one for one in some if one.open and one.fits(key[0])]
        for key, found in grouped.items():
            data = joined(key[1], found)
            for subscriber in list(self._groups.get(key, ())):
                beside = own.pop(subscriber, None)
                if beside is not None:
                    yield subscriber, joined(key[1], sorted([*found, *beside], key=_seq))
                elif data:
                    yield subscriber, data
        for subscriber, found in own.items():
            yield subscriber, joined(subscriber.framing, found)

    def _sort(
        self, one: Happening, grouped: dict[GroupKey, list[Happening]], own: dict[Subscriber, list[Happening]]
    ) -> None:
        """Put an event where it is heard."""
        topics = one.topics
        concerned: Iterable[Subscriber] = ()
        if one.open:
            for topic in topics:
                for key in self._narrow.get(topic, ()):
                    if one.fits(key[0]):
                        grouped.setdefault(key, []).append(one)
        else:
            concerned = [subscriber for subscriber in self.concerned(one) if not subscriber.filter.only]
        if self.address_wishes:
            for viewer in one.addressees:
                concerned = [*concerned, *(s for s in self._viewers.get(viewer, ()) if s.filter.only == Only.MINE)]
        if self._followers:
            concerned = [*concerned, *set().union(*(self._followers.get(topic, ()) for topic in topics))]
        for subscriber in concerned:
            if one.fits(subscriber.filter) and one.may_be_heard(subscriber.viewer, subscriber.rooms):
                own.setdefault(subscriber, []).append(one)

    def _change(self, one: Happening) -> None:
        """Let an event change what its agent is in and follows, before the next one is heard."""
        change = change_of(one)
        if change is None:
            return
        for subscriber in self._viewers.get(change.agent_id, ()):
            if one.entry.kind == JOINS:
                subscriber.rooms.add(change.room_id)
                self._members.setdefault(change.room_id, set()).add(subscriber)
            elif one.entry.kind == LEAVES:
                subscriber.rooms.discard(change.room_id)
                _discard(self._members, change.room_id, subscriber)
            if subscriber not in self.interests:
                continue
            if turn(self.interests[subscriber], change):
                self._followers.setdefault(change.topic, set()).add(subscriber)
            elif not change.begins:
                _discard(self._followers, change.topic, subscriber)


def _narrowest(wish: Filter) -> str:
    """The id that an event must have among its topics to be wished for; empty where there is none."""
    room = room_topic(wish.room_id) if wish.room_id else ""
    return wish.thread_id or room or wish.agent_id or wish.submolt_id


def _discard(index: dict[str, set[Item]], key: str, item: Item) -> None:
    """Take something out of a set of an index, and the set when it is empty."""
    found = index.get(key)
    if found is not None:
        found.discard(item)
        if not found:
            del index[key]
