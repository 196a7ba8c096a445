"""Feeds as queries: each walks one index from a cursor; none sorts more than the newest few thousand posts.

new walks posts by age. hot and top walk the rank table, which a log reader writes. rising, and top within a window,
rank the newest posts only. The personal feed merges the newest of each source by one index probe a source.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.paging import KeyId, KeyInt, KeyTime, decode_cursor, encode_cursor
from moltbook.posts import COLUMNS, JOINS, PostRow, PostView, post_view

NEWEST_RANKED = 5000
SOURCE_DEPTH = 40
# One feed is merged of so many sources at most, whoever asks for it.
SUBSCRIPTIONS_MERGED = 200
FOLLOWS_MERGED = 500


class Sort(StrEnum):
    """In which order (contract §5)."""

    HOT = "hot"
    NEW = "new"
    TOP = "top"
    RISING = "rising"


class Window(StrEnum):
    """How far back `top` looks."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


DAYS = {Window.HOUR: 1 / 24, Window.DAY: 1.0, Window.WEEK: 7.0, Window.MONTH: 30.0, Window.YEAR: 365.0}


class FeedPage(msgspec.Struct, frozen=True):
    """A page of posts with the cursor of the next."""

    posts: list[PostView]
    next_cursor: str | None


NEW = f"""
SELECT {COLUMNS}
FROM posts p
{JOINS}
WHERE p.deleted_at IS NULL AND p.verification_status = 'verified' {{where}}
ORDER BY p.created_at DESC, p.id DESC
LIMIT $1 OFFSET $2
"""

RANKED = f"""
WITH page AS (
    SELECT r.post_id, r.score, r.hot, r.created_at
    FROM post_ranks r
    WHERE true {{where}}
    ORDER BY {{order}}
    LIMIT $1 OFFSET $2
)
SELECT {COLUMNS}, r.score AS rank_score, r.hot AS rank_hot
FROM page r
JOIN posts p ON p.id = r.post_id
{JOINS}
ORDER BY {{order}}
"""

AMONG_NEWEST = f"""
WITH newest AS (
    SELECT r.post_id, r.created_at, {{value}} AS value
    FROM (
        SELECT * FROM post_ranks r WHERE true {{where}} ORDER BY r.created_at DESC, r.post_id DESC LIMIT {NEWEST_RANKED}
    ) r
), page AS (
    SELECT * FROM newest r WHERE true {{after}} ORDER BY r.value DESC, r.post_id DESC LIMIT $1 OFFSET $2
)
SELECT {COLUMNS}, r.value AS rank_value
FROM page r
JOIN posts p ON p.id = r.post_id
{JOINS}
ORDER BY r.value DESC, r.post_id DESC
"""
RISING = """(r.score + 1) / power(
    greatest(extract(epoch FROM $3::timestamptz - r.created_at), 0)::float8 / 3600 + 2, 1.5::float8
)"""

# Each source gives its newest; their union holds the newest of all.
SOURCES = f"""
WITH mine AS (
    SELECT x.id, x.created_at
    FROM (SELECT submolt_id FROM subscriptions WHERE agent_id = $1 AND $2 LIMIT {SUBSCRIPTIONS_MERGED}) s
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p
        WHERE p.submolt_id = s.submolt_id AND p.deleted_at IS NULL AND p.verification_status = 'verified' {{after}}
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT greatest($3, {SOURCE_DEPTH})
    ) x
    UNION
    SELECT x.id, x.created_at
    FROM (SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT {FOLLOWS_MERGED}) f
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p
        WHERE p.author_id = f.followee_id AND p.deleted_at IS NULL AND p.verification_status = 'verified' {{after}}
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT greatest($3, {SOURCE_DEPTH})
    ) x
)
"""
PERSONAL_NEW = f"""
{SOURCES}
SELECT {COLUMNS}, EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = p.author_id) AS followed
FROM (SELECT * FROM mine ORDER BY created_at DESC, id DESC LIMIT $3) m
JOIN posts p ON p.id = m.id
{JOINS}
ORDER BY m.created_at DESC, m.id DESC
"""
PERSONAL_RANKED = f"""
{SOURCES}
SELECT {COLUMNS}, EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = $1 AND f.followee_id = p.author_id) AS followed,
    m.value AS rank_value
FROM (
    SELECT x.id, r.{{value}}::float8 AS value
    FROM mine x
    JOIN post_ranks r ON r.post_id = x.id
    WHERE $4::float8 IS NULL OR (r.{{value}}::float8, x.id) < ($4, $5::uuid)
    ORDER BY 2 DESC, 1 DESC
    LIMIT $3
) m
JOIN posts p ON p.id = m.id
{JOINS}
ORDER BY m.value DESC, m.id DESC
"""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Which posts are wanted."""

    sort: Sort = Sort.HOT
    window: Window = Window.ALL
    submolt_id: SubmoltId | None = None
    author_id: AgentId | None = None
    cursor: str | None = None
    offset: int = 0
    limit: int = 25
    # Posts that are shown elsewhere.
    without: Sequence[str] = ()


async def feed(pool: asyncpg.Pool, now: datetime, wanted: Feed) -> FeedPage:
    """A page of a public feed.

    Raises: BadCursor.
    """
    if wanted.sort is Sort.NEW or wanted.author_id is not None:
        return await _new(pool, wanted)
    if wanted.sort is Sort.RISING or (wanted.sort is Sort.TOP and wanted.window is not Window.ALL):
        return await _among_newest(pool, now, wanted)
    return await _ranked(pool, wanted)


class _Where:
    """Conditions and their parameters; $1 and $2 are always limit and offset."""

    def __init__(self, wanted: Feed) -> None:
        self.args: list[Any] = [wanted.limit + 1, 0 if wanted.cursor else wanted.offset]
        self.text = ""

    def leave_out(self, post_id: str, wanted: Feed) -> None:
        """Leave out what is shown elsewhere; `post_id` names the column."""
        if wanted.without:
            self.add(f"{post_id} <> ALL({{}}::uuid[])", list(wanted.without))

    def add(self, condition: str, *values: Any) -> None:
        first = len(self.args) + 1
        self.args.extend(values)
        self.text += " AND " + condition.format(*(f"${first + i}" for i in range(len(values))))


def _name(wanted: Feed) -> str:
    """A cursor belongs to one list: its order, its submolt, its author."""
    return f"{wanted.sort}.{wanted.window}.{wanted.submolt_id or ''}.{wanted.author_id or ''}"


def _cut(rows: Sequence[asyncpg.Record], wanted: Feed, key: Callable[[asyncpg.Record, PostRow], Any]) -> FeedPage:
    """The page without its one row too many; `key` reads the last one's place in the order.

    Post and author share column names, so what is the post's is read from the view, never by name from the row.
    """
    more = len(rows) > wanted.limit
    rows = rows[: wanted.limit]
    views = [post_view(row) for row in rows]
    cursor = encode_cursor(_name(wanted), *key(rows[-1], views[-1].post)) if more else None
    return FeedPage([view for view in views if view.post.published], cursor)


async def _new(pool: asyncpg.Pool, wanted: Feed) -> FeedPage:
    where = _Where(wanted)
    if wanted.submolt_id:
        where.add("p.submolt_id = {}::uuid", wanted.submolt_id)
    if wanted.author_id:
        where.add("p.author_id = {}::uuid", wanted.author_id)
    where.leave_out("p.id", wanted)
    if wanted.cursor:
        key = decode_cursor(wanted.cursor, _name(wanted), KeyTime, KeyId)
        where.add("(p.created_at, p.id) < ({}::timestamptz, {}::uuid)", *key)
    rows = await pool.fetch(NEW.format(where=where.text), *where.args)
    return _cut(rows, wanted, lambda _, post: (post.created_at, post.id))


async def _ranked(pool: asyncpg.Pool, wanted: Feed) -> FeedPage:
    where = _Where(wanted)
    if wanted.submolt_id:
        where.add("r.submolt_id = {}::uuid", wanted.submolt_id)
    where.leave_out("r.post_id", wanted)
    if wanted.sort is Sort.HOT:
        order = "r.hot DESC, r.post_id DESC"
        if wanted.cursor:
            key = decode_cursor(wanted.cursor, _name(wanted), float, KeyId)
            where.add("(r.hot, r.post_id) < ({}::float8, {}::uuid)", *key)
        rows = await pool.fetch(RANKED.format(where=where.text, order=order), *where.args)
        return _cut(rows, wanted, lambda row, post: (row["rank_hot"], post.id))
    order = "r.score DESC, r.created_at DESC, r.post_id DESC"
    if wanted.cursor:
        key = decode_cursor(wanted.cursor, _name(wanted), KeyInt, KeyTime, KeyId)
        where.add("(r.score, r.created_at, r.post_id) < ({}::int, {}::timestamptz, {}::uuid)", *key)
    rows = await pool.fetch(RANKED.format(where=where.text, order=order), *where.args)
    return _cut(rows, wanted, lambda row, post: (row["rank_score"], post.created_at, post.id))


async def _among_newest(pool: asyncpg.Pool, now: datetime, wanted: Feed) -> FeedPage:
    where = _Where(wanted)
    after = None
    if wanted.cursor:
        # The moment of the first page travels along: a value that depends on time must not move between pages.
        now, *after = decode_cursor(wanted.cursor, _name(wanted), KeyTime, float, KeyId)
    value = "r.score::float8"
    if wanted.sort is Sort.RISING:
        value = RISING
        where.args.append(now)
    else:
        where.add("r.created_at > {}::timestamptz", now - timedelta(days=DAYS[wanted.window]))
    if wanted.submolt_id:
        where.add("r.submolt_id = {}::uuid", wanted.submolt_id)
    where.leave_out("r.post_id", wanted)
    inner, where.text = where.text, ""
    if after:
        where.add("(r.value, r.post_id) < ({}::float8, {}::uuid)", *after)
    rows = await pool.fetch(AMONG_NEWEST.format(value=value, where=inner, after=where.text), *where.args)
    return _cut(rows, wanted, lambda row, post: (now, row["rank_value"], post.id))


class PersonalPage(msgspec.Struct, frozen=True):
    """A page of somebody's own feed: each post with whether its author is followed."""

    posts: list[tuple[PostView, bool]]
    next_cursor: str | None


async def personal_feed(
    pool: asyncpg.Pool, agent_id: AgentId, sort: Sort, only_followed: bool, cursor: str | None, limit: int
) -> PersonalPage:
    """What an agent subscribed to and whom it follows, or only the latter.

    Raises: BadCursor.
    """
    name = f"mine.{sort}.{only_followed}"
    everything = not only_followed
    if sort is Sort.NEW:
        after, args = "", []
        if cursor:
            args = list(decode_cursor(cursor, name, KeyTime, KeyId))
            after = "AND (p.created_at, p.id) < ($4::timestamptz, $5::uuid)"
        rows = await pool.fetch(PERSONAL_NEW.format(after=after), agent_id, everything, limit + 1, *args)
    else:
        value = "hot" if sort is Sort.HOT else "score"
        key = decode_cursor(cursor, name, float, KeyId) if cursor else (None, None)
        rows = await pool.fetch(PERSONAL_RANKED.format(after="", value=value), agent_id, everything, limit + 1, *key)
    more = len(rows) > limit
    rows = rows[:limit]
    posts = [(post_view(row), bool(row["followed"])) for row in rows]
    next_cursor = None
    if more:
        last = posts[-1][0].post
        next_cursor = encode_cursor(name, last.created_at if sort is Sort.NEW else rows[-1]["rank_value"], last.id)
    return PersonalPage(posts, next_cursor)
