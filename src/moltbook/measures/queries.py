"""How an agent stands, for the operator and its owner."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.modlog import NETWORK

STANDING = """
SELECT a.id, a.name, a.claimed_at IS NOT NULL, coalesce(s.offences, 0),
    CASE WHEN s.banned_at IS NULL THEN coalesce(s.reason, '') ELSE s.ban_reason END, coalesce(s.warning, ''),
    s.warned_at, s.restricted_until, s.suspended_until, s.banned_at
FROM names n
JOIN agents a ON a.id = n.id
LEFT JOIN standings s ON s.agent_id = a.id
WHERE n.kind = 'agent' AND n.name = lower($1)
"""
# Of one agent there is a handful, found by the index of entries about it.
HISTORY = """
SELECT l.at, l.action, l.reason, l.id
FROM modlog l
WHERE l.submolt_id = $1 AND l.agent_id = $2
ORDER BY l.id DESC
LIMIT $3
"""


class Past(msgspec.Struct, frozen=True):
    """A line of the operator's log about one agent."""

    at: datetime
    action: str
    reason: str
    entry_id: str


class Standing(msgspec.Struct, frozen=True):
    """How an agent stands."""

    id: AgentId
    name: str
    claimed: bool
    offences: int
    reason: str
    warning: str
    warned_at: datetime | None
    restricted_until: datetime | None
    suspended_until: datetime | None
    banned_at: datetime | None

    def words(self, now: datetime) -> str:
        """How it stands, in a word or two."""
        if self.banned_at is not None:
            return "banned"
        if self.suspended_until is not None and self.suspended_until > now:
            return f"suspended until {self.suspended_until:%Y-%m-%d %H:%M}"
        if self.restricted_until is not None and self.restricted_until > now:
            return f"restricted until {self.restricted_until:%Y-%m-%d %H:%M}"
        return "free to write" if self.claimed else "not claimed"


async def standing_by_name(pool: asyncpg.Pool, name: str) -> Standing:
    """How the agent of this name stands.

    Raises: NotFound.
    """
    row = await pool.fetchrow(STANDING, name)
    if row is None:
        raise NotFound("Agent", "Check the spelling of its name.")
    return Standing(*row)


async def past_of(pool: asyncpg.Pool, agent_id: AgentId, limit: int) -> list[Past]:
    """What the operator did about an agent, the newest first."""
    return [Past(*row) for row in await pool.fetch(HISTORY, NETWORK, agent_id, limit)]
