"""Feeds of the past: the posts that were there, in the order of then.

new walks posts by age from the moment on. hot, top and rising weigh the NEWEST posts of then and, of those before, the
HIGHEST by today's score, each by its tally of then; what was higher then than it is now, and old, may be missing.

Not here: comments and random, which no page of the past shows.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from moltbook.feeds import DAYS, HOT, RISING, Feed, FeedPage, Sort, Window
from moltbook.kernel.errors import Invalid
from moltbook.kernel.paging import KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.past.queries import Tally, marked
from moltbook.past.readers import minute_of
from moltbook.posts import COLUMNS, JOINS, PostRow, post_view

NEWEST = 5_000
HIGHEST = 500
# So many of today's highest are looked through for those that were there.
LOOKED_THROUGH = 5_000

# In each, $1 is the limit, $2 the moment.
THEN = """
LEFT JOIN LATERAL (
    SELECT x.upvotes, x.downvotes, x.shown
    FROM pasts x
    WHERE x.post_id = {id} AND x.target_id = {id} AND x.minute < $2
    ORDER BY x.minute DESC
    LIMIT 1
) l ON true
"""
UPVOTES, DOWNVOTES = "coalesce(l.upvotes, p.base_upvotes)", "coalesce(l.downvotes, p.base_downvotes)"
SEEN = "p.deleted_at IS NULL AND p.verification_status = 'verified' AND p.created_at < $2"
NEW = f"""
WITH page AS (
    SELECT p.id AS post_id, p.created_at AS place, {UPVOTES} AS ups, {DOWNVOTES} AS downs
    FROM posts p
    {THEN.format(id="p.id")}
    WHERE {SEEN} AND l.shown IS NOT FALSE {{where}}
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT $1
)
SELECT {COLUMNS}, r.ups AS then_ups, r.downs AS then_downs, r.place AS then_place
FROM page r
JOIN posts p ON p.id = r.post_id
{JOINS}
ORDER BY r.place DESC, r.post_id DESC
"""
RANKED = f"""
WITH newest AS (
    SELECT p.id, p.created_at, p.base_upvotes, p.base_downvotes
    FROM posts p
    WHERE {SEEN} {{posts_within}}
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT {NEWEST}
), highest AS (
    SELECT h.post_id AS id
    FROM (
        SELECT r.post_id, r.created_at, r.score
        FROM post_ranks r
        WHERE true {{ranks_within}}
        ORDER BY r.score DESC, r.created_at DESC, r.post_id DESC
        LIMIT {LOOKED_THROUGH}
    ) h
    WHERE h.created_at < (SELECT min(created_at) FROM newest)
    ORDER BY h.score DESC, h.created_at DESC, h.post_id DESC
    LIMIT {HIGHEST}
), candidate AS (
    SELECT * FROM newest
    UNION ALL
    SELECT p.id, p.created_at, p.base_upvotes, p.base_downvotes
    FROM highest h
    JOIN posts p ON p.id = h.id
    WHERE {SEEN}
), scored AS (
    SELECT p.id AS post_id, p.created_at, {UPVOTES} AS ups, {DOWNVOTES} AS downs, {UPVOTES} - {DOWNVOTES} AS score
    FROM candidate p
    {THEN.format(id="p.id")}
    WHERE l.shown IS NOT FALSE
), valued AS (
    SELECT r.*, {{value}} AS place FROM scored r
), page AS (
    SELECT * FROM valued r WHERE true {{after}} ORDER BY {{order}} LIMIT $1
)
SELECT {COLUMNS}, r.ups AS then_ups, r.downs AS then_downs, r.place AS then_place
FROM page r
JOIN posts p ON p.id = r.post_id
{JOINS}
ORDER BY {{order}}
"""
VALUE = {
    Sort.HOT: HOT.format(score="r.score::float8", at="r.created_at"),
    Sort.TOP: "r.score::float8",
    Sort.RISING: RISING.replace("$3", "$2"),
}


async def past_feed(pool: asyncpg.Pool, at: datetime, wanted: Feed) -> FeedPage:
    """A page of a public feed as it was, with the tallies, comments and marks of then.

    Knows the orders new, hot, top and rising; takes neither intent nor offset.

    Raises: Invalid, BadCursor.
    """
    at = minute_of(at)
    if wanted.sort is Sort.NEW or wanted.author_id is not None:
        return await _new(pool, at, wanted)
    if wanted.sort not in VALUE:
        raise Invalid("The past is ordered by hot, new, top or rising", "Use one of these.", field="sort")
    return await _ranked(pool, at, wanted)


class _Where:
    """Conditions and their parameters; $1 is always the limit, $2 the moment."""

    def __init__(self, at: datetime, wanted: Feed) -> None:
        self.args: list[Any] = [wanted.limit + 1, at]
        self.text = ""

    def add(self, condition: str, *values: Any) -> None:
        self.text += " AND " + condition.format(*map(self.hold, values))

    def hold(self, value: Any) -> str:
        """A parameter; tells its place."""
        self.args.append(value)
        return f"${len(self.args)}"


def _name(at: datetime, wanted: Feed) -> str:
    """A cursor belongs to one list of one moment."""
    return f"{wanted.sort}.{wanted.window}.{wanted.submolt_id or ''}.{wanted.author_id or ''}.{at:%Y%m%d%H%M}"


async def _new(pool: asyncpg.Pool, at: datetime, wanted: Feed) -> FeedPage:
    where, name = _Where(at, wanted), _name(at, wanted)
    if wanted.submolt_id:
        where.add("p.submolt_id = {}::uuid", wanted.submolt_id)
    if wanted.author_id:
        where.add("p.author_id = {}::uuid", wanted.author_id)
    if wanted.without:
        where.add("p.id <> ALL({}::uuid[])", list(wanted.without))
    if wanted.cursor:
        key = decode_cursor(wanted.cursor, name, KeyTime, KeyId)
        where.add("(p.created_at, p.id) < ({}::timestamptz, {}::uuid)", *key)
    rows = await pool.fetch(NEW.format(where=where.text), *where.args)
    return await _page(pool, at, wanted, rows, lambda _, post: encode_cursor(name, post.created_at, post.id))


async def _ranked(pool: asyncpg.Pool, at: datetime, wanted: Feed) -> FeedPage:
    where, name = _Where(at, wanted), _name(at, wanted)
    if wanted.submolt_id:
        where.add("r.submolt_id = {}::uuid", wanted.submolt_id)
    if wanted.sort is Sort.TOP and wanted.window is not Window.ALL:
        where.add("r.created_at > {}::timestamptz", at - timedelta(days=DAYS[wanted.window]))
    within, where.text = where.text, ""
    if wanted.without:
        where.add("r.post_id <> ALL({}::uuid[])", list(wanted.without))
    # Equal scores of all time stand by age, other ties by id, as they do in the live feeds.
    by_age = wanted.sort is Sort.TOP and wanted.window is Window.ALL
    tie = "r.created_at" if by_age else "$2::timestamptz"
    if wanted.cursor:
        key = decode_cursor(wanted.cursor, name, float, KeyTime, KeyId)
        where.add(f"(r.place, {tie}, r.post_id) < ({{}}::float8, {{}}::timestamptz, {{}}::uuid)", *key)
    sql = RANKED.format(
        posts_within=within.replace("r.", "p."),
        ranks_within=within,
        value=VALUE[wanted.sort],
        after=where.text,
        order=f"r.place DESC, {tie} DESC, r.post_id DESC",
    )
    rows = await pool.fetch(sql, *where.args)
    return await _page(
        pool,
        at,
        wanted,
        rows,
        lambda row, post: encode_cursor(name, row["then_place"], post.created_at if by_age else at, post.id),
    )


async def _page(
    pool: asyncpg.Pool,
    at: datetime,
    wanted: Feed,
    rows: Sequence[asyncpg.Record],
    cursor: Callable[[asyncpg.Record, PostRow], str],
) -> FeedPage:
    more = len(rows) > wanted.limit
    rows = rows[: wanted.limit]
    views = [post_view(row) for row in rows]
    after = cursor(rows[-1], views[-1].post) if more else None
    tallies: dict[str, Tally] = {
        view.post.id: Tally(row["then_ups"], row["then_downs"]) for view, row in zip(views, rows, strict=True)
    }
    return FeedPage(await marked(pool, at, views, tallies), after)
