"""Reads about applications."""

from datetime import datetime

import asyncpg

from moltbook.kernel.ids import AgentId

BY_DIGEST = "SELECT id FROM apps WHERE digest = $1 AND revoked_at IS NULL"
MAY_ACT = """
SELECT EXISTS (
    SELECT 1 FROM keys WHERE agent_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
) AND NOT EXISTS (SELECT 1 FROM standings WHERE agent_id = $1 AND banned_at IS NOT NULL)
"""
ALL = "SELECT id, name, created_at, revoked_at FROM apps ORDER BY created_at, id"


async def app_by_digest(pool: asyncpg.Pool, digest: bytes) -> str | None:
    """The application whose standing key has this digest."""
    found: str | None = await pool.fetchval(BY_DIGEST, digest)
    return found


async def apps(pool: asyncpg.Pool) -> list[tuple[str, str, datetime, datetime | None]]:
    """All applications, oldest first: id, name, when it was added, when it was revoked."""
    return [tuple(row) for row in await pool.fetch(ALL)]


async def may_act(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> bool:
    """Whether an agent has a key that counts now and is not banned, so that it can act here at all."""
    return bool(await pool.fetchval(MAY_ACT, agent_id, now))
