"""Reads about challenges: by the digest of their code, and those whose time is over."""

from datetime import datetime

import asyncpg

from moltbook.kernel.ids import AgentId
from moltbook.verdicts.model import Waiting
from moltbook.verification import ContentType

WAITING = """
SELECT c.agent_id, c.digest, c.content_type, c.content_id, coalesce(p.submolt_id, u.submolt_id), m.post_id,
    m.parent_id
FROM challenges c
LEFT JOIN posts p ON c.content_type = 'post' AND p.id = c.content_id
LEFT JOIN comments m ON c.content_type = 'comment' AND m.id = c.content_id
LEFT JOIN posts u ON u.id = m.post_id
"""
BY_DIGEST = f"{WAITING} WHERE c.agent_id = $1 AND c.digest = $2"
EXPIRED = f"{WAITING} WHERE c.state = 'open' AND c.expires_at <= $1 ORDER BY c.expires_at LIMIT $2"


def _waiting(row: asyncpg.Record) -> Waiting:
    agent_id, digest, content_type, *rest = row
    return Waiting(agent_id, digest, ContentType(content_type), *rest)


async def challenge_by_digest(pool: asyncpg.Pool, agent_id: AgentId, digest: str) -> Waiting | None:
    """The agent's challenge whose code has this digest."""
    row = await pool.fetchrow(BY_DIGEST, agent_id, digest)
    return _waiting(row) if row is not None else None


async def expired(pool: asyncpg.Pool, now: datetime, limit: int) -> list[Waiting]:
    """Open challenges whose time is over, the oldest first."""
    return [_waiting(row) for row in await pool.fetch(EXPIRED, now, limit)]
