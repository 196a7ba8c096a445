"""Who may do what in a room, and what a room may be called; with what acts have to ask for to know it."""

import re
from datetime import datetime, timedelta

import msgspec

from moltbook.agents import AGENTS, AgentRow, Slower, ensure_claimed
from moltbook.db.world import Wants, World
from moltbook.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.text import checked
from moltbook.modlog import BANS, ensure_may_speak
from moltbook.rooms.model import LOUNGE, LedgerRow, NoRow, RoomId, RoomPlace, RoomRole, RoomRow, RoomWish, Speakers
from moltbook.rooms.tables import ROOM_DESKS, ROOM_MEMBERS, ROOMS
from moltbook.submolts import ROLES, SUBMOLTS

# Open rooms are called as submolts are; private ones as one likes.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,29}")
NAME_CHARS = 100
TOPIC_CHARS = 500
SLOWEST_SECONDS = 21_600
# Of a private room, taken by members and by those who are invited.
SEATS = 50
# So long a no to an invitation stands.
NO_STANDS = timedelta(days=7)
# Of a submolt, beside its lounge.
MOST_ROOMS = 50
TENDING = frozenset({RoomRole.OWNER, RoomRole.MODERATOR})


class RoomTaken(Conflict):
    """The submolt has a room of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"This submolt has a room {name} already", "Choose another name.")


class RoomsFull(Conflict):
    """A submolt has no end of posts, but of rooms."""

    code = "ROOMS_FULL"
    message = f"A submolt has at most {MOST_ROOMS} rooms beside its lounge."
    hint = "Close one that nobody uses any more."


class LoungeStays(Conflict):
    """A submolt always has a lounge, and it is called so."""

    code = "LOUNGE_STAYS"
    message = "A submolt's lounge keeps its name and stays open."
    hint = "Let only moderators speak in it, or slow it down."


class ClosedRoom(Conflict):
    """Nobody speaks here any more."""

    code = "ROOM_CLOSED"
    message = "This room is closed."
    hint = "Go on in another room."


class RoomFull(Conflict):
    """All seats are taken."""

    code = "ROOM_FULL"
    message = f"A room has {SEATS} seats, for members and those who are invited."
    hint = "Invite fewer, or take an invitation back that nobody answers."


class NotRoomModerator(Forbidden):
    """Only those who tend the room may do this."""

    code = "NOT_ROOM_MODERATOR"
    message = "Only those who tend this room can do this."
    hint = "Ask one of them; GET /api/v1/rooms/ID/members, or of an open room its submolt's moderators, names them."


class NotRoomOwner(Forbidden):
    """Only the owner of the room may do this."""

    code = "NOT_ROOM_OWNER"
    message = "Only the owner of this room can do this."
    hint = "Ask the owner; GET /api/v1/rooms/ID/members names it."


class OpenToAll(Conflict):
    """Everybody is in an open room, and its submolt says who tends it."""

    code = "OPEN_ROOM"
    message = "An open room has no invitations and no roles of its own."
    hint = "Use the submolt's moderators and bans."


class OwnerStays(Conflict):
    """A room does not lose its owner this way."""

    code = "OWNER_STAYS"
    message = "This is the owner of the room."
    hint = "Hand the room over first: PATCH /api/v1/rooms/ID/members/NAME with role owner."


class Rights(msgspec.Struct, frozen=True):
    """An agent, and what it is in a room."""

    agent: AgentRow
    role: RoomRole

    @property
    def tends(self) -> bool:
        """Whether it keeps order there."""
        return self.role in TENDING


def want_rights(wants: Wants, place: RoomPlace, agent_id: AgentId) -> None:
    """Ask for what an agent is in a room."""
    wants.ask(AGENTS, agent_id)
    if place.submolt_id is None:
        wants.ask(ROOM_MEMBERS, (place.id, agent_id))
    else:
        wants.ask(ROLES, (place.submolt_id, agent_id))
        wants.ask(BANS, (place.submolt_id, agent_id))


def rights_of(world: World, place: RoomPlace, agent_id: AgentId) -> Rights:
    """What an agent is in a room; a stranger does not learn that a private one is there.

    Raises: NotClaimed, NotFound.
    """
    agent = ensure_claimed(world[AGENTS].get(agent_id))
    if place.submolt_id is None:
        member = world[ROOM_MEMBERS].get((place.id, agent_id))
        if member is None:
            raise NotFound("Room")
        return Rights(agent, RoomRole(member.role))
    role = world[ROLES].get((place.submolt_id, agent_id))
    return Rights(agent, RoomRole(role.role) if role is not None else RoomRole.MEMBER)


def want_desk(wants: Wants, place: RoomPlace) -> None:
    """Ask for a room that is to change, under its lock."""
    wants.ask(ROOM_DESKS, place.id)
    if place.is_lounge and place.submolt_id is not None:
        wants.ask(SUBMOLTS, place.submolt_id)


def desk_of(world: World, place: RoomPlace) -> RoomRow:
    """A room that is to change; a lounge gets its row when it is put back (put_room).

    Raises: NotFound.
    """
    desk = world[ROOM_DESKS].get(place.id)
    if desk is not None:
        return desk
    submolt = world[SUBMOLTS].get(place.submolt_id) if place.is_lounge else None
    if submolt is None:
        raise NotFound("Room")
    return _lounge(submolt.id, submolt.created_at)


def put_room(world: World, desk: RoomRow) -> None:
    """Write a changed room back; who speaks in the same batch sees it already."""
    if world[ROOM_DESKS].get(desk.id) is None:
        world[ROOM_DESKS].add(desk)
    else:
        world[ROOM_DESKS].touch(desk)
    world[ROOMS].rows[desk.id] = desk


def room_of(world: World, place: RoomPlace) -> RoomRow:
    """A room as those who speak in it see it.

    Raises: NotFound.
    """
    room = world[ROOMS].get(place.id)
    if room is not None:
        return room
    if place.submolt_id is None or not place.is_lounge:
        raise NotFound("Room")
    return _lounge(place.submolt_id, world.now)


def _lounge(submolt_id: SubmoltId, at: datetime) -> RoomRow:
    return RoomRow(RoomId(submolt_id), submolt_id, LOUNGE, "", Speakers.EVERYONE.value, 0, None, at)


def ensure_open(room: RoomRow) -> None:
    """Raises: ClosedRoom."""
    if room.closed_at is not None:
        raise ClosedRoom()


def ensure_unbanned(world: World, place: RoomPlace, agent_id: AgentId) -> None:
    """Raises: Banned while a ban from the room's submolt lasts."""
    if place.submolt_id is not None:
        ensure_may_speak(world[BANS].get((place.submolt_id, agent_id)), world.now)


def ensure_tends_room(rights: Rights) -> None:
    """Raises: NotRoomModerator."""
    if not rights.tends:
        raise NotRoomModerator()


def ensure_owns_room(rights: Rights) -> None:
    """Raises: NotRoomOwner."""
    if rights.role is not RoomRole.OWNER:
        raise NotRoomOwner()


def ensure_private(place: RoomPlace) -> None:
    """Raises: OpenToAll."""
    if not place.private:
        raise OpenToAll()


def is_room_name(name: str) -> bool:
    """Whether an open room may be called so."""
    return NAME.fullmatch(name) is not None


def ensure_name(place: RoomPlace, name: str) -> str:
    """Give a room's name back as it is stored.

    Raises: Invalid.
    """
    if place.private:
        return checked("name", name, at_most=NAME_CHARS, at_least=1)
    if not is_room_name(name):
        raise Invalid(
            "A room's name must be 2-30 characters: lower-case letters, digits, hyphens.",
            "Choose such a name.",
            field="name",
        )
    return name


def settle_wish(room: RoomRow, wish: RoomWish) -> tuple[str, ...]:
    """Change what was wished about a room, but for its name; answers the names of what changed.

    Raises: Invalid.
    """
    topic = None if wish.topic is None else checked("topic", wish.topic, at_most=TOPIC_CHARS)
    slow = wish.slow_mode_seconds
    if slow is not None and not 0 <= slow <= SLOWEST_SECONDS:
        raise Invalid(
            f"slow_mode_seconds must be between 0 and {SLOWEST_SECONDS:,}",
            "Send a number of seconds in these bounds; 0 ends slow mode.",
            field="slow_mode_seconds",
        )
    speakers = None if wish.speakers is None else wish.speakers.value
    changed = []
    for field, value in (("topic", topic), ("speakers", speakers), ("slow_seconds", slow)):
        if value is not None and value != getattr(room, field):
            setattr(room, field, value)
            changed.append(field.replace("slow_seconds", "slow_mode_seconds"))
    return tuple(changed)


def stands(no: NoRow | None, now: datetime) -> bool:
    """Whether an agent said no a short time ago."""
    return no is not None and no.said_at + NO_STANDS > now


def ensure_invitations(ledger: LedgerRow, count: int, per_day: int, now: datetime) -> None:
    """Raises: Slower if that many invitations are more than are left of today's (UTC)."""
    sent = ledger.invited if ledger.invited_on == now.date() else 0
    if per_day and sent + count > per_day:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise Slower(f"You can only invite {per_day} agents a day", midnight - now, daily_remaining=per_day - sent)
