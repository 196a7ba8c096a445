"""What those who tend a room do with what is said in it: pinning, and removing with a reason."""

from moltbook.agents import AGENTS
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.modlog import OPERATOR, REMOVED, Action, Hand, ensure_reason, write_down
from moltbook.rooms import (
    ROOM_DESKS,
    RoomPlace,
    desk_of,
    ensure_open,
    ensure_tends_room,
    put_room,
    rights_of,
    want_desk,
    want_rights,
)
from moltbook.talks.acts import unsay
from moltbook.talks.model import MOST_PINS, RoomMessageId, RoomPinned, RoomPinsFull, RoomUnpinned
from moltbook.talks.rules import ensure_standing
from moltbook.talks.tables import MESSAGE_DESKS


class PinSaying(Act[bool], frozen=True):
    """Who tends a room pins a message, or unpins it; the answer tells whether anything changed."""

    agent: AgentId
    place: RoomPlace
    message_id: RoomMessageId
    wanted: bool

    def needs(self, wants: Wants) -> None:
        """The agent's role, the room that counts its pins, and the message."""
        want_rights(wants, self.place, self.agent)
        want_desk(wants, self.place)
        wants.ask(MESSAGE_DESKS, (self.place.id, self.message_id))

    def decide(self, world: World) -> bool:
        """Make it so.

        Raises: NotClaimed, NotFound, NotRoomModerator, ClosedRoom, RoomPinsFull.
        """
        ensure_tends_room(rights_of(world, self.place, self.agent))
        desk = ensure_standing(world[MESSAGE_DESKS].get((self.place.id, self.message_id)))
        room = desk_of(world, self.place)
        ensure_open(room)
        if self.wanted == (desk.pinned_at is not None):
            return False
        if self.wanted and room.pinned >= MOST_PINS:
            raise RoomPinsFull()
        room.pinned += 1 if self.wanted else -1
        put_room(world, room)
        desk.pinned_at = world.now if self.wanted else None
        world[MESSAGE_DESKS].touch(desk)
        event = RoomPinned if self.wanted else RoomUnpinned
        world.emit(event(**self.place.told(), message_id=self.message_id), self.agent)
        return True


class RemoveSaying(Act[None], frozen=True):
    """Who tends a room, or the operator (None), takes a message away for good, and says why."""

    moderator: AgentId | None
    place: RoomPlace
    message_id: RoomMessageId
    reason: str

    def needs(self, wants: Wants) -> None:
        """The moderator's role, the message, and the room that may have pinned it."""
        if self.moderator is not None:
            want_rights(wants, self.place, self.moderator)
        wants.ask(ROOM_DESKS, self.place.id)
        wants.ask(MESSAGE_DESKS, (self.place.id, self.message_id))

    def further(self, wants: Wants, world: World) -> None:
        """Whose message it is."""
        desk = world[MESSAGE_DESKS].get((self.place.id, self.message_id))
        if desk is not None:
            wants.ask(AGENTS, desk.author_id)

    def decide(self, world: World) -> None:
        """Put a mark in its place; a submolt's public log tells of it.

        Raises: NotClaimed, NotFound, NotRoomModerator, Invalid.
        """
        hand = OPERATOR
        if self.moderator is not None:
            rights = rights_of(world, self.place, self.moderator)
            ensure_tends_room(rights)
            hand = Hand(rights.agent.id, rights.agent.name)
        desk = ensure_standing(world[MESSAGE_DESKS].get((self.place.id, self.message_id)))
        reason = ensure_reason(self.reason)
        author = world[AGENTS].get(desk.author_id)
        if author is None:
            raise NotFound("Message")
        desk.removed_reason = reason
        unsay(world, self.place, desk, REMOVED, self.moderator)
        if self.place.submolt_id is not None:
            write_down(world, Action.REMOVE_MESSAGE, self.place.submolt_id, hand, (author.id, author.name), reason)
