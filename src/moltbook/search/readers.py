"""The index: what can be found, kept in step with the log.

The words are read from posts and comments when their event arrives, so what was redacted meanwhile is never indexed.
"""

from collections.abc import Sequence

import asyncpg
import msgspec
import structlog

from moltbook.comments import CommentDeleted, CommentPublished, CommentRemoved, CommentRestored
from moltbook.log import Entry, in_breaths
from moltbook.posts import PostDeleted, PostPublished, PostRemoved, PostRestored
from moltbook.search.meaning import CHARS, meanings
from moltbook.search.stretches import stretches_of

log = structlog.get_logger(__name__)

# More of a text adds hardly a word; 40,000 characters would be a slow step for one post.
WORDS_CHARS = 10_000
ADD_POSTS = f"""
INSERT INTO search_items (post_id, id, kind, submolt_id, author_id, created_at, words)
SELECT p.id, p.id, 'post', p.submolt_id, p.author_id, p.created_at,
    setweight(to_tsvector('english', p.title), 'A')
    || to_tsvector('english', left(p.content, {WORDS_CHARS}))
    || array_to_tsvector(string_to_array(u.stretches, ' '))
FROM unnest($1::uuid[], $2::text[]) AS u(id, stretches)
JOIN posts p ON p.id = u.id
WHERE p.deleted_at IS NULL
ON CONFLICT (post_id, id) DO NOTHING
"""
ADD_COMMENTS = f"""
INSERT INTO search_items (post_id, id, kind, submolt_id, author_id, created_at, words)
SELECT c.post_id, c.id, 'comment', p.submolt_id, c.author_id, c.created_at,
    to_tsvector('english', left(c.content, {WORDS_CHARS})) || array_to_tsvector(string_to_array(u.stretches, ' '))
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS u(post_id, id, stretches)
JOIN comments c ON c.post_id = u.post_id AND c.id = u.id
JOIN posts p ON p.id = u.post_id
WHERE c.deleted_at IS NULL AND p.deleted_at IS NULL
ON CONFLICT (post_id, id) DO NOTHING
"""
POST_TEXTS = f"""
SELECT i.post_id, i.id, left(p.title || E'\\n' || p.content, {CHARS}) AS text
FROM unnest($1::uuid[]) AS u(id)
JOIN search_items i ON i.post_id = u.id AND i.id = u.id
JOIN posts p ON p.id = u.id
"""
COMMENT_TEXTS = f"""
SELECT i.post_id, i.id, left(c.content, {CHARS}) AS text
FROM unnest($1::uuid[], $2::uuid[]) AS u(post_id, id)
JOIN search_items i ON i.post_id = u.post_id AND i.id = u.id
JOIN comments c ON c.post_id = u.post_id AND c.id = u.id
"""
ADD_MEANINGS = """
INSERT INTO search_meanings (post_id, id, kind, embedding)
SELECT u.post_id, u.id, $1, u.embedding::halfvec
FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u(post_id, id, embedding)
WHERE u.embedding IS NOT NULL
ON CONFLICT (post_id, id) DO NOTHING
"""
DROP_THREADS = "DELETE FROM {table} WHERE post_id = ANY($1::uuid[])"
DROP_COMMENTS = """
DELETE FROM {table} i
USING unnest($1::uuid[], $2::uuid[]) AS u(post_id, id)
WHERE i.post_id = u.post_id AND i.id = u.id
"""
# What is under posts that came back.
THREADS = """
SELECT post_id, id
FROM comments
WHERE post_id = ANY($1::uuid[]) AND deleted_at IS NULL AND verification_status = 'verified'
"""
KNOWS_MEANINGS = "SELECT to_regclass('search_meanings') IS NOT NULL"
# A hundred items are about a tenth of a second of work, with a rest of a quarter of that: what is found may be late,
# those who write may not.
PART = 100
REST_SHARE = 0.25

_published = msgspec.json.Decoder(PostPublished).decode
_post_deleted = msgspec.json.Decoder(PostDeleted).decode
_commented = msgspec.json.Decoder(CommentPublished).decode
_comment_deleted = msgspec.json.Decoder(CommentDeleted).decode
_post_removed = msgspec.json.Decoder(PostRemoved).decode
_post_restored = msgspec.json.Decoder(PostRestored).decode
_comment_removed = msgspec.json.Decoder(CommentRemoved).decode
_comment_restored = msgspec.json.Decoder(CommentRestored).decode


class SearchIndex:
    """Keeps search_items, and search_meanings where there is pgvector, in step with the log."""

    name = "search"
    pause_seconds = 1.0
    # A meaning costs about a millisecond: a transaction is to take seconds, not minutes.
    most_events = 2000

    def __init__(self) -> None:
        self._told = False

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Forget everything that can be found."""
        for table in await self._tables(connection):
            await connection.execute(f"DELETE FROM {table}")

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Add what was published or came back, drop what was taken away."""
        posts: dict[str, int] = {}
        comments: dict[tuple[str, str], int] = {}
        back: dict[str, int] = {}
        gone_posts: set[str] = set()
        gone_comments: set[tuple[str, str]] = set()
        for entry in entries:
            match entry.kind:
                case "post.published":
                    posts[_published(entry.body).post_id] = entry.seq
                case "comment.published":
                    comment = _commented(entry.body)
                    comments[comment.post_id, comment.comment_id] = entry.seq
                case "post.deleted":
                    gone_posts.add(_post_deleted(entry.body).post_id)
                case "comment.deleted":
                    gone = _comment_deleted(entry.body)
                    gone_comments.add((gone.post_id, gone.comment_id))
                case "post.removed":
                    gone_posts.add(_post_removed(entry.body).post_id)
                case "post.restored":
                    post_id = _post_restored(entry.body).post_id
                    posts[post_id] = back[post_id] = entry.seq
                    gone_posts.discard(post_id)
                case "comment.removed":
                    removed = _comment_removed(entry.body)
                    gone_comments.add((removed.post_id, removed.comment_id))
                case "comment.restored":
                    restored = _comment_restored(entry.body)
                    comments[restored.post_id, restored.comment_id] = entry.seq
                    gone_comments.discard((restored.post_id, restored.comment_id))
                case _:
                    pass
        if back:
            for post_id, id in await connection.fetch(THREADS, sorted(back)):
                comments.setdefault((post_id, id), back[post_id])
        tables = await self._tables(connection)
        with_meanings = len(tables) > 1
        async for some in in_breaths(list(posts.items()), PART, REST_SHARE):
            ids = [id for id, _ in some]
            await connection.execute(ADD_POSTS, ids, [_spelled(seq) for _, seq in some])
            if with_meanings:
                await _add_meanings(connection, "post", await connection.fetch(POST_TEXTS, ids))
        async for part in in_breaths(list(comments.items()), PART, REST_SHARE):
            keys = [post_id for (post_id, _), _ in part], [id for (_, id), _ in part]
            await connection.execute(ADD_COMMENTS, *keys, [_spelled(seq) for _, seq in part])
            if with_meanings:
                await _add_meanings(connection, "comment", await connection.fetch(COMMENT_TEXTS, *keys))
        for table in tables:
            if gone_posts:
                await connection.execute(DROP_THREADS.format(table=table), sorted(gone_posts))
            if gone_comments:
                pairs = sorted(gone_comments)
                await connection.execute(
                    DROP_COMMENTS.format(table=table), [post_id for post_id, _ in pairs], [id for _, id in pairs]
                )

    async def _tables(self, connection: asyncpg.Connection) -> list[str]:
        if await connection.fetchval(KNOWS_MEANINGS):
            return ["search_items", "search_meanings"]
        if not self._told:
            self._told = True
            log.warning("search goes by words alone", reason="the database has no pgvector 0.7 or newer")
        return ["search_items"]


async def _add_meanings(connection: asyncpg.Connection, kind: str, rows: Sequence[asyncpg.Record]) -> None:
    found = await meanings([row["text"] for row in rows])
    await connection.execute(ADD_MEANINGS, kind, [row["post_id"] for row in rows], [row["id"] for row in rows], found)


def _spelled(seq: int) -> str:
    return " ".join(stretches_of(seq))
