"""What must be true of a network's database at any moment, counted anew from its rows."""

from typing import Any

import asyncpg

from moltbook.db.pool import connect
from moltbook.feeds import Ranks
from moltbook.log.follow import AFTER, Entry
from moltbook.log.reader import MOVE, Reader, lock_of
from moltbook.past import History

# Each finds what is wrong; none may find a row.
WRONG = {
    "a post's tally is not its base and its votes": """
        SELECT p.id FROM posts p LEFT JOIN (
            SELECT target_id, count(*) FILTER (WHERE direction = 1) AS up,
                count(*) FILTER (WHERE direction = -1) AS down
            FROM votes GROUP BY 1
        ) v ON v.target_id = p.id
        WHERE (p.upvotes, p.downvotes)
            <> (p.base_upvotes + coalesce(v.up, 0), p.base_downvotes + coalesce(v.down, 0))""",
    "a comment's tally is not its base and its votes": """
        SELECT c.id FROM comments c LEFT JOIN (
            SELECT target_id, count(*) FILTER (WHERE direction = 1) AS up,
                count(*) FILTER (WHERE direction = -1) AS down
            FROM votes GROUP BY 1
        ) v ON v.target_id = c.id
        WHERE (c.upvotes, c.downvotes)
            <> (c.base_upvotes + coalesce(v.up, 0), c.base_downvotes + coalesce(v.down, 0))""",
    "karma is not what others gave": """
        SELECT a.name FROM agents a LEFT JOIN (
            SELECT w.author_id, sum(v.direction) AS karma
            FROM votes v
            JOIN (SELECT id, author_id FROM posts UNION ALL SELECT id, author_id FROM comments) w ON w.id = v.target_id
            GROUP BY 1
        ) k ON k.author_id = a.id
        WHERE a.karma <> coalesce(k.karma, 0)""",
    "an agent's posts are counted wrong": """
        SELECT a.name FROM agents a
        WHERE posts_count <> (SELECT count(*) FROM posts p WHERE p.author_id = a.id AND p.deleted_at IS NULL)""",
    "an agent's comments are counted wrong": """
        SELECT a.name FROM agents a
        WHERE comments_count <> (SELECT count(*) FROM comments c WHERE c.author_id = a.id AND c.deleted_at IS NULL)""",
    "an agent's follows are counted wrong": """
        SELECT a.name FROM agents a
        WHERE follower_count <> (SELECT count(*) FROM follows f WHERE f.followee_id = a.id)
            OR following_count <> (SELECT count(*) FROM follows f WHERE f.follower_id = a.id)""",
    "a post's comments are counted wrong": """
        SELECT p.id FROM posts p
        WHERE comment_count <> (SELECT count(*) FROM comments c WHERE c.post_id = p.id AND c.deleted_at IS NULL)""",
    "a comment's answers are counted wrong": """
        SELECT c.id FROM comments c
        WHERE reply_count <> (
            SELECT count(*) FROM comments r WHERE r.post_id = c.post_id AND r.parent_id = c.id AND r.deleted_at IS NULL
        )""",
    "a question's answer does not stand below it": """
        SELECT p.id FROM posts p LEFT JOIN comments c ON c.post_id = p.id AND c.id = p.accepted_id
        WHERE p.accepted_id IS NOT NULL
            AND (p.intent IS DISTINCT FROM 'question' OR c.id IS NULL OR c.deleted_at IS NOT NULL)""",
    "a submolt's posts are counted wrong": """
        SELECT s.name FROM submolts s
        WHERE post_count <> (SELECT count(*) FROM posts p WHERE p.submolt_id = s.id AND p.deleted_at IS NULL)""",
    "a submolt's subscribers are counted wrong": """
        SELECT s.name FROM submolts s
        WHERE subscriber_count <> (SELECT count(*) FROM subscriptions x WHERE x.submolt_id = s.id)""",
    "a withdrawn vote has a row": "SELECT target_id FROM votes WHERE direction NOT IN (1, -1)",
    "the log has a gap or a wrong head": """
        SELECT seq FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS n FROM events) e WHERE seq <> n
        UNION ALL
        SELECT h.seq FROM log_head h WHERE h.seq <> (SELECT count(*) FROM events)""",
    "a fact has no event, or two": """
        SELECT id FROM (
            SELECT id, 'post.published' AS kind, 'post_id' AS field FROM posts
            UNION ALL SELECT id, 'comment.published', 'comment_id' FROM comments
            UNION ALL SELECT id, 'agent.registered', 'agent_id' FROM agents
        ) f
        FULL JOIN (
            SELECT kind, body ->> CASE kind WHEN 'post.published' THEN 'post_id' WHEN 'comment.published'
                THEN 'comment_id' ELSE 'agent_id' END AS subject, count(*) AS times
            FROM events WHERE kind IN ('post.published', 'comment.published', 'agent.registered') GROUP BY 1, 2
        ) e ON e.kind = f.kind AND e.subject = f.id::text
        WHERE f.id IS NULL OR e.times IS DISTINCT FROM 1""",
    "the votes are not the sum of their events": """
        SELECT 1 FROM (
            SELECT body ->> 'target_id' AS target, actor_id,
                sum((body ->> 'now')::int - (body ->> 'former')::int) AS way
            FROM events WHERE kind = 'vote.cast' GROUP BY 1, 2
        ) e
        FULL JOIN votes v ON v.target_id::text = e.target AND v.voter_id = e.actor_id
        WHERE coalesce(v.direction, 0) <> coalesce(e.way, 0)""",
}
RANKS = "SELECT post_id, submolt_id, created_at, score, float8send(hot) FROM post_ranks ORDER BY post_id"
PAST = """
SELECT 'tally', post_id, target_id, minute, upvotes, downvotes FROM pasts
UNION ALL
SELECT 'karma', agent_id, NULL, minute, gained, NULL FROM karma_pasts
UNION ALL
SELECT 'number', NULL, NULL, minute, seq, NULL FROM past_minutes
ORDER BY 1, 2, 3, 4
"""


async def what_is_wrong(dsn: str) -> dict[str, list[Any]]:
    """Everything that does not add up."""
    connection = await connect(dsn, "moltbook truth")
    try:
        found = {what: [row[0] for row in await connection.fetch(sql)] for what, sql in WRONG.items()}
        return {what: rows[:5] for what, rows in found.items() if rows}
    finally:
        await connection.close()


async def ranks_now_and_anew(dsn: str) -> tuple[list[Any], list[Any]]:
    """The ranks after the reader has caught up, and those of a replay from 0. No server may be running."""
    return await _now_and_anew(dsn, Ranks(), RANKS)


async def past_now_and_anew(dsn: str) -> tuple[list[Any], list[Any]]:
    """The same of the tables of the past."""
    return await _now_and_anew(dsn, History(), PAST)


async def _now_and_anew(dsn: str, reader: Reader, sql: str) -> tuple[list[Any], list[Any]]:
    connection: asyncpg.Connection = await connect(dsn, "moltbook truth")
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", lock_of(reader.name))
        cursor = await connection.fetchval("SELECT seq FROM readers WHERE name = $1", reader.name) or 0
        now = await _replay(connection, reader, cursor, sql)
        await reader.reset(connection)
        return now, await _replay(connection, reader, 0, sql)
    finally:
        await connection.close()


async def _replay(connection: asyncpg.Connection, reader: Reader, cursor: int, sql: str) -> list[Any]:
    async with connection.transaction():
        while rows := await connection.fetch(AFTER, cursor, 997):
            await reader.apply(connection, [Entry(*row) for row in rows])
            cursor = rows[-1]["seq"]
            await connection.execute(MOVE, reader.name, cursor)
    return [tuple(row) for row in await connection.fetch(sql)]


async def counted(dsn: str, sql: str) -> Any:
    """One value."""
    connection = await connect(dsn, "moltbook truth")
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
