"""Progress: what the one who sends reads about webhooks, and what it notes.

In this room: the webhooks that send, and how far each came. Not here: sending (gateway), what owners change (acts).
Notes are gathered: one statement for all webhooks that moved. Each says which epoch it speaks of; one that its owner
has moved in the meantime stays where the owner put it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from moltbook.house import Group
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.webhooks.model import OffBecause, Only, WebhookRow

COLUMNS = ", ".join(f"w.{name}" for name in WebhookRow.__struct_fields__)
ONE = f"SELECT {COLUMNS} FROM webhooks w WHERE w.agent_id = $1 AND w.id = $2"
# Of agents that are here and may read. A webhook stands by the key that made it: if that one was revoked because a
# stranger had it, so may the webhook be a stranger's.
SENDING = f"""
SELECT
    {COLUMNS},
    EXISTS (SELECT FROM keys k WHERE k.agent_id = w.agent_id AND k.id = w.key_id AND k.revoked_at IS NOT NULL),
    coalesce((SELECT max(f.seq) FROM webhook_failures f WHERE f.agent_id = w.agent_id AND f.webhook_id = w.id), 0)
FROM webhooks w
JOIN agents a ON a.id = w.agent_id
WHERE w.off_at IS NULL
    AND a.claimed_at IS NOT NULL
    AND NOT a.archived
    AND NOT EXISTS (SELECT FROM standings s WHERE s.agent_id = w.agent_id AND s.banned_at IS NOT NULL)
    AND ($1::uuid[] IS NULL OR w.agent_id = ANY($1))
"""
# Its numbers one after another: who holds a row waits for no other of them.
LOCK = """
SELECT FROM webhooks w
JOIN json_to_recordset($1::json) AS u(agent_id uuid, webhook_id uuid) ON w.agent_id = u.agent_id AND w.id = u.webhook_id
ORDER BY w.agent_id, w.id
FOR NO KEY UPDATE OF w
"""
NOTE = """
UPDATE webhooks w
SET seq = u.seq, attempts = u.attempts, next_at = u.next_at, failing_since = u.failing_since,
    last_status = u.last_status, last_error = u.last_error, delivered_at = u.delivered_at
FROM json_to_recordset($1::json) AS u(
    agent_id uuid, webhook_id uuid, epoch integer, seq bigint, attempts smallint, next_at timestamptz,
    failing_since timestamptz, last_status smallint, last_error text, delivered_at timestamptz
)
WHERE w.agent_id = u.agent_id AND w.id = u.webhook_id AND w.epoch = u.epoch
"""
GIVE_UP = """
INSERT INTO webhook_failures (agent_id, webhook_id, seq, kind, attempts, status, error, failed_at)
SELECT u.agent_id, u.webhook_id, u.seq, u.kind, u.attempts, u.status, u.error, u.failed_at
FROM json_to_recordset($1::json) AS u(
    agent_id uuid, webhook_id uuid, seq bigint, kind text, attempts smallint, status smallint, error text,
    failed_at timestamptz
)
JOIN webhooks w ON w.agent_id = u.agent_id AND w.id = u.webhook_id
ON CONFLICT (agent_id, webhook_id, seq)
DO UPDATE SET attempts = excluded.attempts, status = excluded.status, error = excluded.error,
    failed_at = excluded.failed_at
"""
ARRIVED = """
DELETE FROM webhook_failures f
USING json_to_recordset($1::json) AS u(agent_id uuid, webhook_id uuid, seq bigint)
WHERE f.agent_id = u.agent_id AND f.webhook_id = u.webhook_id AND f.seq = u.seq
"""
COUNTS = """
SELECT
    count(*) FILTER (WHERE off_at IS NULL),
    count(*) FILTER (WHERE off_at IS NULL AND failing_since IS NOT NULL),
    count(*) FILTER (WHERE off_at IS NOT NULL)
FROM webhooks
"""


class Sending(msgspec.Struct, frozen=True):
    """A webhook that sends, whether the key it stands by was revoked, and the last event it gave up."""

    row: WebhookRow
    key_revoked: bool
    given_up: int


class Progress(msgspec.Struct, frozen=True):
    """How far a webhook came."""

    agent_id: AgentId
    webhook_id: str
    epoch: int
    seq: int
    attempts: int
    next_at: datetime | None
    failing_since: datetime | None
    last_status: int | None
    last_error: str
    delivered_at: datetime | None


class GivenUp(msgspec.Struct, frozen=True):
    """An event that did not arrive at a webhook."""

    agent_id: AgentId
    webhook_id: str
    seq: int
    kind: str
    attempts: int
    status: int | None
    error: str
    failed_at: datetime


class Arrived(msgspec.Struct, frozen=True):
    """An event that was given up once and arrived after all."""

    agent_id: AgentId
    webhook_id: str
    seq: int


async def sending(connection: asyncpg.Connection, agents: Sequence[str] | None = None) -> list[Sending]:
    """The webhooks that send, of these agents or of all."""
    found = await connection.fetch(SENDING, agents)
    return [Sending(_row(row[:-2]), row[-2], row[-1]) for row in map(tuple, found)]


async def row_of(pool: asyncpg.Pool, agent_id: AgentId, webhook_id: str) -> WebhookRow:
    """One webhook, sending or not.

    Raises: NotFound.
    """
    found = await pool.fetchrow(ONE, agent_id, webhook_id)
    if found is None:
        raise NotFound("Webhook")
    return _row(tuple(found))


def _row(values: tuple[Any, ...]) -> WebhookRow:
    fields: dict[str, Any] = dict(zip(WebhookRow.__struct_fields__, values, strict=True))
    fields["groups"] = tuple(map(Group, values[3]))
    fields["whose"], fields["off_because"] = Only(fields["whose"]), OffBecause(fields["off_because"])
    return WebhookRow(**fields)


async def note(
    connection: asyncpg.Connection,
    progress: Sequence[Progress],
    given_up: Sequence[GivenUp],
    arrived: Sequence[Arrived],
) -> None:
    """Write down what happened since the last note, all of it or nothing."""
    if not progress:
        return
    moved = _json(progress)
    async with connection.transaction():
        await connection.execute(LOCK, moved)
        await connection.execute(NOTE, moved)
        if given_up:
            await connection.execute(GIVE_UP, _json(given_up))
        if arrived:
            await connection.execute(ARRIVED, _json(arrived))


def _json(rows: Sequence[msgspec.Struct]) -> str:
    return msgspec.json.encode(rows).decode()


async def webhook_counts(connection: asyncpg.Connection) -> tuple[int, int, int]:
    """How many webhooks send, how many of these fail, how many were turned off."""
    on, failing, off = await connection.fetchrow(COUNTS)
    return on, failing, off
