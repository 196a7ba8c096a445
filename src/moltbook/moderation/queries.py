"""Reads for those who moderate: where something stands, what is reported, what is appealed."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import CommentId, PostId, SubmoltId
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.moderation.model import Place, ReportRow
from moltbook.moderation.tables import REPORTS

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
LIMIT $4
"""
APPEALS_OF = """
SELECT x.entry_id, l.action, l.agent_name, l.moderator_name, l.reason, l.post_id, l.comment_id, x.words, x.verdict,
    x.note, x.created_at, x.decided_at
FROM appeals x
JOIN modlog l ON l.submolt_id = x.submolt_id AND l.id = x.entry_id
WHERE x.submolt_id = $1
ORDER BY x.decided_at IS NOT NULL, x.created_at DESC
LIMIT 200
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
                    WHERE o.submolt_id = r.submolt_id AND o.verdict = 'open' AND r.role = 'owner'
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
    pool: asyncpg.Pool, submolt_id: SubmoltId, cursor: str | None, limit: int
) -> tuple[list[OpenReport], str | None]:
    """A page of the reports that wait, newest first, with the cursor of the next.

    Raises: BadCursor.
    """
    name = f"reports.{submolt_id}"
    key = decode_cursor(cursor, name, KeyTime, KeyId) if cursor else (None, None)
    found = [OpenReport(*row) for row in await pool.fetch(OPEN_REPORTS, submolt_id, *key, limit + 1)]
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], encode_cursor(name, last.created_at, last.id)


async def appeals_of(pool: asyncpg.Pool, submolt_id: SubmoltId) -> list[AppealView]:
    """A submolt's appeals, those that wait first."""
    return [AppealView(*row) for row in await pool.fetch(APPEALS_OF, submolt_id)]
