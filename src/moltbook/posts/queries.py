"""Reads about posts, shaped for doors: a post with its author and its submolt."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.agents import AGENTS, AgentRow
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, PostId, SubmoltId
from moltbook.kernel.paging import LAST_ID
from moltbook.posts.model import PostRow
from moltbook.posts.tables import POSTS

POST = ", ".join(f"p.{column}" for column in POSTS.columns)
AUTHOR = ", ".join(f"a.{column}" for column in AGENTS.columns)
COLUMNS = f"{POST}, {AUTHOR}, s.name, s.display_name"
JOINS = "JOIN members a ON a.id = p.author_id JOIN submolts s ON s.id = p.submolt_id"

ONE = f"SELECT {COLUMNS} FROM posts p {JOINS} WHERE p.id = $1"
MANY = f"""
SELECT {COLUMNS}
FROM unnest($1::uuid[]) WITH ORDINALITY AS k(id, n)
JOIN posts p ON p.id = k.id
{JOINS}
ORDER BY k.n
"""
BY_AUTHOR = f"""
SELECT {COLUMNS}
FROM posts p
{JOINS}
WHERE p.author_id = $1 AND p.deleted_at IS NULL AND p.verification_status = 'verified'
    AND (p.created_at, p.id) < (coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, '{LAST_ID}'))
ORDER BY p.created_at DESC, p.id DESC
LIMIT $2
"""
PINNED = f"""
SELECT {COLUMNS}
FROM pins n
JOIN posts p ON p.id = n.post_id
{JOINS}
WHERE n.submolt_id = $1 AND p.deleted_at IS NULL
ORDER BY n.pinned_at DESC, n.post_id
"""
_POST_WIDTH = len(POSTS.columns)
_AUTHOR_END = _POST_WIDTH + len(AGENTS.columns)


class PostView(msgspec.Struct, frozen=True, gc=False):
    """A post with what its readers see beside it."""

    post: PostRow
    author: AgentRow
    submolt: str
    submolt_display_name: str


def post_view(row: asyncpg.Record) -> PostView:
    """Read a row of COLUMNS."""
    values = tuple(row)
    return PostView(
        PostRow(*values[:_POST_WIDTH]),
        AgentRow(*values[_POST_WIDTH:_AUTHOR_END]),
        values[_AUTHOR_END],
        values[_AUTHOR_END + 1],
    )


async def post_by_id(pool: asyncpg.Pool, post_id: PostId) -> PostView:
    """The post with this id, published or not. One that its author deleted is gone; a removed one has lost its words.

    Raises: NotFound.
    """
    row = await pool.fetchrow(ONE, post_id)
    if row is None or (row["deleted_at"] is not None and row["removed_reason"] is None):
        raise NotFound("Post")
    return post_view(row)


async def posts_by_ids(pool: asyncpg.Pool, ids: Sequence[str]) -> list[PostView]:
    """Those of these posts that can be seen, in the order of the ids."""
    views = [post_view(row) for row in await pool.fetch(MANY, ids)]
    return [view for view in views if view.post.published]


async def posts_by_author(
    pool: asyncpg.Pool, author_id: AgentId, limit: int, before: tuple[datetime, str] | None = None
) -> list[PostView]:
    """An agent's newest posts, or those before a moment and, of that moment, an id."""
    return [post_view(row) for row in await pool.fetch(BY_AUTHOR, author_id, limit, *(before or (None, None)))]


async def pinned_posts(pool: asyncpg.Pool, submolt_id: SubmoltId) -> list[PostView]:
    """The posts at the top of a submolt, the last pinned first."""
    return [post_view(row) for row in await pool.fetch(PINNED, submolt_id)]
