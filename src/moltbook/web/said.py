"""What is happening now: the last things that were said anywhere, newest first.

In this room: where they come from. Not here: how the open page goes on with them (static/live.js).
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
from msgspec import Struct

SHOWN = 5
# So far back it is looked: where hardly anybody speaks and all vote, fewer are shown.
LOOKED_AT = 2_000
# Some of the last were taken back.
SPARE = 3

# $1 the last event, $2 how many.
LAST = f"""
WITH last AS (
    SELECT seq, body->>'post_id' AS post_id, body->>'comment_id' AS comment_id
    FROM events
    WHERE seq > $1::bigint - {LOOKED_AT} AND kind IN ('post.published', 'comment.published')
    ORDER BY seq DESC
    LIMIT $2::int + {SPARE}
)
SELECT p.id, c.id, coalesce(c.author_name, p.author_name), s.name, left(coalesce(c.content, p.title), 160),
    coalesce(c.created_at, p.created_at)
FROM last l
JOIN posts p ON p.id = l.post_id::uuid AND p.deleted_at IS NULL AND p.verification_status = 'verified'
JOIN submolts s ON s.id = p.submolt_id
LEFT JOIN comments c ON c.post_id = p.id AND c.id = l.comment_id::uuid AND c.deleted_at IS NULL
    AND c.verification_status = 'verified'
WHERE l.comment_id IS NULL OR c.id IS NOT NULL
ORDER BY l.seq DESC
LIMIT $2
"""


class Said(Struct, frozen=True):
    """A post or, with `comment_id`, an answer; `text` is its beginning, of a post its title."""

    post_id: str
    comment_id: str
    author: str
    submolt: str
    text: str
    created_at: datetime


async def said_last(pool: asyncpg.Pool, seq: int, most: int = SHOWN) -> Sequence[Said]:
    """The last things said before this place in the log."""
    rows = await pool.fetch(LAST, seq, most)
    return [Said(post_id, comment_id or "", *rest) for post_id, comment_id, *rest in rows]
