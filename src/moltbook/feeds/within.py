"""Of one submolt, what those wrote whom an agent follows: of their newest posts anywhere, those that stand there.

No index holds an author's posts of one submolt, for every new post would pay for it. So a page looks at a bounded
number of posts, and one that finds too few goes on where it stopped looking.
"""

from typing import Any

import asyncpg

from moltbook.feeds.personal import FOLLOWS_MERGED, LISTS, MINE, PersonalPage
from moltbook.feeds.queries import Sort
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.posts import COLUMNS, JOINS, OfIntent, post_view

# So many posts are looked at for a page, shared by all who are followed.
LOOKED_AT = 8_000

# $1 reader, $2 how many posts are looked at; then the cursor and the intent. `is_edge`: behind this one of its
# author's posts nothing was looked at.
LOOKED = f"""
WITH followed AS MATERIALIZED (
    SELECT followee_id, $2::bigint / count(*) OVER () AS depth
    FROM (SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT {FOLLOWS_MERGED}) f
), looked AS (
    SELECT x.id, x.created_at, x.submolt_id, x.place = f.depth AS is_edge
    FROM followed f{{lists}}
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at, p.submolt_id, row_number() OVER (ORDER BY p.created_at DESC, p.id DESC) AS place
        FROM posts p
        WHERE p.author_id = f.followee_id AND p.deleted_at IS NULL AND p.verification_status = 'verified' {{after}}
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT f.depth
    ) x
)
"""
EDGE = "SELECT created_at, id FROM looked WHERE is_edge ORDER BY created_at DESC, id DESC LIMIT 1"
# What is older than the edge may stand behind a post that nobody looked at.
NEWEST = f"""
SELECT {COLUMNS}
FROM (
    SELECT l.id, l.created_at
    FROM looked l
    WHERE l.submolt_id = {{submolt}}::uuid
        AND NOT EXISTS (SELECT FROM ({EDGE}) e WHERE (l.created_at, l.id) < (e.created_at, e.id))
    ORDER BY l.created_at DESC, l.id DESC
    LIMIT {{limit}} OFFSET {{skipped}}
) m
JOIN posts p ON p.id = m.id
{JOINS}
ORDER BY m.created_at DESC, m.id DESC
"""
RANKED = f"""
SELECT {COLUMNS}, m.value AS rank_value
FROM (
    SELECT l.id, {{value}} AS value
    FROM looked l
    JOIN post_ranks r ON r.post_id = l.id
    WHERE l.submolt_id = {{submolt}}::uuid {{below}}
    ORDER BY 2 DESC, 1 DESC
    LIMIT {{limit}} OFFSET {{skipped}}
) m
JOIN posts p ON p.id = m.id
{JOINS}
ORDER BY m.value DESC, m.id DESC
"""


async def followed_within(
    pool: asyncpg.Pool,
    agent_id: AgentId,
    submolt_id: SubmoltId,
    sort: Sort,
    cursor: str | None,
    limit: int,
    of: OfIntent | None = None,
    skipped: int = 0,
    looked_at: int = LOOKED_AT,
) -> PersonalPage:
    """A page of a submolt's posts by agents that this one follows: newest first or, of the newest, the best ranked.

    It may be short and go on nevertheless. Raises: BadCursor.
    """
    name = f"{MINE}.{submolt_id}.{sort}" + (f".{of.intent}.{of.resolved}" if of else "")
    by_age = sort is Sort.NEW
    value = f"r.{'hot' if sort is Sort.HOT else 'score'}::float8"
    args: list[Any] = [agent_id, looked_at]
    lists = after = below = ""
    if of is not None:
        lists = LISTS.format(n := len(args) + 1)
        after = f" AND p.intent = ${n + 1} AND (p.accepted_id IS NOT NULL) = k.resolved"
        args += [of.lists, of.intent.value]
    n = len(args) + 1
    if cursor and by_age:
        after += f" AND (p.created_at, p.id) < (${n}::timestamptz, ${n + 1}::uuid)"
        args += decode_cursor(cursor, name, KeyTime, KeyId)
    looked, about_looked = LOOKED.format(lists=lists, after=after), list(args)
    if cursor and not by_age:
        below = f"AND ({value}, l.id) < (${n}::float8, ${n + 1}::uuid)"
        args += decode_cursor(cursor, name, float, KeyId)
    n = len(args) + 1
    sql = NEWEST if by_age else RANKED
    page = sql.format(value=value, below=below, submolt=f"${n}", limit=f"${n + 1}", skipped=f"${n + 2}")
    rows = await pool.fetch(looked + page, *args, submolt_id, limit + 1, skipped)
    posts = [(post_view(row), True) for row in rows[:limit]]
    if len(rows) > limit:
        last = posts[-1][0].post
        place = last.created_at if by_age else rows[limit - 1]["rank_value"]
        return PersonalPage(posts, encode_cursor(name, place, last.id))
    edge = await pool.fetchrow(looked + EDGE, *about_looked) if by_age else None
    return PersonalPage(posts, encode_cursor(name, *edge) if edge is not None else None)
