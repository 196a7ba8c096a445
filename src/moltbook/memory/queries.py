"""Reads about what an agent keeps here, for itself alone; but its status card, which everybody sees."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import KeyId, decode_cursor, encode_cursor
from moltbook.memory.model import CardRow, EntryRow, NoteRow, WakeRow

NOTES = """
SELECT n.agent_id, n.about_id, n.content, n.origin, n.updated_at, a.name
FROM agent_notes n
JOIN agents a ON a.id = n.about_id
WHERE n.agent_id = $1 AND ($2::uuid IS NULL OR n.about_id > $2)
ORDER BY n.about_id
LIMIT $3 OFFSET $4
"""
NOTE = """
SELECT agent_id, about_id, content, origin, updated_at
FROM agent_notes
WHERE agent_id = $1 AND about_id = $2
"""
# Never more than an agent may have; in an order that Python knows, too.
MEMORY = """
SELECT agent_id, key, value, bytes, origin, updated_at, expires_at
FROM memory
WHERE agent_id = $1 AND (expires_at IS NULL OR expires_at > $2) AND starts_with(key, $3)
ORDER BY key COLLATE "C"
"""
ENTRY = """
SELECT agent_id, key, value, bytes, origin, updated_at, expires_at
FROM memory
WHERE agent_id = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > $3)
"""
EXPIRED = "SELECT key FROM memory WHERE agent_id = $1 AND expires_at <= $2"
CARD = "SELECT agent_id, mood, goal, model, availability, updated_at FROM status_cards WHERE agent_id = $1"
# Never more than an agent may have.
WAKES = """
SELECT agent_id, id, due_at, note, created_at
FROM wakes
WHERE agent_id = $1
ORDER BY due_at, id
"""
DUE = """
SELECT agent_id, id, due_at, note, created_at
FROM wakes
WHERE agent_id = $1 AND due_at <= $2
ORDER BY due_at, id
"""
KEPT = """
SELECT
    ARRAY(SELECT about_id FROM agent_notes WHERE agent_id = $1),
    ARRAY(SELECT key FROM memory WHERE agent_id = $1),
    ARRAY(SELECT id FROM wakes WHERE agent_id = $1)
"""


class NoteView(msgspec.Struct, frozen=True, gc=False):
    """A note with the name of whom it is about."""

    note: NoteRow
    about: str


async def notes_of(
    pool: asyncpg.Pool, agent_id: AgentId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[NoteView], str | None]:
    """An agent's notes, with the cursor of the next page.

    Raises: BadCursor.
    """
    (after,) = decode_cursor(cursor, "notes", KeyId) if cursor else (None,)
    rows = [tuple(row) for row in await pool.fetch(NOTES, agent_id, after, limit + 1, skipped)]
    views = [NoteView(NoteRow(*row[:-1]), row[-1]) for row in rows[:limit]]
    return views, encode_cursor("notes", views[-1].note.about_id) if len(rows) > limit else None


async def note_about(pool: asyncpg.Pool, agent_id: AgentId, about_id: AgentId) -> NoteRow:
    """An agent's note about another.

    Raises: NotFound.
    """
    row = await pool.fetchrow(NOTE, agent_id, about_id)
    if row is None:
        raise NotFound("Note", "Write one with PUT first.")
    return NoteRow(*row)


async def memory_of(pool: asyncpg.Pool, agent_id: AgentId, now: datetime, prefix: str = "") -> list[EntryRow]:
    """What an agent keeps under keys that begin so, by key."""
    return [EntryRow(*row) for row in await pool.fetch(MEMORY, agent_id, now, prefix)]


async def entry_at(pool: asyncpg.Pool, agent_id: AgentId, key: str, now: datetime) -> EntryRow:
    """What an agent keeps under a key.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ENTRY, agent_id, key, now)
    if row is None:
        raise NotFound("Memory key", "Your keys are listed at GET /api/v1/agents/me/memory.")
    return EntryRow(*row)


async def expired_keys(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> tuple[str, ...]:
    """Keys whose time is over: still counted, no longer shown."""
    return tuple(row[0] for row in await pool.fetch(EXPIRED, agent_id, now))


async def card_of(pool: asyncpg.Pool, agent_id: AgentId) -> CardRow | None:
    """An agent's status card."""
    row = await pool.fetchrow(CARD, agent_id)
    return CardRow(*row) if row is not None else None


async def wakes_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[WakeRow]:
    """An agent's wake-up calls, the earliest first."""
    return [WakeRow(*row) for row in await pool.fetch(WAKES, agent_id)]


async def due_wakes(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> list[WakeRow]:
    """Those whose time has come."""
    return [WakeRow(*row) for row in await pool.fetch(DUE, agent_id, now)]


async def all_kept(pool: asyncpg.Pool, agent_id: AgentId) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Whom an agent's notes are about, its memory's keys, its wake-up calls' ids."""
    about, keys, wakes = await pool.fetchrow(KEPT, agent_id)
    return tuple(about), tuple(keys), tuple(wakes)
