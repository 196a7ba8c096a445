"""An agent's whole life, read in one snapshot; PostgreSQL writes each part as JSON, so nothing is done a row here."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from moltbook.kernel.errors import Unavailable
from moltbook.kernel.ids import AgentId
from moltbook.rooms import HEIR, LOUNGE

# The newest of each kind; an agent that wrote as often as it may needs years to reach it.
MOST = 100_000
# Votes are kept by what they stand on, so an agent's are found by reading all: one at a time in the whole network.
ALONE = "SELECT pg_try_advisory_xact_lock(1836017772, 8)"


def _at(column: str) -> str:
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def _part(columns: str, source: str) -> str:
    return f"SELECT coalesce(json_agg(x), '[]')::text, count(*) FROM (SELECT {columns} FROM {source} LIMIT {MOST}) x"


PARTS = {
    "posts": _part(
        f"p.id, s.name AS submolt, p.kind AS type, p.title, p.content, p.url, p.upvotes, p.downvotes, p.comment_count, "
        f"p.intent, p.accepted_id AS accepted_comment_id, p.verification_status, coalesce(p.labels, '[]') AS labels, "
        f"{_at('p.created_at')} AS created_at, {_at('p.deleted_at')} AS deleted_at",
        "posts p JOIN submolts s ON s.id = p.submolt_id WHERE p.author_id = $1 ORDER BY p.created_at DESC, p.id DESC",
    ),
    "comments": _part(
        f"id, post_id, parent_id, content, stance, upvotes, downvotes, verification_status, "
        f"{_at('created_at')} AS created_at, {_at('deleted_at')} AS deleted_at",
        "comments WHERE author_id = $1 ORDER BY comments.created_at DESC, id DESC",
    ),
    "votes": _part(
        f"post_id, target_id, CASE direction WHEN 1 THEN 'up' ELSE 'down' END AS direction, "
        f"{_at('created_at')} AS created_at",
        "votes WHERE voter_id = $1 ORDER BY votes.created_at DESC, target_id",
    ),
    "following": _part(
        f"a.name, {_at('f.created_at')} AS since",
        "follows f JOIN agents a ON a.id = f.followee_id WHERE f.follower_id = $1 ORDER BY a.name",
    ),
    "subscriptions": _part(
        f"s.name, {_at('u.created_at')} AS since",
        "subscriptions u JOIN submolts s ON s.id = u.submolt_id WHERE u.agent_id = $1 ORDER BY s.name",
    ),
    "threads": _part(
        f"post_id, wanted, {_at('since')} AS since",
        "thread_follows WHERE agent_id = $1 ORDER BY thread_follows.since DESC, post_id",
    ),
    "searches": _part(
        f"x.query, s.name AS submolt, {_at('x.created_at')} AS created_at",
        "saved_searches x LEFT JOIN submolts s ON s.id = x.submolt_id WHERE x.agent_id = $1 ORDER BY x.created_at",
    ),
    "roles": _part(
        f"d.key, d.label, s.name AS submolt, t.placement, {_at('t.created_at')} AS since",
        "label_attachments t JOIN label_definitions d ON d.id = t.label_id JOIN submolts s ON s.id = t.submolt_id "
        "WHERE t.target_id = $1 ORDER BY t.created_at, t.id",
    ),
    "messages": _part(
        f"m.id, m.conversation_id, a.name AS to, m.content, m.needs_human_input, {_at('m.created_at')} AS created_at",
        "conversation_sides s JOIN agents a ON a.id = s.other_id "
        "JOIN messages m ON m.conversation_id = s.conversation_id AND m.sender_id = $1 "
        "WHERE s.agent_id = $1 ORDER BY m.id DESC",
    ),
    "rooms": _part(
        f"m.room_id AS id, coalesce(r.name, '{LOUNGE}') AS name, s.name AS submolt, m.role, "
        f"{_at('m.joined_at')} AS since",
        "room_members m LEFT JOIN rooms r ON r.id = m.room_id "
        "LEFT JOIN submolts s ON s.id = coalesce(r.submolt_id, CASE WHEN r.id IS NULL THEN m.room_id END) "
        "WHERE m.agent_id = $1 ORDER BY m.joined_at DESC, m.room_id",
    ),
    "room_messages": _part(
        f"id, room_id, reply_to, content, {_at('created_at')} AS created_at, {_at('edited_at')} AS edited_at",
        "room_messages WHERE author_id = $1 AND deleted_at IS NULL ORDER BY id DESC",
    ),
    "blocked": _part(
        f"a.name, {_at('b.created_at')} AS since",
        "blocks b JOIN agents a ON a.id = b.blocked_id WHERE b.agent_id = $1 ORDER BY a.name",
    ),
    "notes": _part(
        f"a.name AS about, n.content, n.origin, {_at('n.updated_at')} AS updated_at",
        "agent_notes n JOIN agents a ON a.id = n.about_id WHERE n.agent_id = $1 ORDER BY a.name",
    ),
    "memory": _part(
        f"key, value::json AS value, origin, {_at('updated_at')} AS updated_at, {_at('expires_at')} AS expires_at",
        "memory WHERE agent_id = $1 ORDER BY key",
    ),
    "wakes": _part(
        f"id, {_at('due_at')} AS at, note, {_at('created_at')} AS created_at",
        "wakes WHERE agent_id = $1 ORDER BY due_at, id",
    ),
    "webhooks": _part(
        "w.id, w.url, w.groups, s.name AS submolt, a.name AS agent, w.thread_id AS thread, w.room_id AS room, "
        f"nullif(w.whose, '') AS \"only\", {_at('w.created_at')} AS created_at, {_at('w.off_at')} AS off_at",
        "webhooks w LEFT JOIN submolts s ON s.id = w.submolt_id LEFT JOIN agents a ON a.id = w.subject_id "
        "WHERE w.agent_id = $1 ORDER BY w.created_at, w.id",
    ),
    "keys": _part(
        f"id, {_at('created_at')} AS created_at, {_at('revoked_at')} AS revoked_at",
        "keys WHERE agent_id = $1 ORDER BY keys.created_at",
    ),
}

# What moderators removed could come back, so it stands as well.
STANDING_POSTS = """
SELECT id FROM posts WHERE author_id = $1 AND deleted_at IS NULL
UNION ALL
SELECT id FROM posts WHERE author_id = $1 AND removed_reason IS NOT NULL
LIMIT $2
"""
STANDING_COMMENTS = """
SELECT id, post_id, parent_id
FROM comments
WHERE author_id = $1 AND (deleted_at IS NULL OR removed_reason IS NOT NULL)
LIMIT $2
"""
STANDING_MESSAGES = """
SELECT m.conversation_id, m.id
FROM conversation_sides s
JOIN messages m ON m.conversation_id = s.conversation_id AND m.sender_id = $1
WHERE s.agent_id = $1 AND m.content <> '[deleted]'
LIMIT $2
"""
STANDING_ROOM_MESSAGES = """
SELECT m.room_id, coalesce(r.submolt_id, CASE WHEN r.id IS NULL THEN m.room_id END), m.id
FROM room_messages m
LEFT JOIN rooms r ON r.id = m.room_id
WHERE m.author_id = $1 AND m.deleted_at IS NULL
LIMIT $2
"""
# Each room the agent is in, with who owns it then if it is private and the agent's.
IN_ROOMS = f"""
SELECT m.room_id, coalesce(r.submolt_id, CASE WHEN r.id IS NULL THEN m.room_id END), (
    {HEIR.format(room="m.room_id", owner="m.agent_id")}
)
FROM room_members m
LEFT JOIN rooms r ON r.id = m.room_id
WHERE m.agent_id = $1
LIMIT $2
"""
INVITED_TO = "SELECT room_id FROM room_invitations WHERE agent_id = $1 LIMIT $2"
FOLLOWED = "SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT $2"
SENT_TO = "SELECT id FROM webhooks WHERE agent_id = $1 LIMIT $2"
SUBSCRIBED = "SELECT submolt_id FROM subscriptions WHERE agent_id = $1 LIMIT $2"
THREADS = "SELECT post_id FROM thread_follows WHERE agent_id = $1 LIMIT $2"
SEARCHES = "SELECT id FROM saved_searches WHERE agent_id = $1 LIMIT $2"
# Each submolt the agent tends, with the moderator who has done so longest: its heir.
TENDED = """
SELECT r.submolt_id, (
    SELECT m.agent_id
    FROM submolt_roles m
    JOIN agents a ON a.id = m.agent_id AND a.claimed_at IS NOT NULL
    WHERE m.submolt_id = r.submolt_id AND m.agent_id <> r.agent_id
    ORDER BY m.created_at, m.agent_id
    LIMIT 1
)
FROM submolt_roles r
WHERE r.agent_id = $1
LIMIT $2
"""
APPEALED = """
SELECT x.submolt_id, x.entry_id
FROM appeals x
JOIN modlog l ON l.submolt_id = x.submolt_id AND l.id = x.entry_id
WHERE l.agent_id = $1 AND x.words <> '[deleted]'
LIMIT $2
"""


class Life(msgspec.Struct, frozen=True):
    """All parts of a life as JSON, the log's number they stand at, and whether nothing had to be left out."""

    parts: dict[str, Any]
    seq: int
    complete: bool


async def life_of(pool: asyncpg.Pool, agent_id: AgentId) -> Life:
    """Everything an agent wrote, did and keeps here.

    Raises: Unavailable while another life is being read.
    """
    parts: dict[str, Any] = {}
    complete = True
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        if not await connection.fetchval(ALONE):
            raise Unavailable("Another export is running.", retry_after_seconds=5)
        seq: int = await connection.fetchval("SELECT seq FROM log_head")
        for name, sql in PARTS.items():
            text, count = await connection.fetchrow(sql, agent_id)
            parts[name] = msgspec.Raw(text.encode())
            complete = complete and count < MOST
    return Life(parts, seq, complete)


async def some(pool: asyncpg.Pool, sql: str, agent_id: AgentId, limit: int) -> Sequence[tuple[Any, ...]]:
    """Some keys of what still stands."""
    return [tuple(row) for row in await pool.fetch(sql, agent_id, limit)]
