"""Public feeds: each walks one index from a cursor; none sorts more than the newest few thousand posts.

new walks posts by age. hot and top walk the rank table, which a log reader writes. rising, comments, random, and top
within a window, rank the newest posts only.

Posts of one intent are too few to be sought among all: they have indexes of their own, in which open and resolved
questions stand apart. Every order but new ranks the newest of them only.

Not here: an agent's own feed (personal).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.paging import KeyId, KeyInt, KeyTime, decode_cursor, encode_cursor
from moltbook.posts import COLUMNS, JOINS, OfIntent, PostRow, PostView, post_view

NEWEST_RANKED = 5000
NEWEST_OF_INTENT = 1000
# Posts are drawn, or ordered by how many comments they have, among so many.
NEWEST_DRAWN = 1000


class Sort(StrEnum):
    """In which order (contract §5)."""

    HOT = "hot"
    NEW = "new"
    TOP = "top"
    RISING = "rising"
    COMMENTS = "comments"
    RANDOM = "random"


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

NEWEST = """
SELECT * FROM post_ranks r WHERE true {where} ORDER BY r.created_at DESC, r.post_id DESC LIMIT {depth}
"""
WITH_COMMENTS = "SELECT r.*, p.comment_count FROM ({newest}) r JOIN posts p ON p.id = r.post_id"
# The newest of an intent. Open and resolved questions are two lists, of which one or both are read.
OF_INTENT = """
SELECT x.*
FROM unnest({lists}::boolean[]) AS k(resolved)
CROSS JOIN LATERAL (
    SELECT r.id, r.created_at, r.comment_count
    FROM posts r
    WHERE r.intent = {intent} AND (r.accepted_id IS NOT NULL) = k.resolved AND r.deleted_at IS NULL
        AND r.verification_status = 'verified' {where}
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT {depth}
) x
"""
NEW_OF_INTENT = f"""
SELECT {COLUMNS}
FROM ({{posts}} ORDER BY x.created_at DESC, x.id DESC LIMIT $1 OFFSET $2) x
JOIN posts p ON p.id = x.id
{JOINS}
ORDER BY x.created_at DESC, x.id DESC
"""
NEWEST_OF_ONE_INTENT = "SELECT r.*, x.comment_count FROM ({posts}) x JOIN post_ranks r ON r.post_id = x.id"
AMONG_NEWEST = f"""
WITH newest AS (
    SELECT r.post_id, r.created_at, {{value}} AS value
    FROM ({{newest}}) r
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

DRAWN = "hashtextextended(r.post_id::text, $3::bigint)::float8"


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Which posts are wanted."""

    sort: Sort = Sort.HOT
    window: Window = Window.ALL
    submolt_id: SubmoltId | None = None
    author_id: AgentId | None = None
    of: OfIntent | None = None
    cursor: str | None = None
    offset: int = 0
    limit: int = 25
    # The same number mixes RANDOM in the same way; else each first page mixes anew.
    shuffle: int | None = None
    # Posts that are shown elsewhere.
    without: Sequence[str] = ()


# These ask each post for more than its rank, so they look among fewer.
DRAWN_SORTS = frozenset({Sort.COMMENTS, Sort.RANDOM})


async def feed(pool: asyncpg.Pool, now: datetime, wanted: Feed) -> FeedPage:
    """A page of a public feed.

    Raises: BadCursor.
    """
    if wanted.of is not None:
        return await _of_intent(pool, now, wanted, wanted.of)
    if wanted.sort is Sort.NEW or wanted.author_id is not None:
        return await _new(pool, wanted)
    newest_only = wanted.sort is Sort.RISING or wanted.sort in DRAWN_SORTS
    if newest_only or (wanted.sort is Sort.TOP and wanted.window is not Window.ALL):
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
        self.text += " AND " + condition.format(*map(self.hold, values))

    def hold(self, value: Any) -> str:
        """A parameter; tells its place."""
        self.args.append(value)
        return f"${len(self.args)}"


def _name(wanted: Feed) -> str:
    """A cursor belongs to one list: its order, its submolt, its author, its intent."""
    of = f".{wanted.of.intent}.{wanted.of.resolved}" if wanted.of else ""
    return f"{wanted.sort}.{wanted.window}.{wanted.submolt_id or ''}.{wanted.author_id or ''}{of}"


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
    now = _moment(now, wanted)
    if wanted.cursor:
        # The moment of the first page travels along: a value that depends on time must not move between pages.
        now, *after = decode_cursor(wanted.cursor, _name(wanted), KeyTime, float, KeyId)
    value = _value(where, now, wanted)
    if wanted.sort is Sort.TOP:
        where.add("r.created_at > {}::timestamptz", now - timedelta(days=DAYS[wanted.window]))
    if wanted.submolt_id:
        where.add("r.submolt_id = {}::uuid", wanted.submolt_id)
    where.leave_out("r.post_id", wanted)
    inner, where.text = where.text, ""
    if after:
        where.add("(r.value, r.post_id) < ({}::float8, {}::uuid)", *after)
    newest = NEWEST.format(where=inner, depth=NEWEST_DRAWN if wanted.sort in DRAWN_SORTS else NEWEST_RANKED)
    if wanted.sort is Sort.COMMENTS:
        newest = WITH_COMMENTS.format(newest=newest)
    sql = AMONG_NEWEST.format(value=value, newest=newest, after=where.text)
    rows = await pool.fetch(sql, *where.args)
    return _cut(rows, wanted, lambda row, post: (now, row["rank_value"], post.id))


def _moment(now: datetime, wanted: Feed) -> datetime:
    """The moment of a first page; what is drawn, is drawn by it."""
    if wanted.sort is not Sort.RANDOM or wanted.shuffle is None:
        return now
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=wanted.shuffle)


def _value(where: _Where, now: datetime, wanted: Feed) -> str:
    """What the newest posts are ordered by; its parameter, if it has one, is $3."""
    match wanted.sort:
        case Sort.RISING:
            where.args.append(now)
            return RISING
        case Sort.RANDOM:
            where.args.append(int(now.timestamp() * 1000))
            return DRAWN
        case Sort.COMMENTS:
            return "r.comment_count::float8"
        case Sort.HOT:
            return "r.hot"
        case Sort.TOP | Sort.NEW:
            return "r.score::float8"
        case _ as never:
            assert_never(never)


async def _of_intent(pool: asyncpg.Pool, now: datetime, wanted: Feed, of: OfIntent) -> FeedPage:
    """Each order as above; an author's posts come by age, as they do there."""
    by_age = wanted.sort is Sort.NEW or wanted.author_id is not None
    where = _Where(wanted)
    after: list[Any] = []
    value = ""
    if not by_age:
        now = _moment(now, wanted)
        if wanted.cursor:
            now, *after = decode_cursor(wanted.cursor, _name(wanted), KeyTime, float, KeyId)
        value = _value(where, now, wanted)
        if wanted.window is not Window.ALL and wanted.sort in (Sort.HOT, Sort.TOP):
            where.add("r.created_at > {}::timestamptz", now - timedelta(days=DAYS[wanted.window]))
    elif wanted.cursor:
        key = decode_cursor(wanted.cursor, _name(wanted), KeyTime, KeyId)
        where.add("(r.created_at, r.id) < ({}::timestamptz, {}::uuid)", *key)
    if wanted.submolt_id:
        where.add("r.submolt_id = {}::uuid", wanted.submolt_id)
    if wanted.author_id:
        where.add("r.author_id = {}::uuid", wanted.author_id)
    where.leave_out("r.id", wanted)
    depth = "$1::int + $2::int" if by_age else NEWEST_OF_INTENT
    lists, intent = where.hold(of.lists), where.hold(of.intent.value)
    posts = OF_INTENT.format(lists=lists, intent=intent, where=where.text, depth=depth)
    if by_age:
        rows = await pool.fetch(NEW_OF_INTENT.format(posts=posts), *where.args)
        return _cut(rows, wanted, lambda _, post: (post.created_at, post.id))
    where.text = ""
    if after:
        where.add("(r.value, r.post_id) < ({}::float8, {}::uuid)", *after)
    newest = NEWEST_OF_ONE_INTENT.format(posts=posts)
    rows = await pool.fetch(AMONG_NEWEST.format(value=value, newest=newest, after=where.text), *where.args)
    return _cut(rows, wanted, lambda row, post: (now, row["rank_value"], post.id))
