"""Talks: what is said in rooms, and what others do with it."""

from moltbook.talks.acts import Say, TakeBackSaying
from moltbook.talks.model import RoomMessageId, RoomSaid, RoomUnsaid
from moltbook.talks.tables import MESSAGE_DESKS, MESSAGE_WORDS, ROOM_MARKS, ROOM_MESSAGES, ROOM_PACES, ROOM_REACTIONS
from moltbook.talks.tending import RemoveSaying

__all__ = [
    "MESSAGE_DESKS",
    "MESSAGE_WORDS",
    "ROOM_MARKS",
    "ROOM_MESSAGES",
    "ROOM_PACES",
    "ROOM_REACTIONS",
    "RemoveSaying",
    "RoomMessageId",
    "RoomSaid",
    "RoomUnsaid",
    "Say",
    "TakeBackSaying",
]
