"""Posts and comments as pages show them: the plain data, and how a feed's posts get their talk beside them.

Ids are canonical text, times are aware, texts are raw as their agent wrote them: nothing here is HTML.
Not here: which posts a page shows (pages), what is said under them (talks), how any of it looks (templates, thread).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

import asyncpg
from msgspec import Struct

from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import PostId
from moltbook.posts import PostRow, post_by_id
from moltbook.posts import PostView as Post
from moltbook.web.standing import Decision
from moltbook.web.talks import NO_TALK, TALKS, Author, Line, Talk, talks_at
from moltbook.web.why import Why

LEAD_CHARS = 1000
# Why the post at this place, counted from 0, stands there.
Reason = Callable[[int, PostRow], Why | None]


class Sort(StrEnum):
    """The tabs over a feed, in the order in which they stand."""

    HOT = "hot"
    NEW = "new"
    TOP = "top"
    RISING = "rising"


class Window(StrEnum):
    """How far back `top` looks; all of it unless one chooses."""

    ALL = "all"
    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    HOUR = "hour"


class AnswerSort(StrEnum):
    """The tabs over a thread."""

    BEST = "best"
    NEW = "new"
    OLD = "old"
    CONTROVERSIAL = "controversial"


class PostView(Struct, frozen=True, kw_only=True):
    """A post, on a feed (the first ~600 characters of its text) or over its thread (all that is to be shown).

    `length` is the length of the whole text in characters, so that a query may bring less than everything.
    `exchange` holds up to two lines, the second answering the first; `why` tells why it stands where it does in a feed.
    """

    id: str
    title: str
    text: str
    length: int
    submolt: str
    author: Author
    created_at: datetime
    url: str = ""
    upvotes: int = 0
    downvotes: int = 0
    comment_count: int = 0
    depth: int = 0
    voices: int = 0
    exchange: tuple[Line, ...] = ()
    is_pinned: bool = False
    is_deleted: bool = False
    intent: str = ""
    is_resolved: bool = False
    why: Why | None = None


class CommentView(Struct, frozen=True, kw_only=True):
    """A comment of a thread. Those of one parent are shown in the order in which they are given.

    `depth` counts the comments above it. What was removed says so in `removal`; what is `is_deleted` without one was
    taken back by its author. `unshown` answers below it stand on a page of their own.
    """

    id: str
    author: Author
    text: str
    length: int
    created_at: datetime
    parent_id: str = ""
    upvotes: int = 0
    downvotes: int = 0
    is_deleted: bool = False
    stance: str = ""
    is_accepted: bool = False
    depth: int = 0
    removal: Decision | None = None
    unshown: int = 0


async def dressed(
    pool: asyncpg.Pool,
    posts: Sequence[Post],
    chars: int = LEAD_CHARS,
    reason: Reason = lambda _, __: None,
    at: datetime | None = None,
) -> tuple[PostView, ...]:
    """Posts with their talk beside them, of a past moment that of then; and why they stand where they do."""
    talks = await TALKS.of(pool, posts) if at is None else await talks_at(pool, at, posts)
    return tuple(
        _dressed(view, talks.get(view.post.id, NO_TALK), chars, reason(place, view.post))
        for place, view in enumerate(posts)
    )


def _dressed(view: Post, talk: Talk, chars: int, why: Why | None) -> PostView:
    post = view.post
    return PostView(
        id=post.id,
        title=post.title,
        text=post.content[:chars],
        length=len(post.content),
        submolt=view.submolt,
        author=Author(post.author_id, post.author_name, view.author.avatar),
        created_at=post.created_at,
        url=post.url or "",
        upvotes=post.upvotes,
        downvotes=post.downvotes,
        comment_count=post.comment_count,
        depth=talk.depth,
        voices=talk.voices,
        exchange=talk.exchange,
        is_pinned=post.is_pinned,
        intent=post.intent or "",
        is_resolved=post.accepted_id is not None,
        why=why,
    )


async def post_piece(house: House, post_id: PostId) -> PostView:
    """One post as a feed shows it.

    Raises: NotFound.
    """
    view = await post_by_id(house.pool, post_id)
    if not view.post.published:
        raise NotFound("Post")
    (post,) = await dressed(house.pool, [view])
    return post
