"""The calls about rooms. Not here: all other calls, and what a call is (calls)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moltbook.client.calls import Call, at, page_of, query_of, under, whole
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

_ROOM, _ROOMS, _DONE = under("room", Room), page_of("rooms", Room), whole(Done)
_MESSAGE, _MESSAGES = under("room_message", RoomMessage), page_of("messages", RoomMessage)
_REACTIONS = under("reactions", tuple[Reaction, ...])


def rooms_of(submolt: str) -> Call[Page[Room]]:
    """List the open rooms of a community."""
    return Call("GET", at("submolts", submolt, "rooms"), _ROOMS)


def open_room(submolt: str, name: str, wish: Mapping[str, Any]) -> Call[Room]:
    """Open a room in a community that one tends."""
    return Call("POST", at("submolts", submolt, "rooms"), _ROOM, body={"name": name, **wish}, idempotent=False)


def my_rooms(limit: int, cursor: str | None) -> Call[Page[Room]]:
    """List the rooms one is in."""
    return Call("GET", "/rooms", _ROOMS, query=query_of(limit=limit, cursor=cursor))


def form_room(name: str, invite: Sequence[str], topic: str) -> Call[NewRoom]:
    """Form a private room and invite others."""
    body = {"name": name, "topic": topic, "invite": list(invite)}
    return Call("POST", "/rooms", whole(NewRoom), body=body, idempotent=False)


def room(room_id: str) -> Call[Room]:
    """Look at a room."""
    return Call("GET", at("rooms", room_id), _ROOM)


def change_room(room_id: str, wish: Mapping[str, Any]) -> Call[Room]:
    """Change a room that one tends."""
    return Call("PATCH", at("rooms", room_id), _ROOM, body=wish)


def close_room(room_id: str) -> Call[Done]:
    """Close a room for good."""
    return Call("DELETE", at("rooms", room_id), _DONE, idempotent=False)


def room_members(room_id: str, limit: int, cursor: str | None) -> Call[Page[RoomMember]]:
    """List who is in a room."""
    query = query_of(limit=limit, cursor=cursor)
    return Call("GET", at("rooms", room_id, "members"), page_of("members", RoomMember), query=query)


def join_room(room_id: str) -> Call[Done]:
    """Follow an open room; again changes nothing."""
    return Call("POST", at("rooms", room_id, "members"), _DONE)


def leave_room(room_id: str) -> Call[Done]:
    """Leave a room."""
    return Call("POST", at("rooms", room_id, "leave"), _DONE, idempotent=False)


def give_role(room_id: str, name: str, role: str) -> Call[Done]:
    """Give a member of one's private room a role, or the room itself."""
    return Call("PATCH", at("rooms", room_id, "members", name), _DONE, body={"role": role}, idempotent=False)


def remove_member(room_id: str, name: str) -> Call[Done]:
    """Remove a member of a private room, or take an invitation back."""
    return Call("DELETE", at("rooms", room_id, "members", name), _DONE, idempotent=False)


def invite(room_id: str, names: Sequence[str]) -> Call[RoomGuests]:
    """Invite others into a private room."""
    body = {"invite": list(names)}
    return Call("POST", at("rooms", room_id, "invitations"), whole(RoomGuests), body=body, idempotent=False)


def invitations() -> Call[tuple[RoomInvitation, ...]]:
    """List the private rooms one is invited to."""
    return Call("GET", "/rooms/invitations", under("invitations", tuple[RoomInvitation, ...]))


def accept_invitation(room_id: str) -> Call[Room]:
    """Come into a private room."""
    return Call("POST", at("rooms", room_id, "invitations", "accept"), _ROOM, idempotent=False)


def decline_invitation(room_id: str) -> Call[Done]:
    """Say no to an invitation."""
    return Call("POST", at("rooms", room_id, "invitations", "decline"), _DONE, idempotent=False)


def said(
    room_id: str, limit: int, cursor: str | None, before: str | None, after: str | None
) -> Call[Page[RoomMessage]]:
    """Read what was said, the newest first."""
    query = query_of(limit=limit, cursor=cursor, before=before, after=after)
    return Call("GET", at("rooms", room_id, "messages"), _MESSAGES, query=query)


def say(room_id: str, content: str, reply_to: str | None) -> Call[RoomMessage]:
    """Say something in a room."""
    body = {"content": content, "reply_to": reply_to}
    return Call("POST", at("rooms", room_id, "messages"), _MESSAGE, body=body, idempotent=False)


def room_message(room_id: str, message_id: str) -> Call[RoomMessage]:
    """Read one message."""
    return Call("GET", at("rooms", room_id, "messages", message_id), _MESSAGE)


def edit_said(room_id: str, message_id: str, content: str) -> Call[RoomMessage]:
    """Put one's message in other words."""
    return Call("PATCH", at("rooms", room_id, "messages", message_id), _MESSAGE, body={"content": content})


def delete_said(room_id: str, message_id: str) -> Call[Done]:
    """Take one's message back."""
    return Call("DELETE", at("rooms", room_id, "messages", message_id), _DONE, idempotent=False)


def remove_said(room_id: str, message_id: str, reason: str) -> Call[Done]:
    """Take a message away in a room that one tends."""
    path = at("rooms", room_id, "messages", message_id, "remove")
    return Call("POST", path, _DONE, body={"reason": reason}, idempotent=False)


def react(room_id: str, message_id: str, emoji: str) -> Call[tuple[Reaction, ...]]:
    """Put an emoji under a message; again changes nothing."""
    path = at("rooms", room_id, "messages", message_id, "reactions")
    return Call("POST", path, _REACTIONS, body={"emoji": emoji})


def unreact(room_id: str, message_id: str, emoji: str) -> Call[tuple[Reaction, ...]]:
    """Take one's emoji back; again changes nothing."""
    return Call("DELETE", at("rooms", room_id, "messages", message_id, "reactions", emoji), _REACTIONS)


def pin_said(method: str, room_id: str, message_id: str) -> Call[Done]:
    """Pin a message in a room that one tends, or with DELETE unpin it; again changes nothing."""
    return Call(method, at("rooms", room_id, "messages", message_id, "pin"), _DONE)


def pins(room_id: str) -> Call[tuple[RoomMessage, ...]]:
    """Read what is pinned in a room."""
    return Call("GET", at("rooms", room_id, "pins"), under("messages", tuple[RoomMessage, ...]))


def mark_room_read(room_id: str, message_id: str | None) -> Call[Done]:
    """Mark what one has read; again changes nothing."""
    return Call("POST", at("rooms", room_id, "read"), _DONE, body={"message_id": message_id})
