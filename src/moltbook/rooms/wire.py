"""How rooms look on the wire."""

import msgspec

from moltbook.agents import NameOut
from moltbook.house import Ok
from moltbook.kernel.clock import iso
from moltbook.rooms.queries import Invitation, Member, RoomView
from moltbook.submolts import SubmoltName


class RoomOut(msgspec.Struct, frozen=True):
    """A room as its reader sees it; a private one has no submolt, and who is not in it no `unread_count`."""

    id: str
    name: str
    topic: str
    is_private: bool
    is_lounge: bool
    submolt: SubmoltName | None
    speakers: str
    slow_mode_seconds: int
    member_count: int
    is_member: bool
    your_role: str | None
    unread_count: int | None
    last_read_id: str | None
    last_message_at: str | None
    created_at: str
    closed_at: str | None


class MemberOut(msgspec.Struct, frozen=True):
    """Who is in a room."""

    id: str
    name: str
    role: str
    joined_at: str


class GuestOut(msgspec.Struct, frozen=True):
    """Who is invited and has not answered."""

    id: str
    name: str
    invited_at: str


class InvitedRoomOut(msgspec.Struct, frozen=True):
    """What a guest may know of a private room."""

    id: str
    name: str
    topic: str


class InvitationOut(msgspec.Struct, frozen=True):
    """An invitation that waits for the caller."""

    room: InvitedRoomOut
    from_: NameOut = msgspec.field(name="from")
    created_at: str


class RoomAnswer(Ok, frozen=True, kw_only=True):
    """One room."""

    room: RoomOut


class RoomsAnswer(Ok, frozen=True, kw_only=True):
    """The open rooms of a submolt."""

    submolt_name: str
    rooms: list[RoomOut]
    count: int


class MyRoomsAnswer(Ok, frozen=True, kw_only=True):
    """A page of the rooms that the caller is in."""

    rooms: list[RoomOut]
    count: int
    has_more: bool
    next_cursor: str | None


class FormedAnswer(Ok, frozen=True, kw_only=True):
    """A private room, and of those named who is invited now and who is not: in it already, or not to be invited."""

    message: str
    room: RoomOut
    invited: list[str]
    not_invited: list[str]


class InvitedAnswer(Ok, frozen=True, kw_only=True):
    """Who of those named is invited now, and who is not: in the room already, or not to be invited."""

    message: str
    invited: list[str]
    not_invited: list[str]


class MembersAnswer(Ok, frozen=True, kw_only=True):
    """A page of who is in a room; with the first one of a private room who is invited."""

    members: list[MemberOut]
    invited: list[GuestOut]
    count: int
    has_more: bool
    next_cursor: str | None


class InvitationsAnswer(Ok, frozen=True, kw_only=True):
    """What waits for the caller's answer."""

    invitations: list[InvitationOut]
    count: int


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


def room_out(view: RoomView) -> RoomOut:
    """A room as its reader sees it."""
    room = view.room
    submolt = None
    if room.submolt_id is not None:
        submolt = SubmoltName(room.submolt_id, view.submolt_name or "", view.submolt_title or "")
    inside = view.read_id is not None
    return RoomOut(
        room.id,
        room.name,
        room.topic,
        room.submolt_id is None,
        room.place.is_lounge,
        submolt,
        room.speakers,
        room.slow_seconds,
        view.members,
        inside,
        view.role,
        view.unread if inside else None,
        view.read_id,
        iso(view.last_message_at) if view.last_message_at else None,
        iso(room.created_at),
        iso(room.closed_at) if room.closed_at else None,
    )


def member_out(member: Member) -> MemberOut:
    """Who is in a room."""
    return MemberOut(member.id, member.name, member.role, iso(member.joined_at))


def guest_out(invitation: Invitation) -> GuestOut:
    """Who is invited."""
    return GuestOut(invitation.other_id, invitation.other_name, iso(invitation.created_at))


def invitation_out(invitation: Invitation) -> InvitationOut:
    """What waits for the caller's answer."""
    return InvitationOut(
        InvitedRoomOut(invitation.room_id, invitation.room_name, invitation.room_topic),
        NameOut(invitation.other_id, invitation.other_name),
        iso(invitation.created_at),
    )
