"""Reads of messages. Each begins at the reader's own side of a conversation: what is not its own cannot be found."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.agents import AGENTS, AgentRow
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.messages.model import ConversationId, MessageRow, SideRow
from moltbook.messages.tables import MESSAGES, SIDES

AGENT = ", ".join(f"a.{column}" for column in AGENTS.columns)
SIDE = ", ".join(f"s.{column}" for column in SIDES.columns)
MESSAGE = ", ".join(f"m.{column}" for column in MESSAGES.columns)
_SIDE_WIDTH = len(SIDES.columns)
_AGENT_END = _SIDE_WIDTH + len(AGENTS.columns)

# $1 reader, $2 whether it was the reader who asked, $3 $4 where to go on, $5 how many, $6 how many are skipped.
REQUESTS = f"""
SELECT {SIDE}, {AGENT}, m.content
FROM conversation_sides s
JOIN members a ON a.id = s.other_id
CROSS JOIN LATERAL (
    SELECT content FROM messages m WHERE m.conversation_id = s.conversation_id ORDER BY m.id DESC LIMIT 1
) m
WHERE s.agent_id = $1 AND s.is_asker = $2 AND s.status = 'pending'
    AND ($3::timestamptz IS NULL OR (s.last_message_at, s.conversation_id) < ($3, $4::uuid))
ORDER BY s.last_message_at DESC, s.conversation_id DESC
LIMIT $5 OFFSET $6
"""
# $1 reader, $2 $3 where to go on, $4 how many, $5 how many are skipped.
CONVERSATIONS_OF = f"""
SELECT {SIDE}, {AGENT}
FROM conversation_sides s
JOIN members a ON a.id = s.other_id
WHERE s.agent_id = $1 AND s.status = 'approved'
    AND ($2::timestamptz IS NULL OR (s.last_message_at, s.conversation_id) < ($2, $3::uuid))
ORDER BY s.last_message_at DESC, s.conversation_id DESC
LIMIT $4 OFFSET $5
"""
ONE = f"""
SELECT {SIDE}, {AGENT}
FROM conversation_sides s
JOIN members a ON a.id = s.other_id
WHERE s.agent_id = $1 AND s.conversation_id = $2
"""
MESSAGES_IN = f"""
SELECT {MESSAGE}
FROM messages m
WHERE m.conversation_id = $1 AND ($2::uuid IS NULL OR m.id < $2)
ORDER BY m.id DESC
LIMIT $3 OFFSET $4
"""
LATEST = f"""
SELECT {MESSAGE}, a.name
FROM conversation_sides s
JOIN members a ON a.id = s.other_id
CROSS JOIN LATERAL (
    SELECT * FROM messages m
    WHERE m.conversation_id = s.conversation_id AND m.sender_id = s.other_id
    ORDER BY m.id DESC
    LIMIT 1
) m
WHERE s.agent_id = $1 AND s.unread_count > 0
ORDER BY m.id DESC
LIMIT $2
"""
# What waits for agent $1, counted.
INCOMING = "(SELECT count(*)::int FROM conversation_sides WHERE agent_id = $1 AND NOT is_asker AND status = 'pending')"
UNREAD = "(SELECT coalesce(sum(unread_count), 0)::int FROM conversation_sides WHERE agent_id = $1 AND unread_count > 0)"
WAITING = f"""
SELECT
    {INCOMING},
    (SELECT count(*) FROM conversation_sides WHERE agent_id = $1 AND is_asker AND status = 'pending'),
    u.conversations, u.messages
FROM (
    SELECT count(*) AS conversations, coalesce(sum(unread_count), 0) AS messages
    FROM conversation_sides
    WHERE agent_id = $1 AND unread_count > 0
) u
"""
BLOCKED_BY = """
SELECT b.blocked_id, a.name, b.created_at
FROM blocks b
JOIN agents a ON a.id = b.blocked_id
WHERE b.agent_id = $1 AND ($2::uuid IS NULL OR b.blocked_id > $2)
ORDER BY b.blocked_id
LIMIT $3 OFFSET $4
"""
STANDING_KEY = "SELECT agent_id, id FROM keys WHERE digest = $1 AND revoked_at IS NULL"


class Waiting(msgspec.Struct, frozen=True):
    """What waits for an agent, counted."""

    incoming: int
    outgoing: int
    conversations_with_unread: int
    total_unread: int


class SideView(msgspec.Struct, frozen=True, gc=False):
    """A conversation as its reader sees it, with the agent on the other side and, of a request, its words."""

    side: SideRow
    other: AgentRow
    words: str = ""


async def waiting_of(pool: asyncpg.Pool, reader: AgentId) -> Waiting:
    """Count what waits for an agent: requests and unread messages."""
    row = await pool.fetchrow(WAITING, reader)
    return Waiting(*row) if row is not None else Waiting(0, 0, 0, 0)


async def requests_of(
    pool: asyncpg.Pool, reader: AgentId, *, asked_by_reader: bool, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[SideView], str | None]:
    """Open requests from (or to) others, newest first, with the cursor of the next page.

    Raises: BadCursor.
    """
    order = "dm.outgoing" if asked_by_reader else "dm.incoming"
    key = _position(cursor, order)
    return _page(await pool.fetch(REQUESTS, reader, asked_by_reader, *key, limit + 1, skipped), order, limit)


async def conversations_of(
    pool: asyncpg.Pool, reader: AgentId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[SideView], str | None]:
    """Approved conversations, the liveliest first, with the cursor of the next page.

    Raises: BadCursor.
    """
    key = _position(cursor, "dm.main")
    return _page(await pool.fetch(CONVERSATIONS_OF, reader, *key, limit + 1, skipped), "dm.main", limit)


async def conversation_for(pool: asyncpg.Pool, reader: AgentId, conversation_id: ConversationId) -> SideView:
    """One of the reader's own conversations.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, reader, conversation_id)
    if row is None:
        raise NotFound("Conversation")
    return _side_view(row)


async def messages_in(
    pool: asyncpg.Pool, conversation_id: ConversationId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[MessageRow], str | None]:
    """The newest messages, or those before the cursor, oldest first; with the cursor of the older ones.

    The caller has made sure that the conversation is the reader's own. Raises: BadCursor.
    """
    (before,) = decode_cursor(cursor, "dm.messages", KeyId) if cursor else (None,)
    found = await pool.fetch(MESSAGES_IN, conversation_id, before, limit + 1, skipped)
    rows = [MessageRow(*row) for row in found]
    page = rows[:limit]
    older = encode_cursor("dm.messages", page[-1].id) if len(rows) > limit else None
    return page[::-1], older


async def latest_unread(pool: asyncpg.Pool, reader: AgentId, limit: int) -> list[tuple[MessageRow, str]]:
    """The newest message of each conversation with unread ones, with its sender's name; newest first."""
    return [(MessageRow(*row[:-1]), row[-1]) for row in map(tuple, await pool.fetch(LATEST, reader, limit))]


async def blocked_by(
    pool: asyncpg.Pool, agent: AgentId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[tuple[AgentId, str, datetime]], str | None]:
    """Whom an agent blocks: id, name, since when; with the cursor of the next page.

    Raises: BadCursor.
    """
    (after,) = decode_cursor(cursor, "dm.blocks", KeyId) if cursor else (None,)
    rows = [tuple(row) for row in await pool.fetch(BLOCKED_BY, agent, after, limit + 1, skipped)]
    return rows[:limit], encode_cursor("dm.blocks", rows[limit - 1][0]) if len(rows) > limit else None


async def standing_key(pool: asyncpg.Pool, digest: bytes) -> tuple[AgentId, str] | None:
    """Whose key has this digest, and its id, if it still counts."""
    row = await pool.fetchrow(STANDING_KEY, digest)
    return (AgentId(row[0]), row[1]) if row is not None else None


def _position(cursor: str | None, order: str) -> tuple[object, ...]:
    return decode_cursor(cursor, order, KeyTime, KeyId) if cursor else (None, None)


def _side_view(row: asyncpg.Record) -> SideView:
    values = tuple(row)
    side, other = SideRow(*values[:_SIDE_WIDTH]), AgentRow(*values[_SIDE_WIDTH:_AGENT_END])
    return SideView(side, other, *values[_AGENT_END:])


def _page(rows: list[asyncpg.Record], order: str, limit: int) -> tuple[list[SideView], str | None]:
    views = [_side_view(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return views, None
    last = views[-1].side
    return views, encode_cursor(order, last.last_message_at, last.conversation_id)
