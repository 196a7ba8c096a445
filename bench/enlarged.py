"""A world made of an archive, enlarged with copies of its posts and comments until it holds as many as asked for."""

from pathlib import Path

from moltbook.archive import load
from moltbook.db.migrate import upgrade
from moltbook.db.pool import connect

POSTS = "SELECT count(*) FROM posts"
ITEMS = "SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM comments)"
TOGETHER = 50_000
# A copy is a post or a comment like any other, with an event of its own.
COPY_POSTS = """
WITH head AS (
    UPDATE log_head SET seq = seq + $1 RETURNING seq - $1 AS seq
), chosen AS (
    SELECT p.*, gen_random_uuid() AS copy_id, row_number() OVER () AS n FROM (SELECT * FROM posts LIMIT $1) p
), copies AS (
    INSERT INTO posts
    SELECT copy_id, submolt_id, author_id, author_name, kind, title, content, url, upvotes, downvotes, upvotes,
        downvotes, 0, created_at, NULL
    FROM chosen
)
INSERT INTO events (seq, at, kind, actor_id, body)
SELECT head.seq + n, now(), 'post.published', author_id, json_build_object(
    'post_id', copy_id, 'submolt_id', submolt_id, 'submolt', s.name, 'author_id', author_id, 'author', author_name,
    'created_at', chosen.created_at, 'upvotes', upvotes, 'downvotes', downvotes
)
FROM chosen
JOIN submolts s ON s.id = chosen.submolt_id, head
"""
COPY_COMMENTS = """
WITH head AS (
    UPDATE log_head SET seq = seq + $1 RETURNING seq - $1 AS seq
), chosen AS (
    SELECT c.*, gen_random_uuid() AS copy_id, row_number() OVER () AS n FROM (SELECT * FROM comments LIMIT $1) c
), copies AS (
    INSERT INTO comments
    SELECT post_id, copy_id, NULL, author_id, author_name, 0, content, 0, 0, 0, 0, 0, created_at, NULL FROM chosen
)
INSERT INTO events (seq, at, kind, actor_id, body)
SELECT head.seq + n, now(), 'comment.published', author_id, json_build_object(
    'post_id', post_id, 'comment_id', copy_id, 'parent_id', NULL, 'author_id', author_id, 'author', author_name,
    'created_at', created_at, 'comment_count', 0
)
FROM chosen, head
"""


async def fill(dsn: str, archive: Path | None, posts: int = 0, items: int = 0) -> None:
    """Migrate, load the archive if there is one, and copy until there are so many posts, and items in all."""
    await upgrade(dsn)
    if archive is not None:
        await load(dsn, archive)
    connection = await connect(dsn, "bench")
    try:
        for count, wanted, copy in ((POSTS, posts, COPY_POSTS), (ITEMS, items, COPY_COMMENTS)):
            while (missing := wanted - await connection.fetchval(count)) > 0:
                # Never more than there are: each copy is of another row.
                there = await connection.fetchval(count if copy is COPY_POSTS else "SELECT count(*) FROM comments")
                if not there:
                    raise RuntimeError("there is nothing to copy: name an archive")
                await connection.execute(copy, min(missing, TOGETHER, there))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
