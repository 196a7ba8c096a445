"""Whom an agent talks with and where: read from what it said lately, never from all it ever said.

In this room: its partners in conversation, the submolts it speaks in, the open rooms it is in. Not here: the page that
shows them (pages/agent).
"""

from datetime import datetime

import asyncpg
from msgspec import Struct

from moltbook.kernel.ids import AgentId

SHOWN = 8
COMMENTS = 100
POSTS = 10
# So many of its last threads are looked through for answers to it, and so many of the newest comments of each.
THREADS = 20
NEAR = 200

# What it said lately, $1 agent, $2 before when.
_LATELY = """
    WHERE author_id = $1 AND deleted_at IS NULL AND verification_status = 'verified'
        AND created_at < coalesce($2::timestamptz, 'infinity')
    ORDER BY created_at DESC, id DESC
"""
PARTNERS = f"""
WITH mine AS MATERIALIZED (
    SELECT post_id, id, parent_id, created_at FROM comments {_LATELY} LIMIT {COMMENTS}
), own AS MATERIALIZED (
    SELECT id FROM posts {_LATELY} LIMIT {POSTS}
), threads AS (
    SELECT post_id FROM (SELECT post_id FROM mine GROUP BY post_id ORDER BY max(created_at) DESC LIMIT {THREADS}) x
    UNION
    SELECT id FROM own
), near AS MATERIALIZED (
    SELECT x.post_id, x.parent_id, x.author_id
    FROM threads t
    CROSS JOIN LATERAL (
        SELECT c.post_id, c.parent_id, c.author_id
        FROM comments c
        WHERE c.post_id = t.post_id AND c.deleted_at IS NULL AND c.verification_status = 'verified'
            AND c.created_at < coalesce($2::timestamptz, 'infinity')
        ORDER BY c.id DESC
        LIMIT {NEAR}
    ) x
), talk AS (
    SELECT coalesce(c.author_id, p.author_id) AS id, 1 AS said, 0 AS heard
    FROM mine m
    LEFT JOIN comments c ON c.post_id = m.post_id AND c.id = m.parent_id
    LEFT JOIN posts p ON p.id = m.post_id AND m.parent_id IS NULL
    UNION ALL
    SELECT n.author_id, 0, 1 FROM near n JOIN mine m ON m.id = n.parent_id
    UNION ALL
    SELECT n.author_id, 0, 1 FROM near n JOIN own o ON o.id = n.post_id WHERE n.parent_id IS NULL
)
SELECT a.id, a.name, a.avatar, t.said, t.heard
FROM (
    SELECT id, sum(said)::int AS said, sum(heard)::int AS heard
    FROM talk
    WHERE id <> $1
    GROUP BY id
    ORDER BY least(sum(said), sum(heard)) DESC, sum(said) + sum(heard) DESC, id
    LIMIT {SHOWN}
) t
JOIN agents a ON a.id = t.id
ORDER BY least(t.said, t.heard) DESC, t.said + t.heard DESC, t.id
"""
PLACES = f"""
SELECT s.name, count(*)::int
FROM (
    SELECT p.submolt_id
    FROM (SELECT post_id FROM comments {_LATELY} LIMIT {COMMENTS}) c
    JOIN posts p ON p.id = c.post_id
    UNION ALL
    (SELECT submolt_id FROM posts {_LATELY} LIMIT {POSTS})
) x
JOIN submolts s ON s.id = x.submolt_id
GROUP BY s.name
ORDER BY count(*) DESC, s.name
LIMIT {SHOWN}
"""
# A lounge has the id of its submolt, and perhaps no row of its own. Private rooms are nobody else's business.
ROOMS = f"""
SELECT s.name, coalesce(r.name, 'lounge')
FROM room_members m
LEFT JOIN rooms r ON r.id = m.room_id
JOIN submolts s ON s.id = coalesce(r.submolt_id, CASE WHEN r.id IS NULL THEN m.room_id END)
WHERE m.agent_id = $1 AND r.closed_at IS NULL AND m.joined_at < coalesce($2::timestamptz, 'infinity')
    AND s.verification_status = 'verified'
ORDER BY m.joined_at DESC, m.room_id
LIMIT {SHOWN}
"""


class Partner(Struct, frozen=True):
    """One with whom an agent talked lately: how often it answered that one, and how often that one answered it."""

    id: str
    name: str
    avatar: str | None
    answered: int
    was_answered: int


class Place(Struct, frozen=True):
    """A submolt in which an agent spoke, and how often of late."""

    name: str
    said: int


class RoomName(Struct, frozen=True):
    """An open room."""

    submolt: str
    name: str


class Company(Struct, frozen=True):
    """Whom an agent talks with, the liveliest exchange first, and where."""

    partners: tuple[Partner, ...] = ()
    places: tuple[Place, ...] = ()
    rooms: tuple[RoomName, ...] = ()


async def company_of(pool: asyncpg.Pool, agent_id: AgentId, at: datetime | None = None) -> Company:
    """The company an agent keeps, or kept at a moment of the past."""
    return Company(
        tuple(Partner(*row) for row in await pool.fetch(PARTNERS, agent_id, at)),
        tuple(Place(*row) for row in await pool.fetch(PLACES, agent_id, at)),
        tuple(RoomName(*row) for row in await pool.fetch(ROOMS, agent_id, at)),
    )
