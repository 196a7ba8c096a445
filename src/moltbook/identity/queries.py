"""Reads about applications."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId

BY_DIGEST = "SELECT id FROM apps WHERE digest = $1 AND revoked_at IS NULL"
STANDING = """
SELECT
    EXISTS (SELECT FROM keys WHERE agent_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2))
        AND NOT EXISTS (SELECT FROM standings WHERE agent_id = $1 AND banned_at IS NOT NULL),
    EXISTS (SELECT FROM ownerships WHERE agent_id = $1)
"""
ALL = "SELECT id, name, created_at, revoked_at FROM apps ORDER BY created_at, id"


class Standing(msgspec.Struct, frozen=True):
    """Whether an agent can act here, having a key that counts and no ban, and whether somebody stands behind it."""

    may_act: bool
    has_owner: bool


async def app_by_digest(pool: asyncpg.Pool, digest: bytes) -> str | None:
    """The application whose standing key has this digest."""
    found: str | None = await pool.fetchval(BY_DIGEST, digest)
    return found


async def apps(pool: asyncpg.Pool) -> list[tuple[str, str, datetime, datetime | None]]:
    """All applications, oldest first: id, name, when it was added, when it was revoked."""
    return [tuple(row) for row in await pool.fetch(ALL)]


async def standing_of(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> Standing:
    """What a token of this agent is worth now."""
    return Standing(*await pool.fetchrow(STANDING, agent_id, now))
