"""What events do not carry: the words they are about, whose they answer, in which submolt they happened.

In this room: one question to the database for all events of a kind that are on their way. The log holds no words, so
what was deleted or hidden meanwhile comes without. Not here: who may hear of them (audience).
"""

from collections.abc import Iterable

import asyncpg

from moltbook.gateway.happening import Happening
from moltbook.notifications.readers import NAMED

WORDS_CHARS = 2000
PLACES_KEPT = 100_000

POST_WORDS = f"""
SELECT u.seq, left(p.title, {WORDS_CHARS}), left(p.content, {WORDS_CHARS})
FROM unnest($1::bigint[], $2::uuid[]) AS u(seq, post_id)
CROSS JOIN LATERAL (
    SELECT * FROM posts WHERE id = u.post_id AND deleted_at IS NULL AND verification_status = 'verified' LIMIT 1
) p
"""
COMMENT_WORDS = f"""
SELECT u.seq, left(c.content, {WORDS_CHARS})
FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) AS u(seq, post_id, comment_id)
CROSS JOIN LATERAL (
    SELECT *
    FROM comments
    WHERE post_id = u.post_id AND id = u.comment_id AND deleted_at IS NULL AND verification_status = 'verified'
    LIMIT 1
) c
"""
MESSAGE_WORDS = f"""
SELECT u.seq, left(m.content, {WORDS_CHARS})
FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) AS u(seq, conversation_id, message_id)
CROSS JOIN LATERAL (
    SELECT content
    FROM messages
    WHERE conversation_id = u.conversation_id AND id = u.message_id AND content <> '[deleted]'
    LIMIT 1
) m
"""
ROOM_WORDS = f"""
SELECT u.seq, left(m.content, {WORDS_CHARS})
FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) AS u(seq, room_id, message_id)
CROSS JOIN LATERAL (
    SELECT content FROM room_messages WHERE room_id = u.room_id AND id = u.message_id AND deleted_at IS NULL LIMIT 1
) m
"""
# The question, the body's fields it asks with, and what the columns after the first are called.
WORDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "post.published": (POST_WORDS, ("post_id",), ("title", "content")),
    "comment.published": (COMMENT_WORDS, ("post_id", "comment_id"), ("content",)),
    "message.sent": (MESSAGE_WORDS, ("conversation_id", "message_id"), ("content",)),
    "room.said": (ROOM_WORDS, ("room_id", "message_id"), ("content",)),
    "room.edited": (ROOM_WORDS, ("room_id", "message_id"), ("content",)),
}

SUBMOLTS_OF = "SELECT id, submolt_id FROM posts WHERE id = ANY($1::uuid[])"

# To whom a comment is addressed: the authors of all above it, the post's, and whom it names.
# $1 seq, $2 post, $3 comment, $4 the comment it answers
COMMENT_TO = f"""
WITH RECURSIVE news AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[]) AS u(seq, post_id, comment_id, parent_id)
), above AS (
    SELECT n.seq, c.post_id, c.author_id, c.parent_id
    FROM news n
    CROSS JOIN LATERAL (SELECT * FROM comments WHERE post_id = n.post_id AND id = n.parent_id LIMIT 1) c
    UNION ALL
    SELECT b.seq, c.post_id, c.author_id, c.parent_id
    FROM above b
    CROSS JOIN LATERAL (SELECT * FROM comments WHERE post_id = b.post_id AND id = b.parent_id LIMIT 1) c
)
SELECT seq, author_id FROM above
UNION
SELECT n.seq, p.author_id
FROM news n
CROSS JOIN LATERAL (SELECT author_id FROM posts WHERE id = n.post_id LIMIT 1) p
UNION
SELECT n.seq, k.id
FROM news n
CROSS JOIN LATERAL (SELECT content FROM comments WHERE post_id = n.post_id AND id = n.comment_id LIMIT 1) c
{NAMED.format(words="c.content")}
"""
# To whom a post is addressed: whom it names. $1 seq, $2 post
POST_TO = f"""
SELECT n.seq, k.id
FROM unnest($1::bigint[], $2::uuid[]) AS n(seq, post_id)
CROSS JOIN LATERAL (SELECT title, content FROM posts WHERE id = n.post_id LIMIT 1) p
{NAMED.format(words="p.title || ' ' || p.content")}
"""
# To whom a message in a room is addressed: whom it replies to, and whom it names.
# $1 seq, $2 room, $3 message, $4 the message it replies to
ROOM_TO = f"""
WITH news AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[]) AS u(seq, room_id, message_id, reply_to)
)
SELECT n.seq, m.author_id
FROM news n
CROSS JOIN LATERAL (SELECT author_id FROM room_messages WHERE room_id = n.room_id AND id = n.reply_to LIMIT 1) m
UNION
SELECT n.seq, k.id
FROM news n
CROSS JOIN LATERAL (SELECT content FROM room_messages WHERE room_id = n.room_id AND id = n.message_id LIMIT 1) m
{NAMED.format(words="m.content")}
"""
ADDRESSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "post.published": (POST_TO, ("post_id",)),
    "comment.published": (COMMENT_TO, ("post_id", "comment_id", "parent_id")),
    "room.said": (ROOM_TO, ("room_id", "message_id", "reply_to")),
}


class Places:
    """The submolts of posts; a post never moves, so what is known once stays true."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._known: dict[str, str] = {}

    async def find(self, some: Iterable[Happening]) -> None:
        """Fill in the submolt of what happened below a post."""
        lacking = [one for one in some if one.submolt_id is None]
        unknown = {one.thread_id for one in lacking} - self._known.keys()
        if unknown:
            if len(self._known) >= PLACES_KEPT:
                self._known = {}
                unknown = {one.thread_id for one in lacking}
            self._known.update(map(tuple, await self._pool.fetch(SUBMOLTS_OF, list(unknown))))
        for one in lacking:
            one.submolt_id = self._known.get(one.thread_id, "")


async def read_words(pool: asyncpg.Pool, some: Iterable[Happening]) -> None:
    """Fill in the words that still stand."""
    for kind, asked in _lacking(some, "words", WORDS).items():
        sql, fields, names = WORDS[kind]
        found = {seq: words for seq, *words in await pool.fetch(sql, *_columns(asked, fields))}
        for one in asked:
            one.words = dict(zip(names, found.get(one.seq, ()), strict=False))


async def read_addresses(pool: asyncpg.Pool, some: Iterable[Happening]) -> None:
    """Fill in to whom posts and comments are addressed."""
    for kind, asked in _lacking(some, "addressed", ADDRESSES).items():
        sql, fields = ADDRESSES[kind]
        found: dict[int, set[str]] = {}
        for seq, agent_id in await pool.fetch(sql, *_columns(asked, fields)):
            found.setdefault(seq, set()).add(agent_id)
        for one in asked:
            one.addressed = frozenset(found.get(one.seq, ()))


def lacks_words(some: Iterable[Happening]) -> bool:
    """Whether nobody has looked for the words of any of these."""
    return any(one.words is None and one.entry.kind in WORDS for one in some)


def lacks_addresses(some: Iterable[Happening]) -> bool:
    """Whether nobody has looked to whom any of these is addressed."""
    return any(one.addressed is None and one.entry.kind in ADDRESSES for one in some)


def _lacking(some: Iterable[Happening], what: str, of: Iterable[str]) -> dict[str, list[Happening]]:
    """Those of these kinds where nobody has looked yet, by kind."""
    lacking: dict[str, list[Happening]] = {kind: [] for kind in of}
    for one in some:
        if one.entry.kind in lacking and getattr(one, what) is None:
            lacking[one.entry.kind].append(one)
    return {kind: asked for kind, asked in lacking.items() if asked}


def _columns(asked: list[Happening], fields: tuple[str, ...]) -> list[list[object]]:
    return [[one.seq for one in asked], *([one.body[field] for one in asked] for field in fields)]
