"""Reads about an agent's webhooks, for its owner."""

from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import decode_cursor, encode_cursor

OF_AGENT = """
SELECT
    w.id, w.url, w.groups, s.name AS submolt, a.name AS agent, w.thread_id, w.room_id, w.whose, w.created_at,
    w.rotated_at, w.off_at, w.off_because, w.seq, w.attempts, w.next_at, w.failing_since, w.last_status, w.last_error,
    w.delivered_at, (SELECT count(*) FROM webhook_failures f WHERE f.agent_id = w.agent_id AND f.webhook_id = w.id)
FROM webhooks w
LEFT JOIN submolts s ON s.id = w.submolt_id
LEFT JOIN agents a ON a.id = w.subject_id
WHERE w.agent_id = $1
"""
ALL = f"{OF_AGENT} ORDER BY w.created_at, w.id"
ONE = f"{OF_AGENT} AND w.id = $2"
THREAD = "SELECT EXISTS (SELECT FROM posts WHERE id = $1)"
FAILURES = """
SELECT seq, kind, attempts, status, error, failed_at
FROM webhook_failures
WHERE agent_id = $1 AND webhook_id = $2 AND seq < $3
ORDER BY seq DESC
LIMIT $4
"""
LATEST = 2**62
KeySeq = Annotated[int, msgspec.Meta(ge=0, le=LATEST)]


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook with the names of what it is narrowed to."""

    id: str
    url: str
    groups: list[str]
    submolt: str | None
    agent: str | None
    thread_id: str | None
    room_id: str | None
    only: str
    created_at: datetime
    rotated_at: datetime | None
    off_at: datetime | None
    off_because: str
    seq: int
    attempts: int
    next_at: datetime | None
    failing_since: datetime | None
    last_status: int | None
    last_error: str
    delivered_at: datetime | None
    failures: int


class Failure(msgspec.Struct, frozen=True):
    """An event that was given up."""

    seq: int
    kind: str
    attempts: int
    status: int | None
    error: str
    failed_at: datetime


async def webhooks_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[WebhookView]:
    """All of an agent's, oldest first."""
    return [WebhookView(*row) for row in await pool.fetch(ALL, agent_id)]


async def webhook_of(pool: asyncpg.Pool, agent_id: AgentId, webhook_id: str) -> WebhookView:
    """One of an agent's.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, agent_id, webhook_id)
    if row is None:
        raise NotFound("Webhook")
    return WebhookView(*row)


async def is_thread(pool: asyncpg.Pool, post_id: str) -> bool:
    """Whether there is such a post."""
    found: bool = await pool.fetchval(THREAD, post_id)
    return found


async def failures_of(
    pool: asyncpg.Pool, agent_id: AgentId, webhook_id: str, cursor: str | None, limit: int
) -> tuple[list[Failure], str | None]:
    """A page of what never arrived, newest first, and the cursor of the next.

    Raises: NotFound, BadCursor.
    """
    await webhook_of(pool, agent_id, webhook_id)
    before = decode_cursor(cursor, "failures", KeySeq)[0] if cursor else LATEST
    rows = await pool.fetch(FAILURES, agent_id, webhook_id, before, limit + 1)
    found = [Failure(*row) for row in rows[:limit]]
    return found, encode_cursor("failures", found[-1].seq) if len(rows) > limit else None
