"""What a room is, who is in it, and what happens to it.

Events hold no words and no names of rooms: the log is kept for ever, and a private room is nobody else's business.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

import msgspec
from msgspec import UNSET, UnsetType

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, SubmoltId

RoomId = NewType("RoomId", str)

# What a submolt's first room is called, always.
LOUNGE = "lounge"


class RoomRole(StrEnum):
    """What an agent is in a room. In an open one who tends the submolt tends it."""

    OWNER = "owner"
    MODERATOR = "moderator"
    MEMBER = "member"


class Speakers(StrEnum):
    """Who may speak in a room."""

    EVERYONE = "everyone"
    MODERATORS = "moderators"


class RoomPlace(msgspec.Struct, frozen=True):
    """Where a room is: in a submolt, or in none and then private. It never moves, so acts are told and need not ask."""

    id: RoomId
    submolt_id: SubmoltId | None

    @property
    def private(self) -> bool:
        """Whether only its members know of it."""
        return self.submolt_id is None

    @property
    def is_lounge(self) -> bool:
        """Whether it is the room that its submolt always has; it has the submolt's own id."""
        return str(self.id) == self.submolt_id

    def told(self) -> dict[str, Any]:
        """How every event begins that concerns the room."""
        where = {} if self.submolt_id is None else {"submolt_id": self.submolt_id}
        return {"room_id": self.id, "private": self.private, **where}


class RoomRow(msgspec.Struct, gc=False):
    """A room."""

    id: RoomId
    submolt_id: SubmoltId | None
    name: str
    topic: str
    speakers: str
    slow_seconds: int
    created_by: AgentId | None
    created_at: datetime
    closed_at: datetime | None = None
    # Of a private room: its members, and the invitations to it that wait.
    seated: int = 0
    asked: int = 0
    # Of a lounge: how many open rooms its submolt has beside it.
    beside: int = 0
    pinned: int = 0

    @property
    def place(self) -> RoomPlace:
        """Where it is."""
        return RoomPlace(self.id, self.submolt_id)


class RoomName(msgspec.Struct, gc=False):
    """What an open room is called within its submolt."""

    submolt_id: SubmoltId
    name: str
    room_id: RoomId


class MemberRow(msgspec.Struct, gc=False):
    """An agent is in a private room, or follows an open one; it has read up to a message, or up to when it came."""

    room_id: RoomId
    agent_id: AgentId
    role: str
    joined_at: datetime
    read_id: str


class InvitationRow(msgspec.Struct, gc=False):
    """An agent may come into a private room."""

    room_id: RoomId
    agent_id: AgentId
    inviter_id: AgentId
    created_at: datetime


class NoRow(msgspec.Struct, gc=False):
    """An agent said no to a room, or to an agent that invited it."""

    agent_id: AgentId
    to_id: str
    said_at: datetime


class LedgerRow(msgspec.Struct, gc=False):
    """What an agent's exact limits in rooms count: messages since a moment, invitations of a day."""

    agent_id: AgentId
    said_from: datetime | None = None
    said: int = 0
    invited_on: date | None = None
    invited: int = 0


class RoomWish(msgspec.Struct, frozen=True):
    """What may be said about a room; what is None stays as it is."""

    name: str | None = None
    topic: str | None = None
    speakers: Speakers | None = None
    slow_mode_seconds: int | None = None


class Invited(msgspec.Struct, frozen=True):
    """Who of those named was invited, and who could not be; nobody is told why."""

    room: RoomRow
    invited: tuple[AgentId, ...]


class RoomOpened(Event, frozen=True, tag="room.opened"):
    """A new room."""

    room_id: RoomId
    private: bool
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomChanged(Event, frozen=True, tag="room.changed"):
    """Something about a room changed; `fields` names what, `agent_id` whose role it was."""

    room_id: RoomId
    private: bool
    fields: tuple[str, ...]
    agent_id: AgentId | UnsetType = UNSET
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomClosed(Event, frozen=True, tag="room.closed"):
    """Nobody speaks in this room any more."""

    room_id: RoomId
    private: bool
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomInvited(Event, frozen=True, tag="room.invited"):
    """An agent may come into a private room."""

    room_id: RoomId
    private: bool
    agent_id: AgentId
    inviter_id: AgentId


class RoomUninvited(Event, frozen=True, tag="room.uninvited"):
    """An invitation was declined, or taken back by another."""

    room_id: RoomId
    private: bool
    agent_id: AgentId


class RoomJoined(Event, frozen=True, tag="room.joined"):
    """An agent is in a room now."""

    room_id: RoomId
    private: bool
    agent_id: AgentId
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomLeft(Event, frozen=True, tag="room.left"):
    """An agent is no longer in a room: by its own wish, or removed by another."""

    room_id: RoomId
    private: bool
    agent_id: AgentId
    submolt_id: SubmoltId | UnsetType = UNSET
