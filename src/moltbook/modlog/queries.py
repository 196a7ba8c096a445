"""Reads of the public log and of the bans that last."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import SubmoltId
from moltbook.kernel.paging import KeyId, decode_cursor, encode_cursor
from moltbook.modlog.model import LogRow, RemovedWords
from moltbook.modlog.tables import MODLOG, REMOVED_WORDS

LOG = ", ".join(f"l.{column}" for column in MODLOG.columns)
JOINS = "LEFT JOIN appeals x ON x.submolt_id = l.submolt_id AND x.entry_id = l.id"
PAGE = f"""
SELECT {LOG}, x.verdict
FROM modlog l
{JOINS}
WHERE l.submolt_id = $1 AND ($2::uuid IS NULL OR l.id < $2::uuid)
ORDER BY l.id DESC
LIMIT $3 OFFSET $4
"""
ONE = f"SELECT {LOG}, x.verdict FROM modlog l {JOINS} WHERE l.id = $1"
WORDS = f"SELECT {', '.join(REMOVED_WORDS.columns)} FROM removed_words WHERE post_id = $1 AND target_id = $2"
BANNED = """
SELECT a.name, b.reason, b.until, b.created_at
FROM submolt_bans b
JOIN agents a ON a.id = b.agent_id
WHERE b.submolt_id = $1 AND b.until > $2
ORDER BY b.created_at DESC, a.name
LIMIT 500
"""


class Entry(msgspec.Struct, frozen=True):
    """A line of the log with where its appeal stands, if there is one."""

    row: LogRow
    verdict: str | None


class Ban(msgspec.Struct, frozen=True):
    """A ban that lasts."""

    agent_name: str
    reason: str
    until: datetime
    created_at: datetime


def _entry(row: asyncpg.Record) -> Entry:
    *values, verdict = row
    return Entry(LogRow(*values), verdict)


async def log_of(
    pool: asyncpg.Pool, submolt_id: SubmoltId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[Entry], str | None]:
    """A page of a submolt's log, newest first, with the cursor of the next.

    Raises: BadCursor.
    """
    name = f"modlog.{submolt_id}"
    (after,) = decode_cursor(cursor, name, KeyId) if cursor else (None,)
    entries = [_entry(row) for row in await pool.fetch(PAGE, submolt_id, after, limit + 1, skipped)]
    if len(entries) <= limit:
        return entries, None
    return entries[:limit], encode_cursor(name, entries[limit - 1].row.id)


async def entry_by_id(pool: asyncpg.Pool, entry_id: str) -> Entry:
    """One line of a log.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, entry_id)
    if row is None:
        raise NotFound("Log entry")
    return _entry(row)


async def words_of(pool: asyncpg.Pool, row: LogRow) -> RemovedWords | None:
    """What the entry's post or comment said, as long as it is removed."""
    found = await pool.fetchrow(WORDS, row.post_id, row.comment_id or row.post_id)
    return RemovedWords(*found) if found is not None else None


async def bans_of(pool: asyncpg.Pool, submolt_id: SubmoltId, now: datetime) -> list[Ban]:
    """Who may not speak in the submolt now."""
    return [Ban(*row) for row in await pool.fetch(BANNED, submolt_id, now)]
