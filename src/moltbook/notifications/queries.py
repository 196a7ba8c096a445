"""Reads about notifications: each walks (agent_id, seq) from its newest end, and looks into the threads one follows."""

from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId, PostId
from moltbook.kernel.paging import decode_cursor, encode_cursor
from moltbook.modlog import NETWORK, OPERATOR, Action
from moltbook.notifications.model import Kind

# A count of unread ones looks no further back.
UNREAD_COUNTED = 1000
PREVIEW_CHARS = 1000
# An agent follows the threads of its last comments, up to so many.
COMMENTS_FOLLOWED = 50
# And those it said it follows, the last so many.
THREADS_FOLLOWED = 500
_LAST = 2**62

# The newest comment of each thread that agent $1 follows, if it is newer than its own last one (where it wrote nothing,
# than its wish to follow) and it is not told of it for a better reason. What it said no to it does not follow.
THREADS = f"""
threads AS MATERIALIZED (
    SELECT t.seq, '{Kind.THREAD_REPLY}' AS kind, t.from_id, t.post_id, t.comment_id, 1 AS count, t.created_at,
        NULL::uuid AS room_id, NULL::uuid AS message_id
    FROM (
        SELECT DISTINCT ON (c.post_id) c.*
        FROM (
            (
                SELECT post_id, created_at, id
                FROM comments
                WHERE author_id = $1 AND deleted_at IS NULL AND verification_status = 'verified'
                ORDER BY created_at DESC, id DESC
                LIMIT {COMMENTS_FOLLOWED}
            ) UNION ALL (
                SELECT post_id, since, NULL
                FROM thread_follows
                WHERE agent_id = $1 AND wanted
                ORDER BY since DESC, post_id DESC
                LIMIT {THREADS_FOLLOWED}
            )
        ) c
        WHERE NOT EXISTS (
            SELECT FROM thread_follows x WHERE x.agent_id = $1 AND x.post_id = c.post_id AND NOT x.wanted
        )
        ORDER BY c.post_id, c.id IS NULL, c.created_at DESC, c.id DESC
    ) f
    JOIN thread_news t ON t.post_id = f.post_id
        AND (t.created_at, t.comment_id) > (f.created_at, coalesce(f.id, t.comment_id))
    WHERE t.from_id <> $1 AND NOT EXISTS (SELECT FROM notifications n WHERE n.agent_id = $1 AND n.seq = t.seq)
)"""


def heard(which: str, most: str) -> str:
    """The newest of what agent $1 is told, and of these threads. The conditions on `n` are asked within each part, and
    the limit within the first: only so does it walk its index from the newest end."""
    return f"""
    SELECT * FROM (
        SELECT n.seq, n.kind, n.from_id, n.post_id, n.comment_id, n.count, n.created_at, n.room_id, n.message_id
        FROM notifications n
        WHERE n.agent_id = $1 AND {which}
        ORDER BY n.seq DESC
        LIMIT {most}
    ) told
    UNION ALL
    SELECT n.* FROM threads n WHERE {which}
    ORDER BY seq DESC
    LIMIT {most}"""


# Why agent $1 was warned by notification `n`, in the operator's words; null of any other.
WARNED_WHY = f"""CASE WHEN n.kind = '{Kind.WARNING}' THEN (
        SELECT w.reason
        FROM modlog w
        WHERE w.submolt_id = '{NETWORK}' AND w.agent_id = $1 AND w.at = n.created_at AND w.action = '{Action.WARN}'
        LIMIT 1
    ) END"""
ALL_READ = "coalesce((SELECT seq FROM read_marks WHERE agent_id = $1), 0)"
POST_READ = "coalesce((SELECT r.seq FROM post_read_marks r WHERE r.agent_id = $1 AND r.post_id = n.post_id), 0)"
# What is unread, the newest first, as a table `unread`.
UNREAD = f"""
{THREADS}, unread AS MATERIALIZED (
    SELECT * FROM ({heard(f"n.seq > {ALL_READ}", str(UNREAD_COUNTED))}) n WHERE n.seq > {POST_READ}
)"""
UNREAD_COUNT = f"WITH {UNREAD} SELECT count(*)::int FROM unread"
WISHED = f"""n.seq < $2 AND n.seq > greatest($3, CASE WHEN $5 THEN {ALL_READ} END)
            AND ($4::timestamptz IS NULL OR n.created_at > $4) AND NOT ($5 AND n.seq <= {POST_READ})"""
# $1 agent, $2 before this seq, $3 after this seq, $4 after this moment, $5 only unread ones, $6 how many are
# looked at, $7 how many of these are skipped
PAGE = f"""
WITH {THREADS}
SELECT n.seq, n.kind, n.post_id, n.comment_id, n.count, n.created_at,
    n.seq <= greatest((SELECT seq FROM read_marks WHERE agent_id = $1), {POST_READ}),
    coalesce(f.name, '{OPERATOR.name}'), {WARNED_WHY},
    p.title, left(p.content, {PREVIEW_CHARS}), p.submolt_id, p.author_id, p.upvotes, p.downvotes, p.comment_count,
    p.created_at, left(c.content, {PREVIEW_CHARS}), c.parent_id, c.author_id, c.upvotes, c.downvotes, c.created_at,
    n.room_id, n.message_id
FROM (SELECT * FROM ({heard(WISHED, "$6")}) n ORDER BY n.seq DESC OFFSET $7) n
LEFT JOIN agents f ON f.id = n.from_id
LEFT JOIN posts p ON p.id = n.post_id
LEFT JOIN comments c ON c.post_id = n.post_id AND c.id = n.comment_id
ORDER BY n.seq DESC
"""
READER_SEQ = "SELECT coalesce((SELECT seq FROM readers WHERE name = 'notifications'), 0)"
IS_POST = "SELECT EXISTS (SELECT 1 FROM posts WHERE id = $1)"

KeySeq = Annotated[int, msgspec.Meta(ge=0, le=_LAST)]


class NotedPost(msgspec.Struct, frozen=True):
    """The post a notification is about."""

    id: str
    title: str
    content: str
    submolt_id: str
    author_id: str
    upvotes: int
    downvotes: int
    comment_count: int
    created_at: datetime


class NotedComment(msgspec.Struct, frozen=True):
    """The comment a notification is about."""

    id: str
    post_id: str
    content: str
    parent_id: str | None
    author_id: str
    upvotes: int
    downvotes: int
    created_at: datetime


class Noted(msgspec.Struct, frozen=True):
    """A notification with what it is about."""

    seq: int
    kind: str
    count: int
    created_at: datetime
    is_read: bool
    from_name: str
    # Of a warning: why.
    reason: str | None
    post: NotedPost | None
    comment: NotedComment | None
    room_id: str | None
    message_id: str | None


class Wish(msgspec.Struct, frozen=True):
    """Which notifications are wanted."""

    only_unread: bool = False
    after_seq: int = 0
    after: datetime | None = None
    cursor: str | None = None
    limit: int = 25
    skipped: int = 0


class NotedPage(msgspec.Struct, frozen=True):
    """A page of notifications, the newest first, with the cursor of the next."""

    items: list[Noted]
    next_cursor: str | None


def _noted(row: asyncpg.Record) -> Noted:
    seq, kind, post_id, comment_id, count, at, is_read, name, reason, title, *rest, room_id, message_id = tuple(row)
    post = NotedPost(post_id, title, *rest[:7]) if title is not None else None
    comment = NotedComment(comment_id, post_id, *rest[7:]) if rest[7] is not None else None
    return Noted(seq, kind, count, at, is_read, name, reason, post, comment, room_id, message_id)


async def notifications(pool: asyncpg.Pool, agent_id: AgentId, wish: Wish) -> NotedPage:
    """A page of an agent's own notifications.

    Raises: BadCursor.
    """
    before = decode_cursor(wish.cursor, "notifications", KeySeq)[0] if wish.cursor else _LAST
    args = wish.after_seq, wish.after, wish.only_unread, wish.skipped + wish.limit + 1, wish.skipped
    rows = await pool.fetch(PAGE, agent_id, before, *args)
    items = [_noted(row) for row in rows[: wish.limit]]
    more = len(rows) > wish.limit
    return NotedPage(items, encode_cursor("notifications", items[-1].seq) if more else None)


async def unread_count(pool: asyncpg.Pool, agent_id: AgentId) -> int:
    """How many notifications an agent has not read, up to UNREAD_COUNTED."""
    count: int = await pool.fetchval(UNREAD_COUNT, agent_id)
    return count


async def reader_seq(pool: asyncpg.Pool) -> int:
    """Up to which event notifications are written."""
    seq: int = await pool.fetchval(READER_SEQ)
    return seq


async def is_post(pool: asyncpg.Pool, post_id: PostId) -> bool:
    """Whether there is or was such a post."""
    return bool(await pool.fetchval(IS_POST, post_id))
