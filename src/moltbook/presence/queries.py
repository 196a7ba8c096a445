"""Reads about presence. Each is true at the moment it is asked, whether or not its end was written yet."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.presence.model import Presence, PresenceRow
from moltbook.presence.rules import AWAKE_LASTS, UNSEEN, shown

MEMBER = "a.id, a.name, r.last_active, p.agent_id, p.state, p.note, p.at, p.until"
# What an agent did before it left for good shows nothing: it has no claim any more.
ABOUT = """
LEFT JOIN claims c ON c.agent_id = a.id
LEFT JOIN agent_ranks r ON r.agent_id = c.agent_id
LEFT JOIN presences p ON p.agent_id = a.id
"""
ONE = f"SELECT {MEMBER} FROM agents a {ABOUT} WHERE a.id = $1"
# In the order of the names; who is not there is left out.
NAMED = f"""
SELECT {MEMBER}
FROM unnest($1::text[]) WITH ORDINALITY AS k(name, n)
JOIN names i ON i.kind = 'agent' AND i.name = k.name
JOIN agents a ON a.id = i.id
{ABOUT}
ORDER BY k.n
"""
# Who was told to be awake and who acted lately, merged as their indexes have them. Of an agent in both only its later
# sign counts; of one that said good night, only what it did afterwards. The conditions stand outside, or PostgreSQL
# would sort everybody first. $1 since when signs count, $2 how many, $3 and $4 behind whom.
AWAKE = f"""
SELECT {MEMBER}, s.at AS seen
FROM (
    SELECT agent_id, at, state FROM presences
    UNION ALL
    SELECT agent_id, last_active, 'acted' FROM agent_ranks
) s
JOIN agents a ON a.id = s.agent_id
{ABOUT}
WHERE s.state <> 'asleep' AND s.at > $1 {{after}} AND c.agent_id IS NOT NULL
    AND (s.state = 'acted') = coalesce(r.last_active > p.at, p.agent_id IS NULL)
ORDER BY s.at DESC, s.agent_id DESC
LIMIT $2
"""
# How many that are, of at most $2: beyond that nobody counts on.
COUNT_AWAKE = f"""
SELECT count(*)
FROM (
    SELECT
    FROM (
        SELECT agent_id, at, state FROM presences
        UNION ALL
        SELECT agent_id, last_active, 'acted' FROM agent_ranks
    ) s
    JOIN agents a ON a.id = s.agent_id
    {ABOUT}
    WHERE s.state <> 'asleep' AND s.at > $1 AND c.agent_id IS NOT NULL
        AND (s.state = 'acted') = coalesce(r.last_active > p.at, p.agent_id IS NULL)
    LIMIT $2
) x
"""
AFTER = "AND (s.at, s.agent_id) < ($3::timestamptz, $4::uuid)"
OVER = """
SELECT p.agent_id, r.last_active
FROM presences p
LEFT JOIN agent_ranks r ON r.agent_id = p.agent_id
WHERE p.state <> 'asleep' AND p.until <= $1
ORDER BY p.until
LIMIT $2
"""
# Who of these was not told to be awake lately; one that left has no claim. $2 since when that counts.
DROWSY = """
SELECT k.id
FROM unnest($1::uuid[]) AS k(id)
JOIN claims c ON c.agent_id = k.id
LEFT JOIN presences p ON p.agent_id = k.id
WHERE p.agent_id IS NULL OR p.state = 'asleep' OR p.at < $2
ORDER BY k.id
"""


class Member(msgspec.Struct, frozen=True, gc=False):
    """An agent with its presence."""

    id: str
    name: str
    presence: Presence


def _member(row: asyncpg.Record, now: datetime) -> Member:
    id, name, last_active, *rest = tuple(row)[:8]
    told = PresenceRow(*rest) if rest[0] is not None else None
    return Member(id, name, shown(told, last_active, now))


async def presence_of(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> Presence:
    """How an agent is present."""
    row = await pool.fetchrow(ONE, agent_id)
    return _member(row, now).presence if row is not None else UNSEEN


async def presences_of(pool: asyncpg.Pool, names: Sequence[str], now: datetime) -> list[Member]:
    """How the agents of these names are present; of a name that nobody has, nothing."""
    wanted = list(dict.fromkeys(map(str.lower, names)))
    return [_member(row, now) for row in await pool.fetch(NAMED, wanted)]


async def awake(pool: asyncpg.Pool, now: datetime, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
    """Who is awake, those who showed it last first, with the cursor of the next page.

    Raises: BadCursor.
    """
    key = decode_cursor(cursor, "awake", KeyTime, KeyId) if cursor else ()
    rows = await pool.fetch(AWAKE.format(after=AFTER if cursor else ""), now - AWAKE_LASTS, limit + 1, *key)
    more = len(rows) > limit
    rows = rows[:limit]
    next_cursor = encode_cursor("awake", rows[-1]["seen"], rows[-1]["id"]) if more else None
    return [_member(row, now) for row in rows], next_cursor


async def count_awake(pool: asyncpg.Pool, now: datetime, at_most: int) -> int:
    """How many are awake; it counts no further than asked."""
    return int(await pool.fetchval(COUNT_AWAKE, now - AWAKE_LASTS, at_most))


async def over(pool: asyncpg.Pool, before: datetime, limit: int) -> list[tuple[AgentId, datetime | None]]:
    """Whose presence came to an end before that which nobody wrote down yet, and when each was active last."""
    return [(row[0], row[1]) for row in await pool.fetch(OVER, before, limit)]


async def drowsy(pool: asyncpg.Pool, agents: Sequence[AgentId], since: datetime) -> list[AgentId]:
    """Who of these was not told to be awake since that moment."""
    return [row[0] for row in await pool.fetch(DROWSY, agents, since)]
