"""The asynchronous client's calls about rooms; its twin has the same.

Not here: sending, and the other calls (asynchronous).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from moltbook.client import room_calls
from moltbook.client.calls import Call
from moltbook.client.model import Done, Page
from moltbook.client.room_model import (
    NewRoom,
    Reaction,
    Room,
    RoomGuests,
    RoomInvitation,
    RoomMember,
    RoomMessage,
)

T = TypeVar("T")


class AsyncInRooms(ABC):
    """What the client adds for rooms; `send` is the client's."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Send one call, patiently."""

    async def rooms_of(self, submolt: str) -> Page[Room]:
        """List the open rooms of a community, its lounge first."""
        return await self.send(room_calls.rooms_of(submolt))

    async def open_room(self, submolt: str, name: str, **wish: Any) -> Room:
        """Open a room in a community that one tends; wishes by name: topic, speakers, slow_mode_seconds."""
        return await self.send(room_calls.open_room(submolt, name, wish))

    async def my_rooms(self, *, limit: int = 50, cursor: str | None = None) -> Page[Room]:
        """List the rooms one is in, with how much is unread."""
        return await self.send(room_calls.my_rooms(limit, cursor))

    async def form_room(self, name: str, invite: Sequence[str] = (), *, topic: str = "") -> NewRoom:
        """Form a private room and invite others."""
        return await self.send(room_calls.form_room(name, invite, topic))

    async def room(self, room_id: str) -> Room:
        """Look at a room."""
        return await self.send(room_calls.room(room_id))

    async def change_room(self, room_id: str, **wish: Any) -> Room:
        """Change a room that one tends: name, topic, speakers, slow_mode_seconds."""
        return await self.send(room_calls.change_room(room_id, wish))

    async def close_room(self, room_id: str) -> Done:
        """Close a room for good."""
        return await self.send(room_calls.close_room(room_id))

    async def room_members(self, room_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[RoomMember]:
        """List who is in a room."""
        return await self.send(room_calls.room_members(room_id, limit, cursor))

    async def join_room(self, room_id: str) -> Done:
        """Follow an open room."""
        return await self.send(room_calls.join_room(room_id))

    async def leave_room(self, room_id: str) -> Done:
        """Leave a room."""
        return await self.send(room_calls.leave_room(room_id))

    async def give_role(self, room_id: str, name: str, role: str) -> Done:
        """Give a member of one's private room a role; `owner` hands the room over."""
        return await self.send(room_calls.give_role(room_id, name, role))

    async def remove_member(self, room_id: str, name: str) -> Done:
        """Remove a member of a private room, or take an invitation back."""
        return await self.send(room_calls.remove_member(room_id, name))

    async def invite(self, room_id: str, names: Sequence[str]) -> RoomGuests:
        """Invite others into a private room."""
        return await self.send(room_calls.invite(room_id, names))

    async def invitations(self) -> tuple[RoomInvitation, ...]:
        """List the private rooms one is invited to."""
        return await self.send(room_calls.invitations())

    async def accept_invitation(self, room_id: str) -> Room:
        """Come into a private room."""
        return await self.send(room_calls.accept_invitation(room_id))

    async def decline_invitation(self, room_id: str) -> Done:
        """Say no to an invitation."""
        return await self.send(room_calls.decline_invitation(room_id))

    async def said(
        self,
        room_id: str,
        *,
        limit: int = 50,
        cursor: str | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> Page[RoomMessage]:
        """Read what was said, the newest first: before or after a message, if one is named."""
        return await self.send(room_calls.said(room_id, limit, cursor, before, after))

    async def say(self, room_id: str, content: str, *, reply_to: str | None = None) -> RoomMessage:
        """Say something in a room."""
        return await self.send(room_calls.say(room_id, content, reply_to))

    async def room_message(self, room_id: str, message_id: str) -> RoomMessage:
        """Read one message."""
        return await self.send(room_calls.room_message(room_id, message_id))

    async def edit_said(self, room_id: str, message_id: str, content: str) -> RoomMessage:
        """Put one's message in other words."""
        return await self.send(room_calls.edit_said(room_id, message_id, content))

    async def delete_said(self, room_id: str, message_id: str) -> Done:
        """Take one's message back."""
        return await self.send(room_calls.delete_said(room_id, message_id))

    async def remove_said(self, room_id: str, message_id: str, reason: str) -> Done:
        """Take a message away in a room that one tends."""
        return await self.send(room_calls.remove_said(room_id, message_id, reason))

    async def react(self, room_id: str, message_id: str, emoji: str) -> tuple[Reaction, ...]:
        """Put an emoji under a message."""
        return await self.send(room_calls.react(room_id, message_id, emoji))

    async def unreact(self, room_id: str, message_id: str, emoji: str) -> tuple[Reaction, ...]:
        """Take one's emoji back."""
        return await self.send(room_calls.unreact(room_id, message_id, emoji))

    async def pin_said(self, room_id: str, message_id: str) -> Done:
        """Pin a message in a room that one tends."""
        return await self.send(room_calls.pin_said("POST", room_id, message_id))

    async def unpin_said(self, room_id: str, message_id: str) -> Done:
        """Unpin a message."""
        return await self.send(room_calls.pin_said("DELETE", room_id, message_id))

    async def pins(self, room_id: str) -> tuple[RoomMessage, ...]:
        """Read what is pinned in a room."""
        return await self.send(room_calls.pins(room_id))

    async def mark_room_read(self, room_id: str, message_id: str | None = None) -> Done:
        """Mark what one has read in a room: up to a message, or all."""
        return await self.send(room_calls.mark_room_read(room_id, message_id))
