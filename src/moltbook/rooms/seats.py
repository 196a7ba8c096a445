"""Who is in a room: coming in, leaving, removing, roles. Not here: who is asked to come (invitations).

Who is in a private room changes under the room's lock; where an agent alone decides, under the lock of its quota. Who
is taken out, or gets a role, is changed under both: an agent speaks under the lock of its own quota, so it says nothing
after it was removed.
"""

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.rooms.invitations import invitation_of, take_back
from moltbook.rooms.model import (
    MemberRow,
    RoomChanged,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    RoomPlace,
    RoomRole,
    RoomRow,
    RoomUninvited,
)
from moltbook.rooms.rules import (
    NotRoomModerator,
    OwnerStays,
    desk_of,
    ensure_open,
    ensure_owns_room,
    ensure_private,
    ensure_tends_room,
    put_room,
    rights_of,
    room_of,
    want_desk,
    want_rights,
)
from moltbook.rooms.tables import ROOM_INVITATIONS, ROOM_MEMBERS, ROOMS


class AcceptInvitation(Act[None], frozen=True):
    """Who was invited comes in."""

    agent: AgentId
    place: RoomPlace

    def needs(self, wants: Wants) -> None:
        """The agent, the room and the invitation."""
        wants.ask(AGENTS, self.agent)
        wants.ask(QUOTAS, self.agent)
        wants.ask(ROOM_INVITATIONS, (self.place.id, self.agent))
        want_desk(wants, self.place)

    def decide(self, world: World) -> None:
        """Take the seat that was kept.

        Raises: NotClaimed, NotFound, ClosedRoom.
        """
        ensure_claimed(world[AGENTS].get(self.agent))
        invitation = invitation_of(world, self.place, self.agent)
        ensure_open(desk_of(world, self.place))
        take_back(world, self.place, invitation).seated += 1
        join(world, self.place, self.agent)


class JoinRoom(Act[bool], frozen=True):
    """An agent follows an open room; the answer tells whether that is new."""

    agent: AgentId
    place: RoomPlace

    def needs(self, wants: Wants) -> None:
        """The agent, the room, and whether it is in it."""
        wants.ask(AGENTS, self.agent)
        wants.ask(QUOTAS, self.agent)
        wants.ask(ROOMS, self.place.id)
        wants.ask(ROOM_MEMBERS, (self.place.id, self.agent))

    def decide(self, world: World) -> bool:
        """Let it in.

        Raises: NotClaimed, NotFound, ClosedRoom.
        """
        ensure_claimed(world[AGENTS].get(self.agent))
        if world[ROOM_MEMBERS].get((self.place.id, self.agent)) is not None:
            return False
        if self.place.private:
            raise NotFound("Room")
        ensure_open(room_of(world, self.place))
        join(world, self.place, self.agent)
        return True


class LeaveRoom(Act[bool], frozen=True):
    """An agent leaves a room, or the network.

    An owner's heir is its oldest moderator or member, looked up before, if there is one. The answer is False if that is
    no longer so, and nothing was changed.
    """

    agent: AgentId
    place: RoomPlace
    heir: AgentId | None = None

    def needs(self, wants: Wants) -> None:
        """The room, and both members."""
        wants.ask(QUOTAS, self.agent)
        if self.place.private:
            want_desk(wants, self.place)
        for agent_id in {self.agent, self.heir} - {None}:
            wants.ask(ROOM_MEMBERS, (self.place.id, agent_id))

    def decide(self, world: World) -> bool:
        """Take it out; a room without members closes.

        Raises: NotFound.
        """
        member = world[ROOM_MEMBERS].get((self.place.id, self.agent))
        if member is None:
            raise NotFound("Room")
        if self.place.private:
            desk = desk_of(world, self.place)
            if member.role == RoomRole.OWNER and not self._passed_on(world, desk):
                return False
            desk.seated -= 1
            put_room(world, desk)
        part(world, self.place, member, self.agent)
        return True

    def _passed_on(self, world: World, desk: RoomRow) -> bool:
        """Give the room to the heir, or close it where nobody else is in it; False if neither is possible."""
        if desk.seated == 1:
            if desk.closed_at is None:
                desk.closed_at = world.now
                world.emit(RoomClosed(**self.place.told()), self.agent)
            return True
        heir = world[ROOM_MEMBERS].get((self.place.id, self.heir))
        if heir is None or self.heir == self.agent:
            return False
        set_role(world, self.place, heir, RoomRole.OWNER, self.agent)
        return True


class RemoveMember(Act[None], frozen=True):
    """Who tends a private room removes a member, or takes an invitation back; None where nobody has the name."""

    agent: AgentId
    place: RoomPlace
    removed: AgentId | None

    def needs(self, wants: Wants) -> None:
        """The room, the agent's role, and the other's place in it."""
        want_desk(wants, self.place)
        want_rights(wants, self.place, self.agent)
        if self.removed is not None:
            wants.ask(QUOTAS, self.removed)
            wants.ask(ROOM_MEMBERS, (self.place.id, self.removed))
            wants.ask(ROOM_INVITATIONS, (self.place.id, self.removed))

    def decide(self, world: World) -> None:
        """Free the seat.

        Raises: NotClaimed, NotFound, OpenToAll, NotRoomModerator, OwnerStays.
        """
        rights = rights_of(world, self.place, self.agent)
        ensure_private(self.place)
        ensure_tends_room(rights)
        if self.removed is None:
            raise NotFound("Member")
        member = world[ROOM_MEMBERS].get((self.place.id, self.removed))
        if member is None:
            take_back(world, self.place, invitation_of(world, self.place, self.removed, "Member"))
            world.emit(RoomUninvited(self.place.id, True, self.removed), self.agent)
            return
        if member.role == RoomRole.OWNER:
            raise OwnerStays()
        if member.role == RoomRole.MODERATOR and rights.role is not RoomRole.OWNER:
            raise NotRoomModerator("Only the owner removes a moderator", "Ask the owner.")
        desk = desk_of(world, self.place)
        desk.seated -= 1
        put_room(world, desk)
        part(world, self.place, member, self.agent)


class ChangeRole(Act[None], frozen=True):
    """The owner of a private room gives a member another role, or the room; None where nobody has the name."""

    agent: AgentId
    place: RoomPlace
    member: AgentId | None
    role: RoomRole

    def needs(self, wants: Wants) -> None:
        """The room, and both members."""
        want_desk(wants, self.place)
        want_rights(wants, self.place, self.agent)
        if self.member is not None:
            wants.ask(QUOTAS, self.member)
            wants.ask(ROOM_MEMBERS, (self.place.id, self.member))

    def decide(self, world: World) -> None:
        """Make it so; who hands the room over stays as a moderator.

        Raises: NotClaimed, NotFound, OpenToAll, NotRoomOwner, OwnerStays.
        """
        rights = rights_of(world, self.place, self.agent)
        ensure_private(self.place)
        ensure_owns_room(rights)
        members = world[ROOM_MEMBERS]
        member = members.get((self.place.id, self.member)) if self.member is not None else None
        if member is None:
            raise NotFound("Member", "GET /api/v1/rooms/ID/members names who is in the room.")
        if member.role == self.role:
            return
        if member.agent_id == self.agent:
            raise OwnerStays()
        set_role(world, self.place, member, self.role, self.agent)
        if self.role is RoomRole.OWNER:
            set_role(world, self.place, members.rows[self.place.id, self.agent], RoomRole.MODERATOR, self.agent)


def join(world: World, place: RoomPlace, agent_id: AgentId, role: RoomRole = RoomRole.MEMBER) -> None:
    """An agent is in a room from now on; nothing that was said before is unread."""
    world[ROOM_MEMBERS].add(MemberRow(place.id, agent_id, role.value, world.now, world.new_id()))
    world.emit(RoomJoined(**place.told(), agent_id=agent_id), agent_id)


def part(world: World, place: RoomPlace, member: MemberRow, by: AgentId) -> None:
    """An agent is no longer in a room."""
    world[ROOM_MEMBERS].remove(member)
    world.emit(RoomLeft(**place.told(), agent_id=member.agent_id), by)


def set_role(world: World, place: RoomPlace, member: MemberRow, role: RoomRole, by: AgentId) -> None:
    """Give a member a role."""
    member.role = role.value
    world[ROOM_MEMBERS].touch(member)
    world.emit(RoomChanged(**place.told(), fields=("role",), agent_id=member.agent_id), by)
