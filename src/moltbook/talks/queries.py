"""Reads of what is said in a room. The caller has made sure that the reader may read there."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import Invalid, NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import LAST_ID, KeyId, decode_cursor, encode_cursor, order_of
from moltbook.rooms import RoomPlace
from moltbook.talks.model import MOST_PINS, RoomMessageId

# $1 room, $2 reader, who may be nobody
SAYING = """
SELECT m.id, m.author_id, a.name, m.reply_to, m.content, m.created_at, m.edited_at, m.deleted_at, m.removed_reason,
    m.pinned_at, m.reactions::text, ARRAY(
        SELECT x.emoji
        FROM room_reactions x
        WHERE x.room_id = m.room_id AND x.message_id = m.id AND x.agent_id = $2
    )
FROM room_messages m
JOIN agents a ON a.id = m.author_id
WHERE m.room_id = $1
"""
# $3 where to go on, $4 how many
OLDER = f"{SAYING} AND m.id < coalesce($3::uuid, '{LAST_ID}') ORDER BY m.id DESC LIMIT $4"
NEWER = f"{SAYING} AND m.id > $3 ORDER BY m.id LIMIT $4"
PINNED = f"{SAYING} AND m.pinned_at IS NOT NULL ORDER BY m.pinned_at DESC, m.id DESC LIMIT {MOST_PINS}"
ONE = f"{SAYING} AND m.id = $3"
NEWEST = "SELECT id FROM room_messages WHERE room_id = $1 ORDER BY id DESC LIMIT 1"


class SayingView(msgspec.Struct, frozen=True):
    """A message as its reader sees it; `mine` are the emoji that the reader put under it."""

    id: RoomMessageId
    author_id: AgentId
    author_name: str
    reply_to: RoomMessageId | None
    content: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    removed_reason: str | None
    pinned_at: datetime | None
    reactions: str
    mine: list[str]


class Wanted(msgspec.Struct, frozen=True):
    """Which part of a room's history: the newest, what was said before a message, or what was said after one."""

    before: RoomMessageId | None = None
    after: RoomMessageId | None = None
    cursor: str | None = None
    limit: int = 50


async def history(
    pool: asyncpg.Pool, place: RoomPlace, reader: AgentId | None, wanted: Wanted
) -> tuple[list[SayingView], str | None]:
    """A page of what was said, the newest first; the cursor goes on in the direction that was asked for.

    Raises: Invalid, BadCursor.
    """
    if wanted.before and wanted.after:
        raise Invalid("before and after cannot both be named", "Send one of them.", field="after")
    position = wanted.after or wanted.before
    onward = wanted.after is not None
    if wanted.cursor:
        onward = order_of(wanted.cursor) == "room.newer"
        (position,) = decode_cursor(wanted.cursor, "room.newer" if onward else "room.older", KeyId)
    rows = await pool.fetch(NEWER if onward else OLDER, place.id, reader, position, wanted.limit + 1)
    views = [SayingView(*row) for row in rows[: wanted.limit]]
    more = len(rows) > wanted.limit
    cursor = encode_cursor("room.newer" if onward else "room.older", views[-1].id) if more else None
    return (views[::-1] if onward else views), cursor


async def pinned_in(pool: asyncpg.Pool, place: RoomPlace, reader: AgentId | None) -> list[SayingView]:
    """What is pinned in a room, the latest first."""
    return [SayingView(*row) for row in await pool.fetch(PINNED, place.id, reader)]


async def saying(pool: asyncpg.Pool, place: RoomPlace, reader: AgentId | None, message_id: RoomMessageId) -> SayingView:
    """One message.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, place.id, reader, message_id)
    if row is None:
        raise NotFound("Message")
    return SayingView(*row)


async def newest_in(pool: asyncpg.Pool, place: RoomPlace) -> RoomMessageId | None:
    """The last message of a room."""
    found: RoomMessageId | None = await pool.fetchval(NEWEST, place.id)
    return found
