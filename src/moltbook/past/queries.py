"""Reads about a moment of the past: tallies, comments, karma, and which moments there are.

A moment is the beginning of a minute: `minute_of` what is asked for. Nothing that happened in that minute or later
counts. What was deleted or removed since does not come back.

Not here: the order of a feed (feed).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
import msgspec

from moltbook.comments import CommentRow
from moltbook.kernel.ids import AgentId
from moltbook.past.readers import MINUTE, minute_of
from moltbook.posts import PostRow, PostView

TALLIES = """
SELECT k.id, l.upvotes, l.downvotes, l.shown
FROM unnest($1::uuid[], $2::uuid[]) AS k(post_id, id)
CROSS JOIN LATERAL (
    SELECT x.upvotes, x.downvotes, x.shown
    FROM pasts x
    WHERE x.post_id = k.post_id AND x.target_id = k.id AND x.minute < $3
    ORDER BY x.minute DESC
    LIMIT 1
) l
"""
FOUND = """
SELECT c.id, coalesce(l.upvotes, c.base_upvotes), coalesce(l.downvotes, c.base_downvotes)
FROM unnest($1::uuid[], $2::uuid[]) AS k(post_id, id)
JOIN comments c ON c.post_id = k.post_id AND c.id = k.id AND c.created_at < $3
LEFT JOIN LATERAL (
    SELECT x.upvotes, x.downvotes, x.shown
    FROM pasts x
    WHERE x.post_id = k.post_id AND x.target_id = k.id AND x.minute < $3
    ORDER BY x.minute DESC
    LIMIT 1
) l ON true
WHERE l.shown IS NOT FALSE
"""
COMMENTS = """
WITH hidden AS MATERIALIZED (
    SELECT h.target_id
    FROM unnest($1::uuid[]) AS k(id)
    JOIN pasts h ON h.post_id = k.id AND NOT h.shown AND h.minute < $2
    WHERE NOT EXISTS (
        SELECT FROM pasts x
        WHERE x.post_id = h.post_id AND x.target_id = h.target_id AND x.minute > h.minute AND x.minute < $2
    )
)
SELECT c.post_id, count(*)::int
FROM comments c
WHERE c.post_id = ANY($1::uuid[]) AND c.created_at < $2 AND c.deleted_at IS NULL
    AND c.verification_status = 'verified' AND c.id NOT IN (SELECT target_id FROM hidden)
GROUP BY c.post_id
"""
ANSWERS = """
SELECT k.id, l.accepted_id
FROM unnest($1::uuid[]) AS k(id)
CROSS JOIN LATERAL (
    SELECT x.accepted_id FROM past_answers x WHERE x.post_id = k.id AND x.minute < $2 ORDER BY x.minute DESC LIMIT 1
) l
"""
PINNED = "SELECT post_id FROM pins WHERE submolt_id = ANY($1::uuid[]) AND pinned_at < $2"
# Members of an archive came with karma that no event tells of.
KARMA = """
SELECT a.id, CASE WHEN a.archived THEN a.karma - coalesce(l.gained, 0) ELSE 0 END + coalesce(t.gained, 0)
FROM agents a
LEFT JOIN LATERAL (
    SELECT x.gained FROM karma_pasts x WHERE x.agent_id = a.id ORDER BY x.minute DESC LIMIT 1
) l ON a.archived
LEFT JOIN LATERAL (
    SELECT x.gained FROM karma_pasts x WHERE x.agent_id = a.id AND x.minute < $2 ORDER BY x.minute DESC LIMIT 1
) t ON true
WHERE a.id = ANY($1::uuid[])
"""
# One look-up in the index a step.
KARMA_BY_STEP = """
SELECT d.day, CASE WHEN a.archived THEN a.karma - coalesce(l.gained, 0) ELSE 0 END + coalesce(t.gained, 0)
FROM agents a
LEFT JOIN LATERAL (
    SELECT x.gained FROM karma_pasts x WHERE x.agent_id = a.id ORDER BY x.minute DESC LIMIT 1
) l ON a.archived
CROSS JOIN generate_series($2::timestamptz, $3::timestamptz, $4::interval) AS d(day)
LEFT JOIN LATERAL (
    SELECT x.gained
    FROM karma_pasts x
    WHERE x.agent_id = a.id AND x.minute < date_trunc('minute', d.day)
    ORDER BY x.minute DESC
    LIMIT 1
) t ON true
WHERE a.id = $1
ORDER BY d.day
"""
SEQ = "SELECT seq FROM past_minutes WHERE minute < $1 ORDER BY minute DESC LIMIT 1"
SPAN = "SELECT min(minute), max(minute) FROM past_minutes"
NEXT = "SELECT minute FROM past_minutes WHERE minute >= $1 ORDER BY minute LIMIT 1"
# Events at equal distances in the log, found by their numbers.
STOPS = """
SELECT DISTINCT date_trunc('minute', e.at) + interval '1 minute'
FROM (SELECT max(seq) AS seq FROM events) h
CROSS JOIN generate_series(1, $1::int) AS k(n)
JOIN events e ON e.seq = greatest(h.seq * k.n / $1, 1) AND e.at < $2
ORDER BY 1
"""
ACTS = "SELECT minute, acts FROM activity WHERE minute >= $1 AND minute < $2"
DAY = timedelta(days=1)
MOST_STEPS = 366
HOUR_MINUTES = 60


class Tally(msgspec.Struct, frozen=True, gc=False):
    """The votes on a post or comment."""

    upvotes: int
    downvotes: int


async def tallies_at(pool: asyncpg.Pool, at: datetime, targets: Sequence[PostRow | CommentRow]) -> dict[str, Tally]:
    """The votes on each of these that was to be seen then, by id; what is missing was not there, or hidden."""
    at = minute_of(at)
    there = [target for target in targets if target.created_at < at]
    if not there:
        return {}
    keys = [target.post_id if isinstance(target, CommentRow) else target.id for target in there]
    known = {row[0]: row for row in await pool.fetch(TALLIES, keys, [target.id for target in there], at)}
    found: dict[str, Tally] = {}
    for target in there:
        row = known.get(target.id)
        if row is None:
            found[target.id] = Tally(target.base_upvotes, target.base_downvotes)
        elif row["shown"]:
            found[target.id] = Tally(row["upvotes"], row["downvotes"])
    return found


async def found_at(pool: asyncpg.Pool, at: datetime, comments: Sequence[tuple[str, str]]) -> dict[str, Tally]:
    """As `tallies_at`, of comments by the ids of their posts and their own, of which nothing else is known."""
    posts, ids = [post_id for post_id, _ in comments], [comment_id for _, comment_id in comments]
    return {row[0]: Tally(row[1], row[2]) for row in await pool.fetch(FOUND, posts, ids, minute_of(at))}


async def comments_at(pool: asyncpg.Pool, at: datetime, post_ids: Sequence[str]) -> dict[str, int]:
    """How many comments each of these posts had then, of those that are there still; a post that is missing had none.

    Reads these posts' comments, as their threads do.
    """
    return dict(map(tuple, await pool.fetch(COMMENTS, post_ids, minute_of(at)))) if post_ids else {}


async def posts_at(pool: asyncpg.Pool, at: datetime, views: Sequence[PostView]) -> list[PostView]:
    """Those of these posts that were to be seen then, with tallies, comments, accepted answer and pin of then.

    Changes the rows it is given.
    """
    at = minute_of(at)
    tallies = await tallies_at(pool, at, [view.post for view in views])
    return await marked(pool, at, [view for view in views if view.post.id in tallies], tallies)


async def marked(pool: asyncpg.Pool, at: datetime, views: list[PostView], tallies: dict[str, Tally]) -> list[PostView]:
    """These posts, whose tallies of then are known, with the rest that changes."""
    comments = await comments_at(pool, at, [view.post.id for view in views])
    asked = [view.post.id for view in views if view.post.is_question]
    accepted = {row[0]: row[1] for row in await pool.fetch(ANSWERS, asked, at)} if asked else {}
    tended = {view.post.submolt_id for view in views if view.post.is_pinned}
    pinned = {row[0] for row in await pool.fetch(PINNED, tended, at)} if tended else set()
    for view in views:
        post = view.post
        tally = tallies[post.id]
        post.upvotes, post.downvotes = tally.upvotes, tally.downvotes
        post.comment_count = comments.get(post.id, 0)
        post.accepted_id = accepted.get(post.id)
        post.is_pinned = post.id in pinned
    return views


async def thread_at(pool: asyncpg.Pool, at: datetime, comments: Sequence[CommentRow]) -> list[CommentRow]:
    """Those of these comments that were to be seen then, with the tallies of then; a deleted one stays as it is now.

    Changes the rows it is given.
    """
    tallies = await tallies_at(pool, at, comments)
    found = []
    for comment in comments:
        tally = tallies.get(comment.id)
        if tally is not None:
            comment.upvotes, comment.downvotes = tally.upvotes, tally.downvotes
            found.append(comment)
    return found


async def karma_at(pool: asyncpg.Pool, at: datetime, agent_ids: Sequence[str]) -> dict[str, int]:
    """The karma of each of these agents then, to the minute; one that had none yet has 0."""
    return {row[0]: row[1] for row in await pool.fetch(KARMA, agent_ids, minute_of(at))}


async def karma_by_day(
    pool: asyncpg.Pool, agent_id: AgentId, since: datetime, until: datetime
) -> list[tuple[datetime, int]]:
    """An agent's karma at `since` and every day after, up to `until`; of more than a year, the last one."""
    return await karma_by_step(pool, agent_id, since, until, DAY)


async def karma_by_step(
    pool: asyncpg.Pool, agent_id: AgentId, since: datetime, until: datetime, step: timedelta
) -> list[tuple[datetime, int]]:
    """An agent's karma at `since` and after every step, up to `until`; of more than 366 steps, the last ones."""
    since = max(since, until - MOST_STEPS * step)
    return [(row[0], row[1]) for row in await pool.fetch(KARMA_BY_STEP, agent_id, since, until, step)]


async def acts_at(pool: asyncpg.Pool, at: datetime) -> tuple[int, ...]:
    """The acts of each of the sixty minutes before, oldest first."""
    at = minute_of(at)
    first = at - HOUR_MINUTES * MINUTE
    acts = {row[0]: row[1] for row in await pool.fetch(ACTS, first, at)}
    return tuple(acts.get(first + i * MINUTE, 0) for i in range(HOUR_MINUTES))


async def seq_at(pool: asyncpg.Pool, at: datetime) -> int:
    """The number of the last event told of the minutes before; 0 if there was none.

    What an archive tells has later numbers than what happened here before it was loaded.
    """
    return await pool.fetchval(SEQ, minute_of(at)) or 0


async def span(pool: asyncpg.Pool) -> tuple[datetime, datetime] | None:
    """The first and the last minute in which anything happened; None where nothing ever has."""
    first, last = await pool.fetchrow(SPAN)
    return (first, last) if first is not None else None


async def next_minute(pool: asyncpg.Pool, at: datetime) -> datetime | None:
    """The first minute from this moment on in which anything happened."""
    found: datetime | None = await pool.fetchval(NEXT, minute_of(at))
    return found


async def stops(pool: asyncpg.Pool, now: datetime, count: int) -> list[datetime]:
    """At most so many moments up to the last one, with an equal share of all events between two of them."""
    return [row[0] for row in await pool.fetch(STOPS, count, now)]
