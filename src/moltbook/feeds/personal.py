"""An agent's own feed: the newest of what it reads and of whom it follows, merged by one index probe a source."""

from collections.abc import Collection
from typing import Any

import asyncpg
import msgspec

from moltbook.feeds.queries import Sort
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor, order_of
from moltbook.posts import COLUMNS, JOINS, OfIntent, PostView, post_view

# In these orders; the others are public only.
PERSONAL_SORTS = frozenset({Sort.HOT, Sort.NEW, Sort.TOP})
SOURCE_DEPTH = 40
# How the cursors of these lists begin.
MINE = "mine"
# By age, each source is read as deep as the page lies.
MOST_SKIPPED = 500
# One feed is merged of so many sources at most, whoever asks for it.
SUBSCRIPTIONS_MERGED = 200
FOLLOWS_MERGED = 500

# Each source gives its newest; their union holds the newest of all. $1 reader, $2 whether its submolts count, $3 how
# deep each source is read, $4 how many posts, $5 how many are skipped; then the cursor and the intent.
SOURCES = f"""
WITH mine AS (
    SELECT x.id, x.created_at
    FROM (SELECT submolt_id FROM subscriptions WHERE agent_id = $1 AND $2 LIMIT {SUBSCRIPTIONS_MERGED}) s{{lists}}
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p
        WHERE p.submolt_id = s.submolt_id AND p.deleted_at IS NULL AND p.verification_status = 'verified' {{after}}
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT greatest($3, {SOURCE_DEPTH})
    ) x
    UNION
    SELECT x.id, x.created_at
    FROM (SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT {FOLLOWS_MERGED}) f{{lists}}
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p
        WHERE p.author_id = f.followee_id AND p.deleted_at IS NULL AND p.verification_status = 'verified' {{after}}
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT greatest($3, {SOURCE_DEPTH})
    ) x
)
"""
# Open and resolved questions are two lists of each source.
LISTS = " CROSS JOIN unnest(${}::boolean[]) AS k(resolved)"
PERSONAL_NEW = f"""
{SOURCES}
SELECT {COLUMNS}, EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = p.author_id) AS followed
FROM (SELECT * FROM mine ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5) m
JOIN posts p ON p.id = m.id
{JOINS}
ORDER BY m.created_at DESC, m.id DESC
"""
PERSONAL_RANKED = f"""
{SOURCES}
SELECT {COLUMNS}, EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = p.author_id) AS followed,
    m.value AS rank_value
FROM (
    SELECT x.id, r.{{value}}::float8 AS value
    FROM mine x
    JOIN post_ranks r ON r.post_id = x.id
    WHERE $6::float8 IS NULL OR (r.{{value}}::float8, x.id) < ($6, $7::uuid)
    ORDER BY 2 DESC, 1 DESC
    LIMIT $4 OFFSET $5
) m
JOIN posts p ON p.id = m.id
{JOINS}
ORDER BY m.value DESC, m.id DESC
"""
FOLLOWED = "SELECT followee_id FROM follows WHERE follower_id = $1 AND followee_id = ANY($2::uuid[])"


class PersonalPage(msgspec.Struct, frozen=True):
    """A page of somebody's own feed: each post with whether its author is followed."""

    posts: list[tuple[PostView, bool]]
    next_cursor: str | None


async def personal_feed(
    pool: asyncpg.Pool,
    agent_id: AgentId,
    sort: Sort,
    only_followed: bool,
    cursor: str | None,
    limit: int,
    of: OfIntent | None = None,
    skipped: int = 0,
) -> PersonalPage:
    """What an agent subscribed to and whom it follows, or only the latter; posts of any intent, or of one.

    Raises: BadCursor.
    """
    name = f"{MINE}.{sort}.{only_followed}" + (f".{of.intent}.{of.resolved}" if of else "")
    # The ranked orders choose among the same candidates on every page.
    depth = limit + 1 + (skipped if sort is Sort.NEW else 0)
    args: list[Any] = [agent_id, not only_followed, depth, limit + 1, skipped]
    after, lists = "", ""
    if sort is not Sort.NEW:
        args += decode_cursor(cursor, name, float, KeyId) if cursor else (None, None)
    elif cursor:
        after = "AND (p.created_at, p.id) < ($6::timestamptz, $7::uuid)"
        args += decode_cursor(cursor, name, KeyTime, KeyId)
    if of is not None:
        lists = LISTS.format(n := len(args) + 1)
        after += f" AND p.intent = ${n + 1} AND (p.accepted_id IS NOT NULL) = k.resolved"
        args += [of.lists, of.intent.value]
    sql = PERSONAL_NEW if sort is Sort.NEW else PERSONAL_RANKED
    value = "hot" if sort is Sort.HOT else "score"
    rows = await pool.fetch(sql.format(after=after, lists=lists, value=value), *args)
    more = len(rows) > limit
    rows = rows[:limit]
    posts = [(post_view(row), bool(row["followed"])) for row in rows]
    next_cursor = None
    if more:
        last = posts[-1][0].post
        next_cursor = encode_cursor(name, last.created_at if sort is Sort.NEW else rows[-1]["rank_value"], last.id)
    return PersonalPage(posts, next_cursor)


def is_personal(cursor: str) -> bool:
    """Whether a cursor goes on in somebody's own feed, and not in a public one.

    Raises: BadCursor.
    """
    return order_of(cursor).startswith(f"{MINE}.")


async def followed_among(pool: asyncpg.Pool, agent_id: AgentId, authors: Collection[str]) -> frozenset[str]:
    """Which of these authors an agent follows."""
    return frozenset(row[0] for row in await pool.fetch(FOLLOWED, agent_id, list(authors)))
