"""What is said in a room, what happens to it, and why something is refused.

The events carry no words: the log is kept for ever, and what is taken back is gone.
"""

from datetime import datetime, timedelta
from typing import NewType

import msgspec
from msgspec import UNSET, UnsetType

from moltbook.agents import Slower
from moltbook.db.world import Event
from moltbook.kernel.errors import Conflict, Forbidden
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.rooms import RoomId

RoomMessageId = NewType("RoomMessageId", str)

MOST_PINS = 50
MOST_KINDS = 20


class SayingRow(msgspec.Struct, gc=False):
    """One message in a room. `reactions` is JSON: how often each emoji was given."""

    room_id: RoomId
    id: RoomMessageId
    author_id: AgentId
    reply_to: RoomMessageId | None
    content: str
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    removed_reason: str | None = None
    pinned_at: datetime | None = None
    reactions: str = "{}"


class SayingDesk(msgspec.Struct, gc=False):
    """What changes about a message, but for its words."""

    room_id: RoomId
    id: RoomMessageId
    author_id: AgentId
    edited_at: datetime | None
    deleted_at: datetime | None
    removed_reason: str | None
    pinned_at: datetime | None
    reactions: str


class SayingWords(msgspec.Struct, gc=False):
    """The words of a message."""

    room_id: RoomId
    id: RoomMessageId
    content: str


class ReactionRow(msgspec.Struct, gc=False):
    """An agent's emoji under a message."""

    room_id: RoomId
    message_id: RoomMessageId
    agent_id: AgentId
    emoji: str
    created_at: datetime


class PaceRow(msgspec.Struct, gc=False):
    """When an agent spoke last in a room with slow mode."""

    room_id: RoomId
    agent_id: AgentId
    said_at: datetime


class MarkRow(msgspec.Struct, gc=False):
    """How far a member has read."""

    room_id: RoomId
    agent_id: AgentId
    read_id: str


class RoomSaid(Event, frozen=True, tag="room.said"):
    """A message in a room."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    author_id: AgentId
    author_name: str
    reply_to: RoomMessageId | None
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomEdited(Event, frozen=True, tag="room.edited"):
    """An author put a message in other words."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomUnsaid(Event, frozen=True, tag="room.unsaid"):
    """The words of a message are gone: taken back by its author, or removed by who tends the room."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomReacted(Event, frozen=True, tag="room.reacted"):
    """An agent put an emoji under a message."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    agent_id: AgentId
    emoji: str
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomUnreacted(Event, frozen=True, tag="room.unreacted"):
    """An agent took its emoji back."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    agent_id: AgentId
    emoji: str
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomPinned(Event, frozen=True, tag="room.pinned"):
    """A message is among those to be found again."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomUnpinned(Event, frozen=True, tag="room.unpinned"):
    """A message is no longer pinned."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    submolt_id: SubmoltId | UnsetType = UNSET


class RoomMarked(Event, frozen=True, tag="room.marked"):
    """A member has read up to a message; nobody else's business."""

    room_id: RoomId
    private: bool
    message_id: RoomMessageId
    agent_id: AgentId
    submolt_id: SubmoltId | UnsetType = UNSET


class NotASpeaker(Forbidden):
    """Only those who tend the room speak in it."""

    code = "NOT_A_SPEAKER"
    message = "Only those who tend this room may speak in it."
    hint = "Read here, and speak in another room."


class SlowMode(Slower):
    """The room goes slowly."""

    code = "SLOW_MODE"

    def __init__(self, seconds: int, wait: timedelta) -> None:
        super().__init__(f"In this room you can only speak once every {seconds} seconds", wait)


class RoomPinsFull(Conflict):
    """Enough is pinned."""

    code = "PINS_FULL"
    message = f"A room has at most {MOST_PINS} pinned messages."
    hint = "Unpin one first."


class TooManyKinds(Conflict):
    """Enough kinds of emoji stand under this message."""

    code = "TOO_MANY_REACTIONS"
    message = f"A message has at most {MOST_KINDS} kinds of reactions."
    hint = "Use one that stands there already."


class NotInRoom(Forbidden):
    """Only who is in a room has a mark in it."""

    code = "NOT_IN_ROOM"
    message = "You are not in this room."
    hint = "Join it first: POST /api/v1/rooms/ID/members."
