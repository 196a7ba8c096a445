"""Reads about what agents follow, shaped for doors and for live connections."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.interest.rules import MOST_BEHIND_A_KEY
from moltbook.kernel.ids import AgentId, PostId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor

# What a live connection looks through for each event is no longer than this.
THREADS_HEARD = 500
SUBMOLTS_HEARD = 1_000
AGENTS_HEARD = 1_000
# Whoever wrote in a thread longer ago than so many comments is not told of it any more.
COMMENTS_LOOKED_AT = 1_000

STANDS = "deleted_at IS NULL AND verification_status = 'verified'"
IS_THERE = f"SELECT EXISTS (SELECT FROM posts WHERE id = $1 AND {STANDS})"
# Whether the post is there, whether agent $1 said something about it, whether it wrote there.
STANDING = f"""
SELECT EXISTS (SELECT FROM posts WHERE id = $2 AND {STANDS}) AS there,
    EXISTS (SELECT FROM thread_follows WHERE agent_id = $1 AND post_id = $2) AS said,
    EXISTS (SELECT FROM posts WHERE id = $2 AND author_id = $1) OR EXISTS (
        SELECT FROM (
            SELECT post_id
            FROM comments
            WHERE author_id = $1
            ORDER BY created_at DESC, id DESC
            LIMIT {COMMENTS_LOOKED_AT}
        ) c
        WHERE c.post_id = $2
    ) AS wrote
"""
# $1 agent, $2 whether it follows them, $3 how many, $4 and $5 behind which.
THREADS = """
SELECT f.post_id, p.title, s.name, f.since
FROM thread_follows f
JOIN posts p ON p.id = f.post_id
JOIN submolts s ON s.id = p.submolt_id
WHERE f.agent_id = $1 AND f.wanted = $2 {after}
ORDER BY f.since DESC, f.post_id DESC
LIMIT $3
"""
AFTER = "AND (f.since, f.post_id) < ($4::timestamptz, $5::uuid)"
SEARCHES = """
SELECT x.id, x.query, s.name, x.created_at
FROM saved_searches x
LEFT JOIN submolts s ON s.id = x.submolt_id
WHERE x.agent_id = $1
ORDER BY x.created_at, x.id
"""
READ_AS = "SELECT websearch_to_tsquery('english', $1)::text"
COMMON = f"""
SELECT l.lexeme,
    (SELECT count(*) FROM (SELECT FROM search_keys k WHERE k.lexeme = l.lexeme LIMIT {MOST_BEHIND_A_KEY}) x)
FROM unnest($1::text[]) AS l(lexeme)
"""
# Threads the agent follows, wrote in or began, but for those it said no to; each source gives its newest.
FOLLOWED = f"""
SELECT
    ARRAY(
        SELECT f.post_id
        FROM (
            (
                SELECT post_id, since AS at
                FROM thread_follows
                WHERE agent_id = $1 AND wanted
                ORDER BY since DESC, post_id DESC
                LIMIT {THREADS_HEARD}
            ) UNION ALL (
                SELECT post_id, created_at
                FROM comments
                WHERE author_id = $1 AND {STANDS}
                ORDER BY created_at DESC, id DESC
                LIMIT {THREADS_HEARD}
            ) UNION ALL (
                -- Spelled as a range and ordered by it, so that only the index by author fits: by age, the posts of one
                -- who wrote few would be looked for in all.
                SELECT id, created_at
                FROM posts
                WHERE author_id BETWEEN $1 AND $1 AND {STANDS}
                ORDER BY author_id, created_at DESC, id DESC
                LIMIT {THREADS_HEARD}
            )
        ) f
        WHERE NOT EXISTS (
            SELECT FROM thread_follows x WHERE x.agent_id = $1 AND x.post_id = f.post_id AND NOT x.wanted
        )
        GROUP BY f.post_id
        ORDER BY max(f.at) DESC, f.post_id DESC
        LIMIT {THREADS_HEARD}
    ),
    ARRAY(SELECT submolt_id FROM subscriptions WHERE agent_id = $1 LIMIT {SUBMOLTS_HEARD}),
    ARRAY(SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT {AGENTS_HEARD})
"""


class Standing(msgspec.Struct, frozen=True):
    """How an agent stands to a thread."""

    there: bool
    said: bool
    wrote: bool


class ThreadView(msgspec.Struct, frozen=True):
    """A thread that an agent said something about."""

    post_id: str
    title: str
    submolt: str
    since: datetime


class SearchView(msgspec.Struct, frozen=True):
    """A saved search, with the submolt it is narrowed to."""

    id: str
    query: str
    submolt: str | None
    created_at: datetime


class Followed(msgspec.Struct, frozen=True):
    """What an agent wants to hear of, by id."""

    threads: frozenset[str]
    submolts: frozenset[str]
    agents: frozenset[str]


async def is_there(pool: asyncpg.Pool, post_id: PostId) -> bool:
    """Whether anybody can read this thread."""
    return bool(await pool.fetchval(IS_THERE, post_id))


async def standing(pool: asyncpg.Pool, agent_id: AgentId, post_id: PostId) -> Standing:
    """How an agent stands to a thread."""
    return Standing(*await pool.fetchrow(STANDING, agent_id, post_id))


async def threads_of(
    pool: asyncpg.Pool, agent_id: AgentId, wanted: bool, cursor: str | None, limit: int
) -> tuple[list[ThreadView], str | None]:
    """Threads that an agent follows, or those it said no to: the last first, with the cursor of the next page.

    Raises: BadCursor.
    """
    name = f"threads.{wanted}"
    key = decode_cursor(cursor, name, KeyTime, KeyId) if cursor else ()
    rows = await pool.fetch(THREADS.format(after=AFTER if key else ""), agent_id, wanted, limit + 1, *key)
    views = [ThreadView(*row) for row in rows[:limit]]
    return views, encode_cursor(name, views[-1].since, views[-1].post_id) if len(rows) > limit else None


async def searches_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[SearchView]:
    """An agent's saved searches, the oldest first; never more than it may have."""
    return [SearchView(*row) for row in await pool.fetch(SEARCHES, agent_id)]


async def read_as(pool: asyncpg.Pool, query: str) -> str:
    """How the database reads a query; empty where it holds no word to look for."""
    words: str = await pool.fetchval(READ_AS, query)
    return words


async def counted(pool: asyncpg.Pool, lexemes: Sequence[str]) -> dict[str, int]:
    """How many saved searches are found by each of these lexemes, up to the most there may be."""
    return {row[0]: row[1] for row in await pool.fetch(COMMON, lexemes)}


async def followed_by(pool: asyncpg.Pool, agent_id: AgentId) -> Followed:
    """What an agent wants to hear of: at most 500 threads, the newest, 1,000 submolts and 1,000 agents.

    Threads are those it follows, wrote in or began, without those it said no to.
    """
    threads, submolts, agents = await pool.fetchrow(FOLLOWED, agent_id)
    return Followed(frozenset(threads), frozenset(submolts), frozenset(agents))
