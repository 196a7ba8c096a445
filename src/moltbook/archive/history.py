"""History: what an archive tells the log, as if it had happened here.

In this room: the events of everything that is new, in the order in which it happened, laid down ready to be numbered.
An agent registers and a submolt is founded when the archive first hears of them; nothing is told before what it
answers.
"""

from typing import Any

import asyncpg

from moltbook.agents import AgentRegistered
from moltbook.comments import CommentPublished
from moltbook.db.table import encode_json
from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.posts import PostPublished
from moltbook.submolts import SubmoltCreated

PREPARE = """
CREATE TEMP TABLE staged_events (n integer, at timestamptz, kind text, actor_id uuid, body json)
"""
CLEAR = "TRUNCATE staged_events"

# One shape for four kinds: at, rank and n put them in order; the rest is what their events say (a submolt's display
# name stands in the author's column). A comment's number in its thread counts on from what the post had before.
EVENTS = """
SELECT 0 AS rank, 0 AS n, a.first_at AS at, a.id, NULL::uuid AS parent_id, NULL::uuid AS post_id, a.id AS author_id,
    a.name AS author, NULL::uuid AS submolt_id, NULL AS submolt, a.first_at AS created_at, 0 AS upvotes, 0 AS downvotes,
    0 AS comment_count
FROM staged_agents a
WHERE a.fresh
UNION ALL
SELECT 1, 0, s.first_at, s.id, NULL, NULL, NULL,
    s.display_name, s.id, s.name, s.first_at, 0, 0,
    0
FROM staged_submolts s
WHERE s.fresh
UNION ALL
SELECT 2, p.n, p.created_at, p.id, NULL, p.id, p.author_id,
    a.name, s.id, s.name, p.created_at, p.upvotes, p.downvotes,
    0
FROM staged_posts p
JOIN staged_agents a ON a.id = p.author_id
JOIN staged_submolts s ON s.archive_id = p.submolt_id
UNION ALL
SELECT 3, c.n, c.told_at, c.id, c.parent_id, c.post_id, c.author_id,
    a.name, NULL, NULL, c.created_at, c.upvotes, c.downvotes,
    (p.comment_count - t.comments + row_number() OVER (PARTITION BY c.post_id ORDER BY c.told_at, c.n))::integer
FROM staged_comments c
JOIN staged_agents a ON a.id = c.author_id
JOIN staged_threads t ON t.post_id = c.post_id
JOIN posts p ON p.id = c.post_id
ORDER BY at, rank, n, id
"""

_BATCH = 10_000
_COLUMNS = ["n", "at", "kind", "actor_id", "body"]


async def tell(connection: asyncpg.Connection) -> int:
    """Lay the events down in order, numbered from 1; returns how many there are."""
    await connection.execute(CLEAR)
    count = 0
    cursor = await connection.cursor(EVENTS)
    while rows := await cursor.fetch(_BATCH):
        await connection.copy_records_to_table(
            "staged_events",
            columns=_COLUMNS,
            records=[_record(n, row) for n, row in enumerate(rows, start=count + 1)],
        )
        count += len(rows)
    return count


def _record(n: int, row: asyncpg.Record) -> tuple[Any, ...]:
    event, actor = _event(row)
    return n, row["at"], str(event.__struct_config__.tag), actor, encode_json(event)


def _event(row: asyncpg.Record) -> tuple[Event, str | None]:
    rank, _, _, own_id, parent_id, post_id, author_id, author, submolt_id, submolt, created_at, up, down, number = row
    match rank:
        case 0:
            return AgentRegistered(AgentId(own_id), author, archived=True), own_id
        case 1:
            return SubmoltCreated(SubmoltId(own_id), submolt, author), None
        case 2:
            return PostPublished(
                PostId(own_id), SubmoltId(submolt_id), submolt, AgentId(author_id), author, created_at, up, down
            ), author_id
        case _:
            parent = CommentId(parent_id) if parent_id is not None else None
            return CommentPublished(
                PostId(post_id), CommentId(own_id), parent, AgentId(author_id), author, created_at, number, up, down
            ), author_id
