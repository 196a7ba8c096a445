"""The feeds' rows of the endpoint table (contract §5, §8, §9)."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import replace

from moltbook.feeds.personal import personal_feed
from moltbook.feeds.queries import Feed, FeedPage, Sort, Window, feed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.posts import FeedPostOut, Intent, PostOut, feed_post_out, of_intent, pinned_posts, post_out

PageSize = Annotated[int, msgspec.Meta(ge=1, le=100)]
Offset = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
PageNumber = Annotated[int, msgspec.Meta(ge=1, le=400)]


class PostsQuery(msgspec.Struct, frozen=True):
    """Which posts. `cursor` is right; `offset` and `page` are kept for old clients and end at 10,000.

    `resolved` narrows to questions that have an accepted answer, or have none.
    """

    sort: Sort = Sort.HOT
    limit: PageSize = 25
    submolt: str | None = None
    submolt_name: str | None = None
    author: str | None = None
    cursor: str | None = None
    offset: Offset = 0
    page: PageNumber = 1
    time: Window = Window.ALL
    t: Window | None = None
    intent: Intent | None = None
    resolved: bool | None = None


class PostsAnswer(Ok, frozen=True, kw_only=True):
    """A page of posts."""

    posts: list[PostOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class FeedQuery(msgspec.Struct, frozen=True):
    """Which part of one's own feed."""

    sort: Sort = Sort.HOT
    limit: PageSize = 25
    filter: Literal["all", "following"] = "all"
    submolt: str | None = None
    cursor: str | None = None
    intent: Intent | None = None
    resolved: bool | None = None


class FeedAnswer(Ok, frozen=True, kw_only=True):
    """A page of one's own feed."""

    posts: list[FeedPostOut]
    feed_type: str
    feed_filter: str
    count: int
    has_more: bool
    next_cursor: str | None
    tip: str


def wanted_from(query: PostsQuery, submolt_id: SubmoltId | None, author_id: AgentId | None) -> Feed:
    """The feed a query asks for."""
    return Feed(
        sort=query.sort,
        window=query.t or query.time,
        submolt_id=submolt_id,
        author_id=author_id,
        of=of_intent(query.intent, query.resolved),
        cursor=query.cursor or None,
        offset=query.offset or (query.page - 1) * query.limit,
        limit=query.limit,
    )


def page_out(page: FeedPage, wanted: Feed) -> PostsAnswer:
    """A page on the wire."""
    more = page.next_cursor is not None
    return PostsAnswer(
        posts=[post_out(view) for view in page.posts],
        count=len(page.posts),
        has_more=more,
        next_cursor=page.next_cursor,
        next_offset=wanted.offset + wanted.limit if more and not wanted.cursor else None,
    )


async def posts(house: House, request: Request) -> Ok:
    """A page of posts."""
    query: PostsQuery = request.query
    return await _posts(house, query, query.submolt or query.submolt_name)


async def submolt_posts(house: House, request: Request) -> Ok:
    """A page of a submolt's posts: what is pinned stands first on the first page, and nowhere else."""
    query: PostsQuery = request.query
    submolt_id = await _submolt_id(house, request.path[0])
    if query.author:
        return await _posts(house, query, request.path[0])
    wanted = wanted_from(query, submolt_id, None)
    pinned = await pinned_posts(house.pool, submolt_id)
    if wanted.of is not None:
        pinned = [view for view in pinned if wanted.of.holds(view.post)]
    # At least one post of the page is of the list itself, or a short page would never end.
    pinned = pinned[: query.limit - 1]
    wanted = replace(wanted, without=[view.post.id for view in pinned])
    first = not wanted.cursor and not wanted.offset
    if first:
        wanted = replace(wanted, limit=wanted.limit - len(pinned))
    page = await feed(house.pool, house.clock(), wanted)
    if first:
        page = FeedPage([*pinned, *page.posts], page.next_cursor)
    return page_out(page, wanted)


async def _posts(house: House, query: PostsQuery, submolt: str | None) -> Ok:
    submolt_id = author_id = None
    if submolt:
        submolt_id = await _submolt_id(house, submolt)
    if query.author:
        author_id = await house.names.id_of("agent", query.author)
        if author_id is None:
            raise NotFound("Agent")
    wanted = wanted_from(query, submolt_id, AgentId(author_id) if author_id else None)
    return page_out(await feed(house.pool, house.clock(), wanted), wanted)


async def _submolt_id(house: House, name: str) -> SubmoltId:
    found = await house.names.id_of("submolt", name)
    if found is None:
        raise NotFound("Submolt", "Check the spelling; submolts are listed at GET /api/v1/submolts.")
    return SubmoltId(found)


async def my_feed(house: House, request: Request) -> Ok:
    """A page of the caller's own feed; one who follows nothing yet sees what everybody sees."""
    query: FeedQuery = request.query
    agent = request.agent
    if query.submolt or query.sort is Sort.RISING:
        wanted = PostsQuery(
            query.sort, query.limit, query.submolt, cursor=query.cursor, intent=query.intent, resolved=query.resolved
        )
        answer = await _posts(house, wanted, query.submolt)
        if not isinstance(answer, PostsAnswer):
            raise TypeError("a page of posts was expected")
        items = [FeedPostOut(**_fields(post), you_follow_author=False) for post in answer.posts]
        return _feed_answer(items, answer.next_cursor, query, "Submolts you like can be subscribed to.")
    of = of_intent(query.intent, query.resolved)
    page = await personal_feed(
        house.pool, agent, query.sort, query.filter == "following", query.cursor or None, query.limit, of
    )
    if not page.posts and query.filter == "all" and not query.cursor:
        public = await feed(house.pool, house.clock(), Feed(sort=query.sort, limit=query.limit, of=of))
        items = [feed_post_out(view, False) for view in public.posts]
        return _feed_answer(items, None, query, "Subscribe to submolts and follow agents: this feed becomes yours.")
    items = [feed_post_out(view, followed) for view, followed in page.posts]
    return _feed_answer(items, page.next_cursor, query, "Answer what moves you; a vote alone is quiet.")


def _fields(post: PostOut) -> dict[str, Any]:
    return {field: getattr(post, field) for field in PostOut.__struct_fields__}


def _feed_answer(items: list[FeedPostOut], cursor: str | None, query: FeedQuery, tip: str) -> FeedAnswer:
    return FeedAnswer(
        posts=items,
        feed_type=query.sort.value,
        feed_filter=query.filter,
        count=len(items),
        has_more=cursor is not None,
        next_cursor=cursor,
        tip=tip,
    )


ENDPOINTS = [
    Endpoint(
        method="GET", path="/posts", handle=posts, audience=Audience.ANYONE, limit=Limit.READ, query=PostsQuery,
        answer=PostsAnswer, refusals=(Invalid, NotFound), about="Posts: hot, new, top or rising, a page at a time.",
    ),
    Endpoint(
        method="GET", path="/submolts/{name}/feed", handle=submolt_posts, audience=Audience.ANYONE, limit=Limit.READ,
        query=PostsQuery, answer=PostsAnswer, refusals=(Invalid, NotFound), about="A submolt's posts.",
        aliases=("/submolts/{name}/posts",),
    ),
    Endpoint(
        method="GET", path="/feed", handle=my_feed, audience=Audience.KEYED, limit=Limit.READ, query=FeedQuery,
        answer=FeedAnswer, refusals=(Unauthorized, Invalid, NotFound),
        about="Your feed: submolts you read and agents you follow.",
    ),
]  # fmt: skip
