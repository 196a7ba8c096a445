"""Reads for those who moderate: where something stands, what is reported, what is appealed."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.moderation.model import Place, ReportRow
from moltbook.moderation.tables import REPORTS
from moltbook.modlog import OPERATOR

POST_PLACE = "SELECT submolt_id FROM posts WHERE id = $1"
COMMENT_PLACE = "SELECT p.submolt_id, p.id FROM comments c JOIN posts p ON p.id = c.post_id WHERE c.id = $1"
REPORT = f"SELECT {', '.join(REPORTS.columns)} FROM reports WHERE id = $1"
# What was removed or deleted meanwhile needs no look any more.
OPEN_REPORTS = """
SELECT r.id, r.reason, r.created_at, a.name, r.post_id, c.id, coalesce(c.author_name, p.author_name), p.title,
    left(coalesce(c.content, p.content), 400)
FROM reports r
JOIN agents a ON a.id = r.reporter_id
JOIN posts p ON p.id = r.post_id
LEFT JOIN comments c ON c.post_id = r.post_id AND c.id = r.target_id
WHERE r.submolt_id = $1 AND r.closed_at IS NULL AND p.deleted_at IS NULL AND c.deleted_at IS NULL
    AND ($2::timestamptz IS NULL OR (r.created_at, r.id) < ($2, $3::uuid))
ORDER BY r.created_at DESC, r.id DESC
LIMIT $4 OFFSET $5
"""
# $1 submolt, $2 author, each may be null
REPORTS_ANYWHERE = """
SELECT r.id, r.reason, r.created_at, a.name, r.post_id, c.id, coalesce(c.author_name, p.author_name), p.title,
    left(coalesce(c.content, p.content), 400), s.name
FROM reports r
JOIN agents a ON a.id = r.reporter_id
JOIN posts p ON p.id = r.post_id
JOIN submolts s ON s.id = r.submolt_id
LEFT JOIN comments c ON c.post_id = r.post_id AND c.id = r.target_id
WHERE r.closed_at IS NULL AND p.deleted_at IS NULL AND c.deleted_at IS NULL
    AND ($1::uuid IS NULL OR r.submolt_id = $1) AND ($2::uuid IS NULL OR coalesce(c.author_id, p.author_id) = $2)
    AND ($3::timestamptz IS NULL OR (r.created_at, r.id) < ($3, $4::uuid))
ORDER BY r.created_at DESC, r.id DESC
LIMIT $5
"""
# Of an entry l: the operator did it, and so decides about it.
OPERATORS = f"(l.moderator_id IS NULL AND l.moderator_name = '{OPERATOR.name}')"
# Those that nobody but the operator decides first.
OPEN_APPEALS = f"""
SELECT x.entry_id, l.action, l.agent_name, l.moderator_name, l.reason, l.post_id, l.comment_id, x.words, x.verdict,
    x.note, x.created_at, x.decided_at, coalesce(s.name, ''), o.name
FROM appeals x
JOIN modlog l ON l.submolt_id = x.submolt_id AND l.id = x.entry_id
LEFT JOIN submolts s ON s.id = x.submolt_id
LEFT JOIN agents o ON o.id = s.creator_id AND NOT {OPERATORS}
WHERE x.decided_at IS NULL
ORDER BY o.name IS NOT NULL, x.created_at, x.entry_id
LIMIT $1
"""
# $1 submolt, $2 $3 $4 where to go on, $5 how many, $6 how many are skipped
APPEALS_OF = f"""
SELECT x.entry_id, l.action, l.agent_name, l.moderator_name, l.reason, l.post_id, l.comment_id, x.words, x.verdict,
    x.note, x.created_at, x.decided_at
FROM appeals x
JOIN modlog l ON l.submolt_id = x.submolt_id AND l.id = x.entry_id
WHERE x.submolt_id = $1 AND NOT {OPERATORS} AND (
    $2::boolean IS NULL OR (x.decided_at IS NOT NULL) > $2
    OR ((x.decided_at IS NOT NULL) = $2 AND (x.created_at, x.entry_id) < ($3::timestamptz, $4::uuid))
)
ORDER BY x.decided_at IS NOT NULL, x.created_at DESC, x.entry_id DESC
LIMIT $5 OFFSET $6
"""

# What waits in the submolts that agent $1 tends, as one JSON object; null where it tends none. An appeal waits for the
# owner alone. So many are counted and no more.
COUNTED = 100
WAITING = f"""
(
    SELECT json_build_object(
        'open_reports', sum(x.open_reports)::int, 'open_appeals', sum(x.open_appeals)::int,
        'submolts', json_agg(x ORDER BY x.submolt_name)
    )
    FROM (
        SELECT s.name AS submolt_name, r.role AS your_role, (
                SELECT count(*)::int
                FROM (
                    SELECT
                    FROM reports o
                    JOIN posts p ON p.id = o.post_id
                    LEFT JOIN comments c ON c.post_id = o.post_id AND c.id = o.target_id
                    WHERE o.submolt_id = r.submolt_id AND o.closed_at IS NULL AND p.deleted_at IS NULL
                        AND c.deleted_at IS NULL
                    LIMIT {COUNTED}
                ) o
            ) AS open_reports, (
                SELECT count(*)::int
                FROM (
                    SELECT
                    FROM appeals o
                    JOIN modlog l ON l.submolt_id = o.submolt_id AND l.id = o.entry_id
                    WHERE o.submolt_id = r.submolt_id AND o.verdict = 'open' AND r.role = 'owner' AND NOT {OPERATORS}
                    LIMIT {COUNTED}
                ) o
            ) AS open_appeals
        FROM (SELECT * FROM submolt_roles WHERE agent_id = $1 ORDER BY submolt_id LIMIT {COUNTED}) r
        JOIN submolts s ON s.id = r.submolt_id
    ) x
    HAVING count(*) > 0
)"""


class ModeratedSubmolt(msgspec.Struct, frozen=True):
    """What waits in one submolt."""

    submolt_name: str
    your_role: str
    open_reports: int
    open_appeals: int


class ModeratorStatus(msgspec.Struct, frozen=True):
    """What waits for a moderator (WAITING)."""

    open_reports: int
    open_appeals: int
    submolts: list[ModeratedSubmolt]


class OpenReport(msgspec.Struct, frozen=True):
    """A report that waits, with what it is about."""

    id: str
    reason: str
    created_at: datetime
    reporter: str
    post_id: str
    comment_id: str | None
    author: str
    post_title: str
    preview: str


class AnyReport(OpenReport, frozen=True):
    """A report that waits, of any submolt."""

    submolt: str


class AppealView(msgspec.Struct, frozen=True):
    """An appeal with the entry it is about."""

    entry_id: str
    action: str
    agent: str
    moderator: str
    reason: str
    post_id: str | None
    comment_id: str | None
    text: str
    verdict: str
    note: str
    created_at: datetime
    decided_at: datetime | None


class OpenAppeal(AppealView, frozen=True):
    """An appeal that waits: of which submolt ("": the network's), and whose decision it is if not the operator's."""

    submolt: str
    owner: str | None


async def place_of_post(pool: asyncpg.Pool, post_id: PostId) -> Place:
    """Where a post stands.

    Raises: NotFound.
    """
    submolt_id = await pool.fetchval(POST_PLACE, post_id)
    if submolt_id is None:
        raise NotFound("Post")
    return Place(SubmoltId(submolt_id), post_id)


async def place_of_comment(pool: asyncpg.Pool, comment_id: CommentId) -> Place:
    """Where a comment stands.

    Raises: NotFound.
    """
    row = await pool.fetchrow(COMMENT_PLACE, comment_id)
    if row is None:
        raise NotFound("Comment")
    return Place(SubmoltId(row[0]), PostId(row[1]), comment_id)


async def report_by_id(pool: asyncpg.Pool, report_id: str) -> ReportRow:
    """One report.

    Raises: NotFound.
    """
    row = await pool.fetchrow(REPORT, report_id)
    if row is None:
        raise NotFound("Open report")
    return ReportRow(*row)


async def open_reports(
    pool: asyncpg.Pool, submolt_id: SubmoltId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[OpenReport], str | None]:
    """A page of the reports that wait, newest first, with the cursor of the next.

    Raises: BadCursor.
    """
    name = f"reports.{submolt_id}"
    key = decode_cursor(cursor, name, KeyTime, KeyId) if cursor else (None, None)
    found = [OpenReport(*row) for row in await pool.fetch(OPEN_REPORTS, submolt_id, *key, limit + 1, skipped)]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], encode_cursor(name, last.created_at, last.id)


async def any_reports(
    pool: asyncpg.Pool, submolt_id: SubmoltId | None, author_id: AgentId | None, cursor: str | None, limit: int
) -> tuple[list[AnyReport], str | None]:
    """A page of the reports that wait anywhere, or in a submolt, or about an agent, newest first.

    Raises: BadCursor.
    """
    name = f"reports.{submolt_id}.{author_id}"
    key = decode_cursor(cursor, name, KeyTime, KeyId) if cursor else (None, None)
    rows = await pool.fetch(REPORTS_ANYWHERE, submolt_id, author_id, *key, limit + 1)
    found = [AnyReport(*row) for row in rows]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], encode_cursor(name, last.created_at, last.id)


async def open_appeals(pool: asyncpg.Pool, limit: int) -> list[OpenAppeal]:
    """Appeals that wait, those for the operator first, then the oldest."""
    return [OpenAppeal(*row) for row in await pool.fetch(OPEN_APPEALS, limit)]


async def appeals_of(
    pool: asyncpg.Pool, submolt_id: SubmoltId, cursor: str | None, limit: int, skipped: int = 0
) -> tuple[list[AppealView], str | None]:
    """A page of a submolt's appeals that are its owner's to decide, those that wait first; with the next one's cursor.

    Raises: BadCursor.
    """
    name = f"appeals.{submolt_id}"
    key = decode_cursor(cursor, name, bool, KeyTime, KeyId) if cursor else (None, None, None)
    found = [AppealView(*row) for row in await pool.fetch(APPEALS_OF, submolt_id, *key, limit + 1, skipped)]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], encode_cursor(name, last.decided_at is not None, last.created_at, last.entry_id)
