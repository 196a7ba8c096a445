"""Reads about labels: a submolt's, its roles with their holders, and what an agent carries."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.labels.model import Definition, Spot, TargetType
from moltbook.labels.tables import DEFINITIONS

COLUMNS = ", ".join(f"d.{column}" for column in DEFINITIONS.columns)
HOLDERS_SHOWN = 200

ONE = f"SELECT {COLUMNS} FROM label_definitions d WHERE d.id = $1"
ALL = f"SELECT {COLUMNS} FROM label_definitions d WHERE d.submolt_id = $1 ORDER BY d.created_at, d.id"
SPOT = f"""
SELECT t.target_id, t.place, t.target_type, {COLUMNS}
FROM label_attachments t
JOIN label_definitions d ON d.id = t.label_id
WHERE t.id = $1
"""
SPOTS = "SELECT id, target_id, place, target_type FROM label_attachments WHERE label_id = $1 LIMIT $2"
# One that left may still hold a role that it was given in its last moment, which is shown nowhere.
HOLDERS = f"""
SELECT d.id, a.name, t.id
FROM label_definitions d
CROSS JOIN LATERAL (
    SELECT t.id, t.target_id, t.created_at
    FROM label_attachments t
    WHERE t.label_id = d.id AND t.target_type = 'agent'
    ORDER BY t.created_at
    LIMIT {HOLDERS_SHOWN}
) t
JOIN agents a ON a.id = t.target_id AND a.claimed_at IS NOT NULL
WHERE d.submolt_id = $1 AND d.kind = 'role'
ORDER BY t.created_at, t.id
"""
CARRIED = """
SELECT t.id, d.id, d.key, d.label, d.color, d.kind, s.name, t.placement, t.created_at
FROM label_attachments t
JOIN label_definitions d ON d.id = t.label_id
JOIN submolts s ON s.id = t.submolt_id
JOIN agents a ON a.id = t.target_id AND a.claimed_at IS NOT NULL
WHERE t.target_id = $1
ORDER BY t.created_at, t.id
"""


class Holder(msgspec.Struct, frozen=True):
    """Who holds a role."""

    label_id: str
    name: str
    attachment_id: str


class Carried(msgspec.Struct, frozen=True):
    """A label on an agent."""

    id: str
    label_definition_id: str
    key: str
    label: str
    color: str
    kind: str
    submolt: str
    placement: str
    created_at: datetime


async def definition_by_id(pool: asyncpg.Pool, label_id: str) -> Definition:
    """One label.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, label_id)
    if row is None:
        raise NotFound("Label", "GET /api/v1/submolts/NAME/labels lists the labels of a submolt.")
    return Definition(*row)


async def definitions_of(pool: asyncpg.Pool, submolt_id: SubmoltId) -> list[Definition]:
    """A submolt's labels, the oldest first."""
    return [Definition(*row) for row in await pool.fetch(ALL, submolt_id)]


async def holders_in(pool: asyncpg.Pool, submolt_id: SubmoltId) -> list[Holder]:
    """Who holds a submolt's roles, the longest first."""
    return [Holder(*row) for row in await pool.fetch(HOLDERS, submolt_id)]


async def spot_of(pool: asyncpg.Pool, attachment_id: str) -> Spot | None:
    """Where an attachment is now, if it is there."""
    row = await pool.fetchrow(SPOT, attachment_id)
    if row is None:
        return None
    target_id, place, target_type, *definition = row
    return Spot(attachment_id, target_id, place, TargetType(target_type), Definition(*definition))


async def spots_of(pool: asyncpg.Pool, definition: Definition, most: int) -> tuple[Spot, ...]:
    """Some of what a label hangs on."""
    rows = await pool.fetch(SPOTS, definition.id, most)
    return tuple(Spot(id, target_id, place, TargetType(kind), definition) for id, target_id, place, kind in rows)


async def carried_by(pool: asyncpg.Pool, agent_id: AgentId) -> list[Carried]:
    """The labels on an agent, the oldest first."""
    return [Carried(*row) for row in await pool.fetch(CARRIED, agent_id)]
