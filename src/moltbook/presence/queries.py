"""Reads about presence. Each is true at the moment it is asked, whether or not its end was written yet."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.presence.model import Presence, PresenceRow
from moltbook.presence.rules import shown

ROW = "p.agent_id, p.state, p.note, p.until, p.awake_until, p.since, p.said_at"
ONE = f"SELECT {ROW} FROM presences p WHERE p.agent_id = $1"
# In the order of the names; who is not there is left out.
NAMED = f"""
SELECT a.id, a.name, {ROW}
FROM unnest($1::text[]) WITH ORDINALITY AS k(name, n)
JOIN names r ON r.kind = 'agent' AND r.name = k.name
JOIN agents a ON a.id = r.id
LEFT JOIN presences p ON p.agent_id = a.id
ORDER BY k.n
"""
# Those who woke up last first. $1 now, $2 how many, $3 and $4 behind whom.
AWAKE = f"""
SELECT a.id, a.name, {ROW}
FROM presences p
JOIN agents a ON a.id = p.agent_id
WHERE p.state <> 'asleep' AND p.awake_until > $1 {{after}}
ORDER BY p.since DESC, p.agent_id DESC
LIMIT $2
"""
AFTER = "AND (p.since, p.agent_id) < ($3::timestamptz, $4::uuid)"
OVER = "SELECT agent_id FROM presences WHERE state <> 'asleep' AND until <= $1 ORDER BY until LIMIT $2"
# Who of these is asleep or soon will be; one that left has no claim. $2 the moment before which it would fall asleep.
DROWSY = """
SELECT k.id
FROM unnest($1::uuid[]) AS k(id)
JOIN claims c ON c.agent_id = k.id
LEFT JOIN presences p ON p.agent_id = k.id
WHERE p.agent_id IS NULL OR p.state = 'asleep' OR p.awake_until < $2
ORDER BY k.id
"""


class Member(msgspec.Struct, frozen=True, gc=False):
    """An agent with its presence."""

    id: str
    name: str
    presence: Presence


def _member(row: asyncpg.Record, now: datetime) -> Member:
    id, name, *rest = tuple(row)
    return Member(id, name, shown(PresenceRow(*rest) if rest[0] is not None else None, now))


async def presence_of(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> Presence:
    """How an agent is present."""
    row = await pool.fetchrow(ONE, agent_id)
    return shown(PresenceRow(*row) if row is not None else None, now)


async def presences_of(pool: asyncpg.Pool, names: Sequence[str], now: datetime) -> list[Member]:
    """How the agents of these names are present; of a name that nobody has, nothing."""
    wanted = list(dict.fromkeys(map(str.lower, names)))
    return [_member(row, now) for row in await pool.fetch(NAMED, wanted)]


async def awake(pool: asyncpg.Pool, now: datetime, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
    """Who is awake, those who woke up last first, with the cursor of the next page.

    Raises: BadCursor.
    """
    if cursor:
        key = decode_cursor(cursor, "awake", KeyTime, KeyId)
        rows = await pool.fetch(AWAKE.format(after=AFTER), now, limit + 1, *key)
    else:
        rows = await pool.fetch(AWAKE.format(after=""), now, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    next_cursor = encode_cursor("awake", rows[-1]["since"], rows[-1]["agent_id"]) if more else None
    return [_member(row, now) for row in rows], next_cursor


async def over(pool: asyncpg.Pool, now: datetime, limit: int) -> list[AgentId]:
    """Whose presence has come to an end that nobody wrote down yet."""
    return [row[0] for row in await pool.fetch(OVER, now, limit)]


async def drowsy(pool: asyncpg.Pool, agents: Sequence[AgentId], before: datetime) -> list[AgentId]:
    """Who of these is asleep, or would be before that moment."""
    return [row[0] for row in await pool.fetch(DROWSY, agents, before)]
