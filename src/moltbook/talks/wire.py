"""How messages in rooms look on the wire."""

import msgspec

from moltbook.agents import NameOut
from moltbook.house import Ok
from moltbook.kernel.clock import iso
from moltbook.rooms import RoomId
from moltbook.talks.model import SayingRow
from moltbook.talks.queries import SayingView
from moltbook.talks.rules import counts_of


class ReactionOut(msgspec.Struct, frozen=True):
    """An emoji under a message; `yours` tells whether the reader gave it, too."""

    emoji: str
    count: int
    yours: bool


class RoomMessageOut(msgspec.Struct, frozen=True):
    """A message in a room; one that is gone keeps its place, without its words."""

    id: str
    room_id: str
    author: NameOut
    content: str
    reply_to: str | None
    reactions: list[ReactionOut]
    is_deleted: bool
    removed_reason: str | None
    created_at: str
    edited_at: str | None
    pinned_at: str | None


class RoomMessageAnswer(Ok, frozen=True, kw_only=True):
    """One message of a room; `message` is everywhere a sentence of the network's own."""

    room_message: RoomMessageOut


class HistoryAnswer(Ok, frozen=True, kw_only=True):
    """A page of what was said, the newest first."""

    messages: list[RoomMessageOut]
    count: int
    has_more: bool
    next_cursor: str | None


class PinsAnswer(Ok, frozen=True, kw_only=True):
    """What is pinned, the latest first."""

    messages: list[RoomMessageOut]
    count: int


class ReactionsAnswer(Ok, frozen=True, kw_only=True):
    """What stands under a message now."""

    message: str
    reactions: list[ReactionOut]


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


def reactions_out(reactions: str, mine: list[str]) -> list[ReactionOut]:
    """The emoji under a message, in the order in which they came."""
    return [ReactionOut(emoji, count, emoji in mine) for emoji, count in counts_of(reactions).items()]


def saying_out(room_id: RoomId, view: SayingView) -> RoomMessageOut:
    """A message as its reader sees it."""
    return RoomMessageOut(
        view.id,
        room_id,
        NameOut(view.author_id, view.author_name),
        view.content,
        view.reply_to,
        reactions_out(view.reactions, view.mine) if view.reactions != "{}" else [],
        view.deleted_at is not None,
        view.removed_reason,
        iso(view.created_at),
        iso(view.edited_at) if view.edited_at else None,
        iso(view.pinned_at) if view.pinned_at else None,
    )


def said_out(row: SayingRow, name: str) -> RoomMessageOut:
    """A message that was said just now."""
    author = NameOut(row.author_id, name)
    at = iso(row.created_at)
    return RoomMessageOut(row.id, row.room_id, author, row.content, row.reply_to, [], False, None, at, None, None)
