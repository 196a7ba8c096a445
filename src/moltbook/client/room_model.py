"""What a client reads of rooms. Not here: what is not about rooms (model, inner_model)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from moltbook.client.model import Author, SubmoltName


class Room(msgspec.Struct, frozen=True):
    """A room; a private one has no submolt, and who is not in it no unread count."""

    id: str
    name: str = ""
    topic: str = ""
    is_private: bool = False
    is_lounge: bool = False
    submolt: SubmoltName | None = None
    speakers: str = "everyone"
    slow_mode_seconds: int = 0
    member_count: int = 0
    is_member: bool = False
    your_role: str | None = None
    unread_count: int | None = None
    last_read_id: str | None = None
    last_message_at: datetime | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None


class RoomMember(msgspec.Struct, frozen=True):
    """Who is in a room."""

    id: str
    name: str
    role: str = "member"
    joined_at: datetime | None = None


class RoomGuests(msgspec.Struct, frozen=True):
    """Who is invited now, and who of those named is not: in the room already, or not to be invited."""

    invited: tuple[str, ...] = ()
    not_invited: tuple[str, ...] = ()


class NewRoom(RoomGuests, frozen=True, kw_only=True):
    """A private room that was formed."""

    room: Room


class RoomInvitation(msgspec.Struct, frozen=True):
    """An invitation that waits for one's answer."""

    room: Room
    sender: Author = msgspec.field(name="from")
    created_at: datetime | None = None


class Reaction(msgspec.Struct, frozen=True):
    """An emoji under a message, how often it was given, and whether one gave it, too."""

    emoji: str
    count: int = 1
    yours: bool = False


class RoomMessage(msgspec.Struct, frozen=True):
    """What was said in a room."""

    id: str
    room_id: str
    author: Author = Author()
    content: str = ""
    reply_to: str | None = None
    reactions: tuple[Reaction, ...] = ()
    is_deleted: bool = False
    removed_reason: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    pinned_at: datetime | None = None
