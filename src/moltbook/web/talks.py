"""Beside each post of a feed: how deep its thread goes, how many speak in it, and its best-liked exchange.

Remembered, because every feed asks for it, and forgotten when something said there is taken back: by its author or by
moderators. A count of comments alone would not tell, since it comes back with the next one.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec
from msgspec import Struct

from moltbook.log import Entry
from moltbook.posts import PostView as Post

KEPT = 5000
# A thread is looked through again when it has grown by one in so many: else each answer in a long one would cost all.
GROWN = 50
TAKEN_BACK = frozenset(
    f"{what}.{how}" for what in ("comment", "post") for how in ("deleted", "removed", "restored", "withdrawn")
)

# What is said under these posts, without the words: now, and at the moment $2, when it may have been liked otherwise.
SAID = """
    SELECT c.post_id, c.id, c.parent_id, c.depth, c.author_id, c.upvotes - c.downvotes AS score, c.created_at
    FROM comments c
    WHERE c.post_id = ANY($1::uuid[]) AND c.deleted_at IS NULL AND c.verification_status = 'verified'
"""
SAID_THEN = """
    SELECT c.post_id, c.id, c.parent_id, c.depth, c.author_id,
        coalesce(l.upvotes, c.base_upvotes) - coalesce(l.downvotes, c.base_downvotes) AS score, c.created_at
    FROM comments c
    LEFT JOIN LATERAL (
        SELECT x.upvotes, x.downvotes, x.shown
        FROM pasts x
        WHERE x.post_id = c.post_id AND x.target_id = c.id AND x.minute < $2
        ORDER BY x.minute DESC
        LIMIT 1
    ) l ON true
    WHERE c.post_id = ANY($1::uuid[]) AND c.created_at < $2 AND c.deleted_at IS NULL
        AND c.verification_status = 'verified' AND l.shown IS NOT FALSE
"""
# One walk over the comments of all these posts; then the words of the few that are shown.
TALK = """
WITH said AS MATERIALIZED ({said}), talk AS (
    SELECT post_id, max(depth) + 1 AS depth, count(DISTINCT author_id) AS voices FROM said GROUP BY post_id
), best AS (
    SELECT DISTINCT ON (s.post_id) s.post_id, s.id, p.id AS parent_id
    FROM said s
    LEFT JOIN said p ON p.post_id = s.post_id AND p.id = s.parent_id
    ORDER BY s.post_id, p.id IS NULL, s.score DESC, s.created_at DESC
)
SELECT t.post_id, t.depth, t.voices,
    c.id, c.author_id, c.author_name, left(c.content, 400), c.created_at,
    p.id, p.author_id, p.author_name, left(p.content, 400), p.created_at
FROM talk t
JOIN best b ON b.post_id = t.post_id
JOIN comments c ON c.post_id = b.post_id AND c.id = b.id
LEFT JOIN comments p ON p.post_id = b.post_id AND p.id = b.parent_id
"""


class Author(Struct, frozen=True, gc=False):
    """Whoever wrote it: enough for a face and a name; `avatar` is the hash of a picture."""

    id: str
    name: str
    avatar: str | None = None


class Line(Struct, frozen=True):
    """One line of a post's liveliest exchange; `text` may be cut at a few hundred characters."""

    comment_id: str
    author: Author
    text: str
    created_at: datetime


class Talk(Struct, frozen=True):
    """What a feed tells of a post's thread."""

    depth: int = 0
    voices: int = 0
    exchange: tuple[Line, ...] = ()


NO_TALK = Talk()


class _Place(Struct):
    post_id: str


_read = msgspec.json.Decoder(_Place).decode


class Talks:
    """The talk of the posts on the feeds, remembered until more is said under a post or something is taken back."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, Talk]] = {}
        self._heard = 0

    def hear(self, entries: Sequence[Entry]) -> None:
        """Forget the talk of posts of which something was taken back: it must not be shown again."""
        taken_back = [_read(entry.body).post_id for entry in entries if entry.kind in TAKEN_BACK]
        for post_id in taken_back:
            self._known.pop(post_id, None)
        self._heard += len(taken_back)

    async def of(self, pool: asyncpg.Pool, posts: Sequence[Post]) -> dict[str, Talk]:
        """The talk of each of these posts that has comments."""
        wanted: dict[str, int] = {
            view.post.id: view.post.comment_count for view in posts if view.post.comment_count > 0
        }
        found = {
            post_id: self._known[post_id][1] for post_id, comments in wanted.items() if self._knows(post_id, comments)
        }
        missing = [post_id for post_id in wanted if post_id not in found]
        if not missing:
            return found
        heard = self._heard
        told = dict.fromkeys(missing, NO_TALK) | _told(await pool.fetch(TALK.format(said=SAID), missing))
        # What was read may hold words that were taken back meanwhile.
        if heard == self._heard:
            if len(self._known) > KEPT:
                self._known.clear()
            self._known.update((post_id, (wanted[post_id], talk)) for post_id, talk in told.items())
        return found | told

    def _knows(self, post_id: str, comments: int) -> bool:
        """Whether what is known still holds: of a long thread as long as it grew by no more than a fiftieth."""
        then = self._known[post_id][0] if post_id in self._known else 0
        return then > 0 and abs(comments - then) <= then // GROWN


async def talks_at(pool: asyncpg.Pool, at: datetime, posts: Sequence[Post]) -> dict[str, Talk]:
    """The talk of each of these posts as it was then; not remembered, for no two ask for the same moment."""
    return _told(await pool.fetch(TALK.format(said=SAID_THEN), [view.post.id for view in posts], at))


# One a process, as the pages are.
TALKS = Talks()


def _told(rows: Sequence[asyncpg.Record]) -> dict[str, Talk]:
    return {row[0]: Talk(row[1], row[2], _exchange(tuple(row)[3:])) for row in rows}


def _exchange(row: tuple[object, ...]) -> tuple[Line, ...]:
    answer = _line(row[:5])
    return (answer,) if row[5] is None else (_line(row[5:]), answer)


def _line(row: tuple[object, ...]) -> Line:
    comment_id, author_id, author, text, at = row
    if not isinstance(at, datetime):
        raise TypeError("a comment has a time")
    return Line(str(comment_id), Author(str(author_id), str(author)), str(text), at)
