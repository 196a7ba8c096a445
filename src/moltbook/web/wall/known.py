"""What events do not tell and the wall has to know: in which submolt a post is, who wrote what is answered.

In this room: keeping the newest so many of both, for neither ever changes, and looking up what is lacking.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

import asyncpg
from msgspec import Struct

from moltbook.web.talks import Author
from moltbook.web.wall.acts import COMMENT, POST, Act

Value = TypeVar("Value")
MOST_KEPT = 20_000
# So many are looked up at a time.
LOOKED_UP = 1000


POSTS = """
SELECT p.id, s.name, p.author_id, p.author_name, p.comment_count
FROM posts p
JOIN submolts s ON s.id = p.submolt_id
WHERE p.id = ANY($1::uuid[]) AND p.deleted_at IS NULL AND p.verification_status = 'verified'
"""
AUTHORS = """
SELECT c.id, c.author_id, c.author_name
FROM unnest($1::uuid[], $2::uuid[]) AS u(post_id, id)
CROSS JOIN LATERAL (SELECT * FROM comments WHERE post_id = u.post_id AND id = u.id LIMIT 1) c
"""


class PostPlace(Struct):
    """Where a post is, who wrote it, how many comments it has."""

    submolt: str
    author_id: str
    author: str
    comments: int = 0


class Known(Generic[Value]):
    """Values by id, of which the oldest go when there are too many."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._values: dict[str, Value] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def get(self, key: str) -> Value | None:
        """What is known of it."""
        return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        """Know it."""
        if len(self._values) >= self._most and key not in self._values:
            del self._values[next(iter(self._values))]
        self._values[key] = value

    def forget(self, key: str) -> None:
        """Know it no longer."""
        self._values.pop(key, None)


class Ground:
    """What is known of the posts and comments that were heard of."""

    def __init__(self) -> None:
        self.posts: Known[PostPlace] = Known()
        self.authors: Known[Author] = Known()

    def hear(self, act: Act) -> None:
        """Learn from what an act tells itself."""
        if act.kind == POST:
            self.posts.put(act.post_id, PostPlace(act.submolt, act.author_id, act.author))
        elif act.kind == COMMENT:
            self.authors.put(act.comment_id, Author(act.author_id, act.author))
            place = self.posts.get(act.post_id)
            if place is not None:
                place.comments = max(place.comments, act.comment_count)

    def place(self, act: Act) -> PostPlace | None:
        """Where an act happened."""
        return self.posts.get(act.post_id)

    def answered(self, act: Act, place: PostPlace) -> Author | None:
        """Whom an act answers; None where that is not known, or it answers nobody."""
        if act.kind != COMMENT:
            return None
        return Author(place.author_id, place.author) if act.parent_id is None else self.authors.get(act.parent_id)

    async def look_up(self, pool: asyncpg.Pool, acts: Iterable[Act]) -> None:
        """Find out what these acts do not tell, of some of them if they are many."""
        unknown = list({act.post_id for act in acts if act.post_id not in self.posts})[:LOOKED_UP]
        if unknown:
            for post_id, *place in await pool.fetch(POSTS, unknown):
                self.posts.put(post_id, PostPlace(*place))
        asked = {
            act.parent_id: act.post_id
            for act in acts
            if act.parent_id is not None and act.parent_id not in self.authors and act.post_id in self.posts
        }
        parents = list(asked.items())[:LOOKED_UP]
        if parents:
            found = await pool.fetch(AUTHORS, [post for _, post in parents], [comment for comment, _ in parents])
            for comment_id, author_id, author in found:
                self.authors.put(comment_id, Author(author_id, author))
