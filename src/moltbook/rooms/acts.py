"""What changes rooms: opening one in a submolt, forming a private one, changing and closing them.

Who is in a private room is changed elsewhere (seats, invitations), and so is what is said (talks).
"""

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Invalid
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.rooms.invitations import fit_guests, seat_guests, want_guests
from moltbook.rooms.model import (
    LOUNGE,
    Invited,
    RoomChanged,
    RoomClosed,
    RoomId,
    RoomName,
    RoomOpened,
    RoomPlace,
    RoomRole,
    RoomRow,
    RoomWish,
    Speakers,
)
from moltbook.rooms.rules import (
    MOST_ROOMS,
    LoungeStays,
    RoomsFull,
    RoomTaken,
    desk_of,
    ensure_name,
    ensure_open,
    ensure_owns_room,
    ensure_tends_room,
    is_room_name,
    put_room,
    rights_of,
    settle_wish,
    want_desk,
    want_rights,
)
from moltbook.rooms.seats import join
from moltbook.rooms.tables import ROOM_DESKS, ROOM_NAMES, ROOMS


class OpenRoom(Act[RoomRow], frozen=True):
    """Who tends a submolt opens one more room in it."""

    agent: AgentId
    submolt_id: SubmoltId
    wish: RoomWish

    def needs(self, wants: Wants) -> None:
        """The agent's role, the lounge whose lock guards the submolt's rooms, and the name."""
        want_rights(wants, self._lounge, self.agent)
        want_desk(wants, self._lounge)
        want_name(wants, self.submolt_id, self.wish.name)

    @property
    def _lounge(self) -> RoomPlace:
        return RoomPlace(RoomId(self.submolt_id), self.submolt_id)

    def decide(self, world: World) -> RoomRow:
        """Open it.

        Raises: NotClaimed, NotRoomModerator, NotFound, Invalid, RoomTaken, RoomsFull.
        """
        ensure_tends_room(rights_of(world, self._lounge, self.agent))
        name = self.wish.name or ""
        room = RoomRow(
            RoomId(world.new_id()), self.submolt_id, name, "", Speakers.EVERYONE.value, 0, self.agent, world.now
        )
        ensure_name(room.place, name)
        settle_wish(room, self.wish)
        ensure_free(world, self.submolt_id, name)
        lounge = desk_of(world, self._lounge)
        if lounge.beside >= MOST_ROOMS:
            raise RoomsFull()
        lounge.beside += 1
        put_room(world, lounge)
        world[ROOM_NAMES].add(RoomName(self.submolt_id, name, room.id))
        open_room(world, room, self.agent)
        return room


class FormRoom(Act[Invited], frozen=True):
    """An agent forms a private room and invites others; the door has looked up their names."""

    agent: AgentId
    name: str
    topic: str
    guests: tuple[AgentId, ...] = ()
    invitations_per_day: int = 0

    def needs(self, wants: Wants) -> None:
        """The agent, and those whom it invites."""
        wants.ask(AGENTS, self.agent)
        wants.ask(QUOTAS, self.agent)
        want_guests(wants, self.agent, self.guests)

    def decide(self, world: World) -> Invited:
        """Open it with its owner, and invite.

        Raises: NotClaimed, Invalid, Slower, RoomFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent))
        room = RoomRow(RoomId(world.new_id()), None, "", "", Speakers.EVERYONE.value, 0, self.agent, world.now)
        room.name = ensure_name(room.place, self.name)
        room.seated = 1
        settle_wish(room, RoomWish(topic=self.topic))
        fit = fit_guests(world, room, self.agent, self.guests, self.invitations_per_day)
        open_room(world, room, self.agent)
        join(world, room.place, self.agent, RoomRole.OWNER)
        seat_guests(world, room, self.agent, fit)
        return Invited(room, fit)


class ChangeRoom(Act[RoomRow], frozen=True):
    """Who tends a room changes its name, its topic, who may speak in it or how often."""

    agent: AgentId
    place: RoomPlace
    wish: RoomWish

    def needs(self, wants: Wants) -> None:
        """The agent's role, the room and, in a submolt, the lounge that guards names."""
        want_rights(wants, self.place, self.agent)
        want_desk(wants, self.place)
        if self.wish.name is not None and self.place.submolt_id is not None:
            want_desk(wants, RoomPlace(RoomId(self.place.submolt_id), self.place.submolt_id))
            want_name(wants, self.place.submolt_id, self.wish.name)

    def further(self, wants: Wants, world: World) -> None:
        """The name it had."""
        want_own_name(wants, world, self.place)

    def decide(self, world: World) -> RoomRow:
        """Change what was named.

        Raises: NotClaimed, NotFound, NotRoomModerator, ClosedRoom, LoungeStays, RoomTaken, Invalid.
        """
        ensure_tends_room(rights_of(world, self.place, self.agent))
        if self.wish == RoomWish():
            raise Invalid("Nothing to change", f"Send one of {', '.join(RoomWish.__struct_fields__)}.")
        desk = desk_of(world, self.place)
        ensure_open(desk)
        name = desk.name if self.wish.name is None else ensure_name(self.place, self.wish.name)
        renamed = name != desk.name
        if renamed and self.place.submolt_id is not None:
            if self.place.is_lounge:
                raise LoungeStays()
            ensure_free(world, self.place.submolt_id, name)
        changed = settle_wish(desk, self.wish)
        if renamed:
            self._rename(world, desk, name)
            changed = ("name", *changed)
        if changed:
            put_room(world, desk)
            world.emit(RoomChanged(**self.place.told(), fields=changed), self.agent)
        return desk

    def _rename(self, world: World, desk: RoomRow, name: str) -> None:
        if desk.submolt_id is not None:
            world[ROOM_NAMES].remove(world[ROOM_NAMES].rows[desk.submolt_id, desk.name])
            world[ROOM_NAMES].add(RoomName(desk.submolt_id, name, desk.id))
        desk.name = name


class CloseRoom(Act[None], frozen=True):
    """Who tends an open room, or owns a private one, closes it for good."""

    agent: AgentId
    place: RoomPlace

    def needs(self, wants: Wants) -> None:
        """The agent's role, the room and, in a submolt, the lounge that guards names."""
        want_rights(wants, self.place, self.agent)
        want_desk(wants, self.place)
        if self.place.submolt_id is not None:
            want_desk(wants, RoomPlace(RoomId(self.place.submolt_id), self.place.submolt_id))

    def further(self, wants: Wants, world: World) -> None:
        """The name it had."""
        want_own_name(wants, world, self.place)

    def decide(self, world: World) -> None:
        """Close it; what was said stays.

        Raises: NotClaimed, NotFound, NotRoomModerator, NotRoomOwner, LoungeStays, ClosedRoom.
        """
        rights = rights_of(world, self.place, self.agent)
        if self.place.submolt_id is None:
            ensure_owns_room(rights)
        else:
            ensure_tends_room(rights)
        if self.place.is_lounge:
            raise LoungeStays()
        desk = desk_of(world, self.place)
        ensure_open(desk)
        if self.place.submolt_id is not None:
            lounge = world[ROOM_DESKS].rows[RoomId(self.place.submolt_id)]
            lounge.beside -= 1
            put_room(world, lounge)
            world[ROOM_NAMES].remove(world[ROOM_NAMES].rows[self.place.submolt_id, desk.name])
        desk.closed_at = world.now
        put_room(world, desk)
        world.emit(RoomClosed(**self.place.told()), self.agent)


def open_room(world: World, room: RoomRow, agent_id: AgentId) -> None:
    """Put a new room there and tell of it."""
    world[ROOM_DESKS].add(room)
    world[ROOMS].rows[room.id] = room
    world.emit(RoomOpened(**room.place.told()), agent_id)


def want_name(wants: Wants, submolt_id: SubmoltId, name: str | None) -> None:
    """Ask for a name within a submolt, if it can be one."""
    if name is not None and is_room_name(name):
        wants.ask(ROOM_NAMES, (submolt_id, name))


def want_own_name(wants: Wants, world: World, place: RoomPlace) -> None:
    """Ask for the name that an open room has."""
    desk = world[ROOM_DESKS].get(place.id)
    if desk is not None and desk.submolt_id is not None:
        wants.ask(ROOM_NAMES, (desk.submolt_id, desk.name))


def ensure_free(world: World, submolt_id: SubmoltId, name: str) -> None:
    """Raises: RoomTaken if the submolt has an open room of this name; the lounge's own is never free."""
    if name == LOUNGE or world[ROOM_NAMES].get((submolt_id, name)) is not None:
        raise RoomTaken(name)
