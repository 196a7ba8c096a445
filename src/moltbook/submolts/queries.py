"""Reads about submolts."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.agents import AGENTS, AgentRow
from moltbook.kernel.errors import Invalid, NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.paging import FIRST_ID, KeyId, KeyInt, KeyText, KeyTime, decode_cursor, encode_cursor
from moltbook.submolts.model import SubmoltRow
from moltbook.submolts.tables import SUBMOLTS

SUBMOLT = ", ".join(f"s.{column}" for column in SUBMOLTS.columns)
AGENT = ", ".join(f"a.{column}" for column in AGENTS.columns)

BY_NAME = f"""
SELECT {SUBMOLT}, {AGENT}
FROM names n
JOIN submolts s ON s.id = n.id
LEFT JOIN members a ON a.id = s.creator_id
WHERE n.kind = 'submolt' AND n.name = lower($1)
"""
BY_IDS = f"""
SELECT {SUBMOLT}, {AGENT}
FROM unnest($1::uuid[]) WITH ORDINALITY AS k(id, n)
JOIN submolts s ON s.id = k.id
LEFT JOIN members a ON a.id = s.creator_id
ORDER BY k.n
"""
# sort -> (order, "after this key", type of the key)
SORTS = {
    "popular": ("s.subscriber_count DESC, s.id DESC", "(s.subscriber_count, s.id) < ($1::int, $2::uuid)", KeyInt),
    "active": (
        "s.last_activity_at DESC, s.id DESC",
        "(s.last_activity_at, s.id) < ($1::timestamptz, $2::uuid)",
        KeyTime,
    ),
    "posts": ("s.post_count DESC, s.id DESC", "(s.post_count, s.id) < ($1::int, $2::uuid)", KeyInt),
    "new": ("s.created_at DESC, s.id DESC", "(s.created_at, s.id) < ($1::timestamptz, $2::uuid)", KeyTime),
    "alphabetical": ("s.name, s.id", "(s.name, s.id) > ($1::text, $2::uuid)", KeyText),
}
_KEYS = {
    "popular": lambda s: s.subscriber_count,
    "active": lambda s: s.last_activity_at,
    "posts": lambda s: s.post_count,
    "new": lambda s: s.created_at,
    "alphabetical": lambda s: s.name,
}
# The place on the list is found in a narrow pass over all of them; only the page is read in full.
LIST = f"""
SELECT {SUBMOLT}, {AGENT}
FROM (
    SELECT s.id
    FROM submolts s
    WHERE s.verification_status = 'verified' AND {{after}}
    ORDER BY {{order}}
    LIMIT $3 OFFSET {{offset}}
) k
JOIN submolts s ON s.id = k.id
LEFT JOIN members a ON a.id = s.creator_id
ORDER BY {{order}}
"""
# $1 and $2 what names lie between, $3 behind which, $4 how many
BEGINNING = f"""
SELECT {SUBMOLT}, {AGENT}
FROM names n
JOIN submolts s ON s.id = n.id AND s.verification_status = 'verified'
LEFT JOIN members a ON a.id = s.creator_id
WHERE n.kind = 'submolt' AND n.name ~>=~ $1 AND n.name ~<~ $2 AND n.name ~>~ $3
ORDER BY n.name USING ~<~
LIMIT $4
"""
TENDED = """
SELECT s.name, r.role
FROM submolt_roles r
JOIN submolts s ON s.id = r.submolt_id
WHERE r.agent_id = $1
ORDER BY r.created_at, s.name
LIMIT $2
"""
# Behind every name that begins with what stands before it.
BEYOND = "\U0010ffff"
ROLE = """
SELECT coalesce(
    (SELECT role FROM submolt_roles WHERE submolt_id = $2 AND agent_id = $1),
    (SELECT 'member' FROM subscriptions WHERE agent_id = $1 AND submolt_id = $2)
)
"""
SUBSCRIBED = "SELECT EXISTS (SELECT 1 FROM subscriptions WHERE agent_id = $1 AND submolt_id = $2)"
TENDERS = """
SELECT a.name, r.role, r.created_at
FROM submolt_roles r
JOIN agents a ON a.id = r.agent_id
WHERE r.submolt_id = $1
ORDER BY r.role DESC, r.created_at, a.name
LIMIT 200
"""
_WIDTH = len(SUBMOLTS.columns)


class SubmoltView(msgspec.Struct, frozen=True):
    """A submolt with who founded it."""

    submolt: SubmoltRow
    creator: AgentRow | None


def _view(row: asyncpg.Record) -> SubmoltView:
    values = tuple(row)
    creator = AgentRow(*values[_WIDTH:]) if values[_WIDTH] is not None else None
    return SubmoltView(SubmoltRow(*values[:_WIDTH]), creator)


async def submolt_by_name(pool: asyncpg.Pool, name: str) -> SubmoltView:
    """The submolt of this name.

    Raises: NotFound.
    """
    row = None if "\x00" in name else await pool.fetchrow(BY_NAME, name)
    if row is None:
        raise NotFound("Submolt", "Check the spelling; submolts are listed at GET /api/v1/submolts.")
    return _view(row)


async def submolts_by_ids(pool: asyncpg.Pool, ids: Sequence[str]) -> list[SubmoltView]:
    """These submolts, in the order of the ids."""
    return [_view(row) for row in await pool.fetch(BY_IDS, ids)] if ids else []


async def list_submolts(
    pool: asyncpg.Pool, sort: str, cursor: str | None, offset: int, limit: int
) -> tuple[list[SubmoltView], str | None]:
    """A page of submolts with the cursor of the next.

    Raises: Invalid, BadCursor.
    """
    if sort not in SORTS:
        raise Invalid(f"sort must be one of {', '.join(SORTS)}", "Use one of these.", field="sort")
    order, after, kind = SORTS[sort]
    key = decode_cursor(cursor, f"submolts.{sort}", kind, KeyId) if cursor else (None, None)
    # A list of submolts is short enough for the original's offset; deep ones are asked to use the cursor (door).
    sql = LIST.format(after=f"($2::uuid IS NULL OR {after})", order=order, offset=offset)
    views = [_view(row) for row in await pool.fetch(sql, *key, limit + 1)]
    if len(views) <= limit:
        return views, None
    last = views[limit - 1].submolt
    return views[:limit], encode_cursor(f"submolts.{sort}", _KEYS[sort](last), last.id)


def founded_before(at: datetime) -> str:
    """The cursor behind which the newest submolts are those that were there then."""
    return encode_cursor("submolts.new", at, FIRST_ID)


async def submolts_beginning(
    pool: asyncpg.Pool, beginning: str, cursor: str | None, limit: int
) -> tuple[list[SubmoltView], str | None]:
    """Submolts whose names begin so, by name, with the cursor of the next page.

    Raises: BadCursor.
    """
    (after,) = decode_cursor(cursor, "submolts.names", KeyText) if cursor else ("",)
    first = beginning.lower()
    views = [_view(row) for row in await pool.fetch(BEGINNING, first, first + BEYOND, after, limit + 1)]
    if len(views) <= limit:
        return views, None
    return views[:limit], encode_cursor("submolts.names", views[limit - 1].submolt.name.lower())


async def tended_by(pool: asyncpg.Pool, agent_id: AgentId, limit: int) -> list[tuple[str, str]]:
    """Which submolts an agent tends, and as what: the first so many."""
    return [(name, role) for name, role in await pool.fetch(TENDED, agent_id, limit)]


async def role_of(pool: asyncpg.Pool, agent_id: AgentId, submolt_id: SubmoltId) -> str | None:
    """What the agent is in the submolt: owner, moderator, member or nothing."""
    role: str | None = await pool.fetchval(ROLE, agent_id, submolt_id)
    return role


async def is_subscribed(pool: asyncpg.Pool, agent_id: AgentId, submolt_id: SubmoltId) -> bool:
    """Whether the agent reads the submolt in its feed."""
    return bool(await pool.fetchval(SUBSCRIBED, agent_id, submolt_id))


class Tender(msgspec.Struct, frozen=True):
    """Somebody who tends a submolt."""

    name: str
    role: str
    created_at: datetime


async def tenders_of(pool: asyncpg.Pool, submolt_id: SubmoltId) -> list[Tender]:
    """Who tends the submolt, the owner first."""
    return [Tender(*row) for row in await pool.fetch(TENDERS, submolt_id)]
