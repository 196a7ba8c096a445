"""Reads about comments: a thread is fetched as one range and built into a tree in one pass."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

import asyncpg
import msgspec

from moltbook.comments.model import CommentPlace, CommentRow
from moltbook.comments.tables import COMMENTS
from moltbook.kernel.errors import Invalid, NotFound
from moltbook.kernel.ids import AgentId, CommentId, PostId
from moltbook.kernel.paging import LAST_ID, KeyId, decode_cursor, encode_cursor

COMMENT = ", ".join(f"c.{column}" for column in COMMENTS.columns)

# What waits for its author's answer is seen by its author only.
THREAD = f"""
SELECT {COMMENT}
FROM comments c
WHERE c.post_id = $1 AND (c.verification_status = 'verified' OR c.author_id = $2)
"""
ONE = f"SELECT {COMMENT}, (SELECT p.accepted_id FROM posts p WHERE p.id = c.post_id) FROM comments c WHERE c.id = $1"
PLACE = "SELECT id, post_id, parent_id FROM comments WHERE id = $1"
BY_AUTHOR = f"""
SELECT {COMMENT}
FROM comments c
WHERE c.author_id = $1 AND c.deleted_at IS NULL AND c.verification_status = 'verified'
    AND (c.created_at, c.id) < (coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, '{LAST_ID}'))
ORDER BY c.created_at DESC, c.id DESC
LIMIT $2
"""
MY_VOTES = "SELECT target_id, direction FROM votes WHERE post_id = $1 AND voter_id = $2"

# How far one look goes through the log; the answer tells where the next one goes on.
LOOKED_AT = 5_000
CHANGED = f"""
WITH part AS (
    SELECT seq, kind, body
    FROM events
    WHERE seq > $2 AND seq <= $2 + {LOOKED_AT}
)
SELECT
    (SELECT coalesce(max(seq), $2) FROM part),
    (SELECT seq FROM log_head),
    ARRAY(
        SELECT DISTINCT (body ->> 'comment_id')::uuid
        FROM part
        WHERE (kind LIKE 'comment.%' OR kind LIKE 'question.%') AND body ->> 'post_id' = $1
    )
"""
THESE = f"""
SELECT {COMMENT}
FROM comments c
WHERE c.post_id = $1 AND c.id = ANY($2::uuid[]) AND c.verification_status = 'verified'
ORDER BY c.created_at, c.id
"""

_Key = Callable[[CommentRow], Any]


def _best(c: CommentRow) -> tuple[Any, ...]:
    return (c.downvotes - c.upvotes, c.created_at, c.id)


def _new(c: CommentRow) -> tuple[Any, ...]:
    return (-c.created_at.timestamp(), c.id)


def _old(c: CommentRow) -> tuple[Any, ...]:
    return (c.created_at, c.id)


def _controversial(c: CommentRow) -> tuple[Any, ...]:
    total = c.upvotes + c.downvotes
    return (-total * (1 - abs(c.upvotes - c.downvotes) / max(total, 1)), c.created_at, c.id)


SORTS: dict[str, _Key] = {
    "best": _best,
    "top": _best,
    "new": _new,
    "old": _old,
    "controversial": _controversial,
}


class Branch:
    """A comment with the answers to it."""

    __slots__ = ("comment", "replies")

    def __init__(self, comment: CommentRow) -> None:
        self.comment = comment
        self.replies: list[Branch] = []


async def comments_of(pool: asyncpg.Pool, post_id: PostId, reader: AgentId | None = None) -> list[CommentRow]:
    """All comments of a post that are published or the reader's own, deleted ones included, in no order."""
    return [CommentRow(*row) for row in await pool.fetch(THREAD, post_id, reader)]


def grow(comments: Sequence[CommentRow], sort: str, first: CommentId | None = None) -> list[Branch]:
    """Build the tree: roots and, below each, its answers, all in the order of `sort`.

    An answer whose parent is missing stands as a root. A deleted comment stays only where answers hang on it. The
    comment `first`, and whatever it hangs on, stands before its siblings.

    Raises: Invalid.
    """
    key = SORTS.get(sort)
    if key is None:
        raise Invalid(f"sort must be one of {', '.join(SORTS)}", "Use one of these.", field="sort")
    branches = {comment.id: Branch(comment) for comment in sorted(comments, key=key)}
    roots: list[Branch] = []
    for branch in branches.values():
        parent = branches.get(branch.comment.parent_id) if branch.comment.parent_id else None
        (parent.replies if parent is not None else roots).append(branch)
    if first is not None:
        _lift(roots, branches, first)
    if any(comment.deleted_at is not None for comment in comments):
        return _pruned(roots)
    return roots


def _lift(roots: list[Branch], branches: dict[CommentId, Branch], comment_id: CommentId) -> None:
    """Put a comment, and each above it, before its siblings."""
    above = branches.get(comment_id)
    while above is not None:
        parent = branches.get(above.comment.parent_id) if above.comment.parent_id else None
        siblings = parent.replies if parent is not None else roots
        siblings.remove(above)
        siblings.insert(0, above)
        above = parent


def _pruned(roots: list[Branch]) -> list[Branch]:
    """Drop deleted comments that carry no answer, from the leaves upwards."""
    order: list[Branch] = []
    stack = list(roots)
    while stack:
        branch = stack.pop()
        order.append(branch)
        stack.extend(branch.replies)
    for branch in reversed(order):
        branch.replies = [b for b in branch.replies if b.comment.deleted_at is None or b.replies]
    return [b for b in roots if b.comment.deleted_at is None or b.replies]


async def comment_by_id(pool: asyncpg.Pool, comment_id: CommentId) -> tuple[CommentRow, CommentId | None]:
    """The comment with this id, published or not, and the accepted answer of its post.

    One that its author deleted is gone, a removed one has no words.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, comment_id)
    if row is None or (row["deleted_at"] is not None and row["removed_reason"] is None):
        raise NotFound("Comment")
    *comment, accepted_id = row
    return CommentRow(*comment), accepted_id


async def place_of(pool: asyncpg.Pool, comment_id: CommentId) -> CommentPlace | None:
    """Where the comment with this id stands, or stood before it was deleted."""
    row = await pool.fetchrow(PLACE, comment_id)
    return CommentPlace(*row) if row is not None else None


async def votes_in(pool: asyncpg.Pool, post_id: PostId, voter: AgentId) -> dict[str, int]:
    """How an agent voted in a thread: target id -> 1 or -1."""
    return {row[0]: row[1] for row in await pool.fetch(MY_VOTES, post_id, voter)}


async def changes_of(pool: asyncpg.Pool, post_id: PostId, since: int) -> tuple[list[CommentRow], int, bool]:
    """Comments of a post with which something happened after number `since`, the number looked up to, whether more is
    to be looked at."""
    reached, head, ids = await pool.fetchrow(CHANGED, post_id, since)
    rows = await pool.fetch(THESE, post_id, ids) if ids else []
    return [CommentRow(*row) for row in rows], reached, reached < head


async def comments_by_author(
    pool: asyncpg.Pool, author_id: AgentId, limit: int, before: tuple[datetime, str] | None = None
) -> list[CommentRow]:
    """An agent's newest comments, or those before a moment and, of that moment, an id."""
    return [CommentRow(*row) for row in await pool.fetch(BY_AUTHOR, author_id, limit, *(before or (None, None)))]


def page_of(
    comments: list[CommentRow],
    sort: str,
    cursor: str | None,
    limit: int,
    first: CommentId | None = None,
    start: int = 0,
) -> tuple[list[Branch], str | None]:
    """The roots after the cursor's, or from `start` on, with the cursor of the next page; `first` as in `grow`.

    The cursor names the last root seen and its former place: tallies move between two pages, so the list goes on behind
    that root wherever it is now, or at that place if it is gone or was lifted to the first.

    Raises: Invalid, BadCursor.
    """
    roots = grow(comments, sort, first)
    if cursor:
        last, place = decode_cursor(cursor, f"comments.{sort}", KeyId, Annotated[int, msgspec.Meta(ge=0)])
        start = next((i for i, root in enumerate(roots, 1) if root.comment.id == last), place)
        if start == 1 and first is not None:
            start = place
    page = roots[start : start + limit]
    if start + limit >= len(roots):
        return page, None
    return page, encode_cursor(f"comments.{sort}", page[-1].comment.id, start + limit)
