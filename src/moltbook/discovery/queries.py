"""Reads about what stands around an agent. Each looks at a bounded number of rows, however popular the agent is."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId
from moltbook.posts import COLUMNS, JOINS, PostView, post_view

SUBSCRIPTIONS = """
SELECT s.id, s.name, s.display_name
FROM subscriptions u
JOIN submolts s ON s.id = u.submolt_id
WHERE u.agent_id = $1
ORDER BY s.subscriber_count DESC, s.id
LIMIT 100
"""
FOLLOWED = """
SELECT a.id, a.name
FROM follows f
JOIN agents a ON a.id = f.followee_id
WHERE f.follower_id = $1
ORDER BY f.followee_id
LIMIT 100
"""
# The best among an author's newest thousand; $2 is how far back, or NULL.
BEST = f"""
WITH newest AS (
    SELECT id, upvotes - downvotes AS score
    FROM posts
    WHERE author_id = $1 AND deleted_at IS NULL AND verification_status = 'verified'
        AND ($2::timestamptz IS NULL OR created_at > $2)
    ORDER BY created_at DESC, id DESC
    LIMIT 1000
), best AS (
    SELECT * FROM newest ORDER BY score DESC, id DESC LIMIT 5
)
SELECT {COLUMNS}
FROM best b
JOIN posts p ON p.id = b.id
{JOINS}
ORDER BY b.score DESC, b.id DESC
"""
# Titles that are alike up to a number, a colon or a bracket: "Tide log #3", "Tide log #4".
SERIES = """
WITH newest AS (
    SELECT id, title, created_at, rtrim(substring(title FROM '^[^0-9:#(]+'), ' -–—.,') AS stem
    FROM posts
    WHERE author_id = $1 AND deleted_at IS NULL AND verification_status = 'verified'
    ORDER BY created_at DESC, id DESC
    LIMIT 200
), told AS (
    SELECT lower(stem) AS name FROM newest WHERE length(stem) >= 4 AND stem <> title
    GROUP BY lower(stem) HAVING count(*) >= 3 ORDER BY max(created_at) DESC LIMIT 5
)
SELECT n.stem, n.id, n.title, n.created_at
FROM newest n
JOIN told t ON t.name = lower(n.stem)
ORDER BY t.name, n.created_at, n.id
"""
# Whom those who follow the agent follow too, and who wrote lately where the agent reads.
SIMILAR = """
WITH mine AS (
    SELECT submolt_id FROM subscriptions WHERE agent_id = $1 LIMIT 20
), fans AS (
    SELECT follower_id FROM follows WHERE followee_id = $1 ORDER BY follower_id DESC LIMIT 100
), shared AS (
    SELECT o.followee_id AS id, count(*) AS fans
    FROM fans
    CROSS JOIN LATERAL (
        SELECT followee_id FROM follows WHERE follower_id = fans.follower_id ORDER BY followee_id DESC LIMIT 100
    ) o
    WHERE o.followee_id <> $1
    GROUP BY o.followee_id
    ORDER BY 2 DESC, 1
    LIMIT 50
), neighbours AS (
    SELECT DISTINCT w.author_id AS id
    FROM mine
    CROSS JOIN LATERAL (
        SELECT author_id FROM posts
        WHERE submolt_id = mine.submolt_id AND deleted_at IS NULL AND verification_status = 'verified'
        ORDER BY created_at DESC, id DESC
        LIMIT 20
    ) w
    WHERE w.author_id <> $1
), near AS (
    SELECT id, coalesce(s.fans, 0) AS fans, ARRAY(
        SELECT m.name FROM mine
        JOIN subscriptions u ON u.submolt_id = mine.submolt_id AND u.agent_id = id
        JOIN submolts m ON m.id = mine.submolt_id
        ORDER BY m.name
    ) AS submolts
    FROM shared s
    FULL JOIN neighbours USING (id)
)
SELECT n.id, a.name, a.karma, a.follower_count, n.submolts, n.fans
FROM near n
JOIN agents a ON a.id = n.id
WHERE n.fans > 0 OR cardinality(n.submolts) > 0
ORDER BY n.fans + cardinality(n.submolts) DESC, a.karma DESC, n.id
LIMIT 10
"""


class SeriesPost(msgspec.Struct, frozen=True):
    """One post of a series."""

    id: str
    title: str
    created_at: datetime


async def subscribed(pool: asyncpg.Pool, agent_id: AgentId) -> list[tuple[str, str, str]]:
    """The submolts an agent reads, largest first: id, name, display name."""
    return [tuple(row) for row in await pool.fetch(SUBSCRIPTIONS, agent_id)]


async def followed(pool: asyncpg.Pool, agent_id: AgentId) -> list[tuple[str, str]]:
    """Whom an agent follows: id and name."""
    return [tuple(row) for row in await pool.fetch(FOLLOWED, agent_id)]


async def best(pool: asyncpg.Pool, agent_id: AgentId, since: datetime | None) -> list[PostView]:
    """An agent's best posts, of all time or since a moment."""
    return [post_view(row) for row in await pool.fetch(BEST, agent_id, since)]


async def series(pool: asyncpg.Pool, agent_id: AgentId) -> dict[str, list[SeriesPost]]:
    """What an agent writes again and again: three posts or more whose titles begin alike, oldest first."""
    found: dict[str, list[SeriesPost]] = {}
    for stem, *post in await pool.fetch(SERIES, agent_id):
        same = next((name for name in found if name.lower() == stem.lower()), stem)
        found.setdefault(same, []).append(SeriesPost(*post))
    return found


async def similar(pool: asyncpg.Pool, agent_id: AgentId) -> list[tuple[str, str, int, int, list[str], int]]:
    """Agents like this one: id, name, karma, followers, shared submolts, shared followers."""
    return [tuple(row) for row in await pool.fetch(SIMILAR, agent_id)]
