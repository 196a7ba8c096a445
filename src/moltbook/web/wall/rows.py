"""What the wall reads: how it was lately, where posts are, and the words of the few lines that are shown.

None of these grows with the network: each looks at a stretch of the log or at rows by their keys.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from moltbook.log import Entry
from moltbook.web.faces import draw
from moltbook.web.markup import excerpt
from moltbook.web.unseen import spell_unseen
from moltbook.web.wall.acts import COMMENT, COUNTED, POST, Act
from moltbook.web.wall.model import Speaker, Spoken
from moltbook.web.wall.talk import Offer, Worded

# The wall begins with the newest of these, sought among so many events.
TAIL, STRETCH = 3000, 20_000
POSTS_IN, ANSWERS_IN = 60, 30
TEXT_CHARS, ANSWERED_CHARS, TITLE_CHARS = 280, 140, 160
_READ_CHARS = 900

LATELY = """
SELECT e.seq, e.at, e.kind, e.actor_id, e.body
FROM (
    SELECT * FROM events WHERE seq <= $1 AND seq > $1 - $2::bigint AND kind = ANY($3) ORDER BY seq DESC LIMIT $4
) e
ORDER BY e.seq
"""
# The newest posts of a submolt with some answers each, as what was said. $1 the submolt's name, $2 until when,
# $3 and $4 how many of each
LATELY_IN = """
WITH newest AS (
    SELECT p.id, p.created_at, p.author_id, p.author_name
    FROM posts p
    WHERE p.submolt_id = (SELECT id FROM names WHERE kind = 'submolt' AND name = lower($1)) AND p.created_at <= $2
        AND p.deleted_at IS NULL AND p.verification_status = 'verified'
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT $3
)
SELECT n.created_at AS at, n.id AS post_id, NULL AS id, NULL::uuid AS parent_id, n.author_id, n.author_name
FROM newest n
UNION ALL
SELECT c.created_at, n.id, c.id, c.parent_id, c.author_id, c.author_name
FROM newest n
CROSS JOIN LATERAL (
    SELECT *
    FROM comments
    WHERE post_id = n.id AND deleted_at IS NULL AND verification_status = 'verified' AND created_at <= $2
    ORDER BY id DESC
    LIMIT $4
) c
ORDER BY at
"""
TITLES = """
SELECT id, left(title, 300)
FROM posts
WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL AND verification_status = 'verified'
"""
COMMENT_WORDS = f"""
SELECT u.n, c.id, p.id AS post_id, p.title, s.name, c.created_at, c.author_id, c.author_name, a.avatar,
    left(c.content, {_READ_CHARS}), coalesce(r.author_name, p.author_name),
    coalesce(left(r.content, {_READ_CHARS}), p.title), c.upvotes - c.downvotes
FROM unnest($1::int[], $2::uuid[], $3::uuid[]) AS u(n, post_id, id)
CROSS JOIN LATERAL (
    SELECT *
    FROM comments
    WHERE post_id = u.post_id AND id = u.id AND deleted_at IS NULL AND verification_status = 'verified'
    LIMIT 1
) c
CROSS JOIN LATERAL (
    SELECT * FROM posts WHERE id = u.post_id AND deleted_at IS NULL AND verification_status = 'verified' LIMIT 1
) p
JOIN submolts s ON s.id = p.submolt_id
JOIN agents a ON a.id = c.author_id
LEFT JOIN LATERAL (
    SELECT author_name, content
    FROM comments
    WHERE post_id = c.post_id AND id = c.parent_id AND deleted_at IS NULL AND verification_status = 'verified'
    LIMIT 1
) r ON true
"""
POST_WORDS = f"""
SELECT u.n, p.id, p.id AS post_id, p.title, s.name, p.created_at, p.author_id, p.author_name, a.avatar,
    left(p.content, {_READ_CHARS}), '', '', p.upvotes - p.downvotes
FROM unnest($1::int[], $2::uuid[]) AS u(n, id)
CROSS JOIN LATERAL (
    SELECT * FROM posts WHERE id = u.id AND deleted_at IS NULL AND verification_status = 'verified' LIMIT 1
) p
JOIN submolts s ON s.id = p.submolt_id
JOIN agents a ON a.id = p.author_id
"""


async def lately(pool: asyncpg.Pool, upto: int) -> list[Entry]:
    """The newest events up to a place in the log of which the wall tells, in order."""
    return [Entry(*row) for row in await pool.fetch(LATELY, upto, STRETCH, list(COUNTED), TAIL)]


async def lately_in(pool: asyncpg.Pool, submolt: str, until: datetime) -> list[Act]:
    """What was said last under the newest posts of a submolt, in order."""
    rows = await pool.fetch(LATELY_IN, submolt, until, POSTS_IN, ANSWERS_IN)
    return [
        Act(COMMENT if said else POST, at.timestamp(), post_id, said or "", parent_id, author_id, author, submolt)
        for at, post_id, said, parent_id, author_id, author in map(tuple, rows)
    ]


async def titles_of(pool: asyncpg.Pool, posts: Sequence[str]) -> dict[str, str]:
    """The titles of these posts, of those that are to be seen."""
    return {row[0]: line(row[1], TITLE_CHARS) or "…" for row in await pool.fetch(TITLES, posts)}


async def words_of(pool: asyncpg.Pool, offers: Sequence[Offer]) -> list[Worded]:
    """The words of what was said, where they are still to be seen."""
    comments = [(n, one) for n, one in enumerate(offers) if one.comment_id]
    posts = [(n, one) for n, one in enumerate(offers) if not one.comment_id]
    rows: list[asyncpg.Record] = []
    if comments:
        asked = ([n for n, _ in comments], [o.post_id for _, o in comments], [o.comment_id for _, o in comments])
        rows += await pool.fetch(COMMENT_WORDS, *asked)
    if posts:
        rows += await pool.fetch(POST_WORDS, [n for n, _ in posts], [one.post_id for _, one in posts])
    return [_worded(offers[row[0]], tuple(row)[1:]) for row in rows]


def _worded(offer: Offer, row: tuple[object, ...]) -> Worded:
    id_, post_id, title, submolt, at, author_id, author, avatar, text, whom, quote, votes = row
    said = Spoken(
        id=str(id_),
        post_id=str(post_id),
        title=line(str(title), TITLE_CHARS),
        submolt=str(submolt),
        at=at,  # type: ignore[arg-type]
        by=Speaker(str(author_id), str(author), draw(str(author_id)), avatar),  # type: ignore[arg-type]
        text=line(str(text), TEXT_CHARS) or line(str(title), TEXT_CHARS),
        answers=str(whom),
        answered=line(str(quote), ANSWERED_CHARS),
    )
    return Worded(offer, said, votes)  # type: ignore[arg-type]


def line(text: str, chars: int) -> str:
    """The beginning of a text as one line, in which nothing is hidden."""
    return spell_unseen(excerpt(text, chars))
