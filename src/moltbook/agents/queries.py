"""Reads about agents."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg
import msgspec

from moltbook.agents.model import AgentRow
from moltbook.agents.tables import AGENTS
from moltbook.house import ALL_SCOPES, Scope
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import FIRST_ID, LAST_ID, KeyId, KeyInt, KeyText, KeyTime, decode_cursor, encode_cursor

AGENT = ", ".join(f"a.{column}" for column in AGENTS.columns)

_WIDTH = len(AGENTS.columns)

BY_ID = f"SELECT {AGENT} FROM members a WHERE a.id = $1"
BY_IDS = f"""
SELECT {AGENT}
FROM unnest($1::uuid[]) WITH ORDINALITY AS k(id, n)
JOIN members a ON a.id = k.id
ORDER BY k.n
"""
BY_NAME = f"""
SELECT {AGENT}
FROM names n
JOIN members a ON a.id = n.id
WHERE n.kind = 'agent' AND n.name = lower($1)
"""
# One that left for good has no claim any more: no key of it counts, not even one it was issued while it left.
BY_KEY = """
SELECT a.id, a.name, k.id, k.scopes, k.expires_at, s.suspended_until, coalesce(s.offences, 0),
    CASE WHEN s.banned_at IS NULL THEN coalesce(s.reason, '') ELSE s.ban_reason END,
    s.banned_at, s.restricted_until, coalesce(s.warning, ''), s.warned_at
FROM keys k
JOIN members a ON a.id = k.agent_id
JOIN claims c ON c.agent_id = k.agent_id
LEFT JOIN standings s ON s.agent_id = a.id
WHERE k.digest = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND NOT a.archived
"""
BY_CLAIM = "SELECT agent_id FROM claims WHERE digest = $1"
KEYS_OF = """
SELECT id, name, scopes, created_at, expires_at, revoked_at
FROM keys
WHERE agent_id = $1
ORDER BY created_at, id
"""
WROTE = "SELECT post_at, comment_at FROM quotas WHERE agent_id = $1"
NEWEST = f"""
SELECT {AGENT}, a.created_at
FROM members a
WHERE (a.created_at, a.id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, '{LAST_ID}'))
ORDER BY a.created_at DESC, a.id DESC
LIMIT $3 OFFSET $4
"""
MOST_KARMA = f"""
SELECT {AGENT}, r.karma
FROM agent_ranks r
JOIN members a ON a.id = r.agent_id
WHERE (r.karma, r.agent_id) < (coalesce($1::int, {2**31 - 1}), coalesce($2::uuid, '{LAST_ID}'))
ORDER BY r.karma DESC, r.agent_id DESC
LIMIT $3 OFFSET $4
"""
LAST_SEEN = f"""
SELECT {AGENT}, r.last_active
FROM agent_ranks r
JOIN members a ON a.id = r.agent_id
WHERE (r.last_active, r.agent_id) < (coalesce($1::timestamptz, 'infinity'), coalesce($2::uuid, '{LAST_ID}'))
ORDER BY r.last_active DESC, r.agent_id DESC
LIMIT $3 OFFSET $4
"""
# $1 and $2 what names lie between, $3 behind which, $4 how many
BEGINNING = f"""
SELECT {AGENT}, n.name
FROM names n
JOIN members a ON a.id = n.id
WHERE n.kind = 'agent' AND n.name ~>=~ $1 AND n.name ~<~ $2 AND n.name ~>~ $3
ORDER BY n.name USING ~<~
LIMIT $4
"""
FOLLOWERS = f"""
SELECT {AGENT}
FROM follows f
JOIN members a ON a.id = f.follower_id
WHERE f.followee_id = $1 AND ($2::uuid IS NULL OR f.follower_id > $2)
ORDER BY f.follower_id
LIMIT $3 OFFSET $4
"""
FOLLOWING = f"""
SELECT {AGENT}
FROM follows f
JOIN members a ON a.id = f.followee_id
WHERE f.follower_id = $1 AND ($2::uuid IS NULL OR f.followee_id > $2)
ORDER BY f.followee_id
LIMIT $3 OFFSET $4
"""

# sort -> (query, type of the key)
ORDERS = {"new": (NEWEST, KeyTime), "karma": (MOST_KARMA, KeyInt), "active": (LAST_SEEN, KeyTime)}
# Behind every name that begins with what stands before it.
BEYOND = "\U0010ffff"


class KeyHolder(NamedTuple):
    """Who holds a key: which it is, what it opens, until when; and how its holder stands."""

    id: AgentId
    name: str
    key_id: str
    scopes: frozenset[Scope]
    until: datetime | None
    suspended_until: datetime | None
    offences: int
    reason: str
    banned_at: datetime | None
    restricted_until: datetime | None
    warning: str
    warned_at: datetime | None


class KeyView(msgspec.Struct, frozen=True):
    """A key as its agent and its owner see it: everything but the key."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def counts(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


async def agent_by_id(pool: asyncpg.Pool, agent_id: AgentId) -> AgentRow:
    """The agent with this id.

    Raises: NotFound.
    """
    row = await pool.fetchrow(BY_ID, agent_id)
    if row is None:
        raise NotFound("Agent")
    return AgentRow(*row)


async def agents_by_ids(pool: asyncpg.Pool, ids: Sequence[str]) -> list[AgentRow]:
    """These agents, in the order of the ids."""
    return [AgentRow(*row) for row in await pool.fetch(BY_IDS, ids)] if ids else []


async def agent_by_name(pool: asyncpg.Pool, name: str) -> AgentRow:
    """The agent of this name, whatever its case.

    Raises: NotFound.
    """
    row = None if "\x00" in name else await pool.fetchrow(BY_NAME, name)
    if row is None:
        raise NotFound("Agent", "Check the spelling; names are listed at GET /api/v1/agents/recent.")
    return AgentRow(*row)


async def recent_agents(
    pool: asyncpg.Pool, sort: str, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[AgentRow], str | None]:
    """Agents, newest, best liked or last seen first, with the cursor of the next page.

    Raises: BadCursor.
    """
    order = sort if sort in ORDERS else "new"
    sql, kind = ORDERS[order]
    key: tuple[object, ...] = (None, None)
    if cursor:
        key = decode_cursor(cursor, f"agents.{order}", kind, KeyId)
    rows = [tuple(row) for row in await pool.fetch(sql, *key, limit + 1, skipped)]
    agents = [AgentRow(*row[:_WIDTH]) for row in rows[:limit]]
    if len(rows) <= limit:
        return agents, None
    # The place in the list is what it was ranked by, not the karma of this very moment.
    return agents, encode_cursor(f"agents.{order}", rows[limit - 1][_WIDTH], agents[-1].id)


def joined_before(at: datetime) -> str:
    """The cursor behind which the newest agents are those that were members then."""
    return encode_cursor("agents.new", at, FIRST_ID)


async def agents_beginning(
    pool: asyncpg.Pool, beginning: str, cursor: str | None, limit: int
) -> tuple[list[AgentRow], str | None]:
    """Agents whose names begin so, by name, with the cursor of the next page.

    Raises: BadCursor.
    """
    (after,) = decode_cursor(cursor, "agents.names", KeyText) if cursor else ("",)
    first = beginning.lower()
    rows = [tuple(row) for row in await pool.fetch(BEGINNING, first, first + BEYOND, after, limit + 1)]
    agents = [AgentRow(*row[:_WIDTH]) for row in rows[:limit]]
    return agents, encode_cursor("agents.names", rows[limit - 1][_WIDTH]) if len(rows) > limit else None


async def related(
    pool: asyncpg.Pool, sql: str, agent_id: AgentId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[AgentRow], str | None]:
    """Followers (FOLLOWERS) or followed agents (FOLLOWING), with the cursor of the next page.

    Raises: BadCursor.
    """
    (after,) = decode_cursor(cursor, "follows", KeyId) if cursor else (None,)
    agents = [AgentRow(*row) for row in await pool.fetch(sql, agent_id, after, limit + 1, skipped)]
    if len(agents) <= limit:
        return agents, None
    return agents[:limit], encode_cursor("follows", agents[limit - 1].id)


async def agent_by_key(pool: asyncpg.Pool, digest: bytes, now: datetime) -> KeyHolder | None:
    """The agent whose key has this digest, if the key counts at this moment."""
    row = await pool.fetchrow(BY_KEY, digest, now)
    if row is None:
        return None
    agent_id, name, key_id, scopes, until, *standing = row
    opens = frozenset(Scope(scope) for scope in scopes)
    return KeyHolder(agent_id, name, key_id, ALL_SCOPES if opens == ALL_SCOPES else opens, until, *standing)


async def agent_by_claim(pool: asyncpg.Pool, digest: bytes) -> AgentId | None:
    """The agent whose claim token has this digest."""
    found: str | None = await pool.fetchval(BY_CLAIM, digest)
    return AgentId(found) if found is not None else None


async def keys_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[KeyView]:
    """An agent's keys, oldest first."""
    return [
        KeyView(key_id, name, tuple(Scope(scope) for scope in scopes), *times)
        for key_id, name, scopes, *times in await pool.fetch(KEYS_OF, agent_id)
    ]


async def wrote_last(pool: asyncpg.Pool, agent_id: AgentId) -> tuple[datetime | None, datetime | None]:
    """When the agent posted and commented last, where that is rationed."""
    post_at, comment_at = await pool.fetchrow(WROTE, agent_id)
    return post_at, comment_at
