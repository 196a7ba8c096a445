"""Loading: what is staged becomes part of the world, in one transaction.

Everything that takes long is done before anybody else has to wait. Then, as for every writer (db.commit), the log's
head is locked: names are reserved, counters of those already here move, the events get their numbers, and the commit
follows at once. Locks are taken in the Committer's order: posts, comments, the head, and only then names, submolts
and agents.
"""

from collections.abc import Callable

import asyncpg
import msgspec
import structlog

from moltbook.archive import history, names
from moltbook.archive.model import Phase, Progress
from moltbook.archive.names import Resolved, resolve
from moltbook.archive.staging import Staged
from moltbook.db.transaction import SHARE

log = structlog.get_logger(__name__)

PREPARE = """
CREATE TEMP TABLE staged_threads (post_id uuid PRIMARY KEY, comments integer);
CREATE TEMP TABLE staged_families (parent_id uuid PRIMARY KEY, replies integer);
"""

# Known by its id, from before or from an earlier line: it stays as it is.
DROP_KNOWN_POSTS = "DELETE FROM staged_posts s USING posts p WHERE p.id = s.id"
DROP_KNOWN_COMMENTS = "DELETE FROM staged_comments s USING comments c WHERE c.id = s.id"
DROP_REPEATED_POSTS = "DELETE FROM staged_posts s USING staged_posts t WHERE t.id = s.id AND t.n < s.n"
DROP_REPEATED_COMMENTS = "DELETE FROM staged_comments s USING staged_comments t WHERE t.id = s.id AND t.n < s.n"

COUNT_THREADS = "INSERT INTO staged_threads SELECT post_id, count(*) FROM staged_comments GROUP BY post_id"
COUNT_FAMILIES = """
INSERT INTO staged_families
SELECT parent_id, count(*) FROM staged_comments WHERE parent_id IS NOT NULL GROUP BY parent_id
"""
SETTLE = "ANALYZE staged_posts; ANALYZE staged_comments; ANALYZE staged_threads; ANALYZE staged_families"

ADD_POSTS = """
INSERT INTO posts (
    id, submolt_id, author_id, author_name, kind, title, content, url, upvotes, downvotes, base_upvotes, base_downvotes,
    comment_count, created_at
)
SELECT p.id, s.id, p.author_id, a.name, p.kind, p.title, p.content, p.url,
    p.upvotes, p.downvotes, p.upvotes, p.downvotes, coalesce(t.comments, 0), p.created_at
FROM staged_posts p
JOIN staged_submolts s ON s.archive_id = p.submolt_id
JOIN staged_agents a ON a.id = p.author_id
LEFT JOIN staged_threads t ON t.post_id = p.id
WHERE p.n >= $1 AND p.n < $2
"""
ADD_COMMENTS = """
INSERT INTO comments (
    post_id, id, parent_id, author_id, author_name, depth, content, upvotes, downvotes, base_upvotes, base_downvotes,
    reply_count, created_at
)
SELECT c.post_id, c.id, c.parent_id, c.author_id, a.name, c.depth, c.content,
    c.upvotes, c.downvotes, c.upvotes, c.downvotes, coalesce(f.replies, 0), c.created_at
FROM staged_comments c
JOIN staged_agents a ON a.id = c.author_id
LEFT JOIN staged_families f ON f.parent_id = c.id
WHERE c.n >= $1 AND c.n < $2
"""
ADD_AGENTS = """
INSERT INTO agents (
    id, name, description, metadata, karma, follower_count, following_count, posts_count, comments_count, archived,
    created_at, last_active
)
SELECT a.id, a.name, a.description, '{}', a.karma, a.follower_count, a.following_count, coalesce(p.posts, 0),
    coalesce(c.comments, 0), true, a.first_at, a.last_at
FROM staged_agents a
LEFT JOIN (SELECT author_id, count(*) AS posts FROM staged_posts GROUP BY author_id) p ON p.author_id = a.id
LEFT JOIN (SELECT author_id, count(*) AS comments FROM staged_comments GROUP BY author_id) c ON c.author_id = a.id
WHERE a.fresh
"""
POSTS_BY_SUBMOLT = """
SELECT s.id, count(*) AS posts
FROM staged_posts p
JOIN staged_submolts s ON s.archive_id = p.submolt_id
GROUP BY s.id
"""
ADD_SUBMOLTS = f"""
INSERT INTO submolts (
    id, name, display_name, description, allow_crypto, subscriber_count, post_count, created_at, last_activity_at
)
SELECT s.id, s.name, s.display_name, s.description, false,
    s.subscriber_count, coalesce(p.posts, 0), s.first_at, s.last_at
FROM staged_submolts s
LEFT JOIN ({POSTS_BY_SUBMOLT}) p ON p.id = s.id
WHERE s.fresh
"""

# A thread that was here before grows: its rows are locked in the order of their ids, as the Committer does. While they
# are, no Committer works alone, for it would hold the head that this transaction needs at its end.
SHARE_FLOOR = f"SELECT {SHARE}"
LOCK_POSTS = """
SELECT count(*) FROM (
    SELECT p.id
    FROM posts p
    JOIN staged_threads t ON t.post_id = p.id
    WHERE NOT EXISTS (SELECT FROM staged_posts s WHERE s.id = p.id)
    ORDER BY p.id
    FOR NO KEY UPDATE OF p
) locked
"""
LOCK_COMMENTS = """
SELECT count(*) FROM (
    SELECT c.id
    FROM comments c
    JOIN staged_families f ON f.parent_id = c.id
    WHERE NOT EXISTS (SELECT FROM staged_comments s WHERE s.id = c.id)
    ORDER BY c.id
    FOR NO KEY UPDATE OF c
) locked
"""
GROW_POSTS = """
UPDATE posts p
SET comment_count = p.comment_count + t.comments
FROM staged_threads t
WHERE t.post_id = p.id AND NOT EXISTS (SELECT FROM staged_posts s WHERE s.id = p.id)
"""
GROW_COMMENTS = """
UPDATE comments c
SET reply_count = c.reply_count + f.replies
FROM staged_families f
WHERE f.parent_id = c.id AND NOT EXISTS (SELECT FROM staged_comments s WHERE s.id = c.id)
"""

LOCK_HEAD = "UPDATE log_head SET seq = seq + $1 WHERE one RETURNING seq"
RESERVE = """
INSERT INTO names (kind, name, id)
SELECT 'agent', key, id FROM staged_agents WHERE fresh
UNION ALL
SELECT 'submolt', key, id FROM staged_submolts WHERE fresh
ON CONFLICT DO NOTHING
"""
GROW_AGENTS = """
UPDATE agents a
SET posts_count = a.posts_count + n.posts, comments_count = a.comments_count + n.comments
FROM (
    SELECT author_id, sum(posts) AS posts, sum(comments) AS comments
    FROM (
        SELECT author_id, 1 AS posts, 0 AS comments FROM staged_posts
        UNION ALL
        SELECT author_id, 0, 1 FROM staged_comments
    ) written
    GROUP BY author_id
) n
JOIN staged_agents s ON s.id = n.author_id AND NOT s.fresh
WHERE a.id = n.author_id
"""
GROW_SUBMOLTS = f"""
UPDATE submolts s
SET post_count = s.post_count + p.posts
FROM ({POSTS_BY_SUBMOLT}) p
WHERE s.id = p.id AND NOT EXISTS (SELECT FROM staged_submolts f WHERE f.id = s.id AND f.fresh)
"""
APPEND = """
INSERT INTO events (seq, at, kind, actor_id, body)
SELECT $1::bigint + n, at, kind, actor_id, body FROM staged_events ORDER BY n
"""
WAKE = "SELECT pg_notify('log', $1)"
ANALYZE = "ANALYZE names; ANALYZE agents; ANALYZE submolts; ANALYZE posts; ANALYZE comments; ANALYZE events"

_CHUNK_ROWS = 20_000
_TRIES = 10


class Loaded(msgspec.Struct, frozen=True):
    """What was added."""

    posts: int
    comments: int
    events: int
    resolved: Resolved


class _Overtaken(Exception):
    """Between our look at the names and the lock, somebody took one of them."""


async def load_staged(
    connection: asyncpg.Connection, staged: Staged, on_progress: Callable[[Progress], None]
) -> Loaded:
    """Make what is staged part of the world; all of it or nothing."""
    await connection.execute(PREPARE + names.PREPARE + history.PREPARE)
    async with connection.transaction():
        posts, comments = await _drop_known(connection, staged)
        for attempt in range(1, _TRIES + 1):
            try:
                async with connection.transaction():
                    loaded = await _add(connection, staged, posts, comments, on_progress)
                break
            except (_Overtaken, asyncpg.exceptions.DeadlockDetectedError) as error:
                if attempt == _TRIES:
                    raise
                log.warning("import overtaken, again", reason=repr(error))
    if loaded.events:
        await connection.execute(ANALYZE)
    return loaded


async def _drop_known(connection: asyncpg.Connection, staged: Staged) -> tuple[int, int]:
    """Forget what is here already; returns the posts and comments that remain."""
    posts, comments = staged.posts, staged.comments
    for sql in (DROP_KNOWN_POSTS, DROP_REPEATED_POSTS):
        posts -= _count(await connection.execute(sql))
    for sql in (DROP_KNOWN_COMMENTS, DROP_REPEATED_COMMENTS):
        comments -= _count(await connection.execute(sql))
    await connection.execute(COUNT_THREADS)
    await connection.execute(COUNT_FAMILIES)
    await connection.execute(SETTLE)
    return posts, comments


async def _add(
    connection: asyncpg.Connection,
    staged: Staged,
    posts: int,
    comments: int,
    on_progress: Callable[[Progress], None],
) -> Loaded:
    resolved = await resolve(connection, staged.census)
    rows = posts + comments
    total = 2 * rows + resolved.agents + resolved.submolts
    done = 0
    for sql, wanted in ((ADD_POSTS, posts), (ADD_COMMENTS, comments)):
        if not wanted:
            continue
        for start in range(0, staged.posts + staged.comments, _CHUNK_ROWS):
            done += _count(await connection.execute(sql, start, start + _CHUNK_ROWS))
            on_progress(Progress(Phase.LOADING, done, total))
    await connection.execute(ADD_AGENTS)
    await connection.execute(ADD_SUBMOLTS)
    if comments:
        await connection.execute(SHARE_FLOOR)
        await connection.execute(LOCK_POSTS)
        await connection.execute(LOCK_COMMENTS)
        await connection.execute(GROW_POSTS)
        await connection.execute(GROW_COMMENTS)
    events = await history.tell(connection)
    if events:
        on_progress(Progress(Phase.LOADING, total - events // 2, total))
        await _append(connection, events, resolved)
    on_progress(Progress(Phase.LOADING, total, total))
    return Loaded(posts, comments, events, resolved)


async def _append(connection: asyncpg.Connection, events: int, resolved: Resolved) -> None:
    head: int = await connection.fetchval(LOCK_HEAD, events)
    if _count(await connection.execute(RESERVE)) != resolved.agents + resolved.submolts:
        raise _Overtaken
    await connection.execute(GROW_SUBMOLTS)
    await connection.execute(GROW_AGENTS)
    await connection.execute(APPEND, head - events)
    await connection.execute(WAKE, str(head))


def _count(status: str) -> int:
    """The rows a statement touched, as PostgreSQL's answer says."""
    return int(status.rpartition(" ")[2])
