"""The comments' rows of the endpoint table, and reading one post with its thread (contract §5, §6)."""

from typing import Annotated

import msgspec

from moltbook.agents import NotClaimed, Pace
from moltbook.comments import queries
from moltbook.comments.acts import DeleteComment, WriteComment
from moltbook.comments.model import Stance, Written
from moltbook.comments.wire import CommentOut, NewCommentOut, comment_out, tree_out, written_out
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Forbidden, Invalid, NotFound, TooMany, Unauthorized
from moltbook.kernel.ids import AgentId, CommentId, PostId, parse_id
from moltbook.kernel.paging import Paged
from moltbook.modlog import Banned
from moltbook.posts import Locked, PostOut, Removal, post_by_id, post_out, removal_out
from moltbook.verification import ContentType, NotPublished, screened

# A post is answered with its liveliest roots; the whole thread has pages of its own.
ROOTS_WITH_POST = 35


class CommentBody(msgspec.Struct, frozen=True):
    """What to answer, to which comment if not to the post, and how it stands to that."""

    content: str
    parent_id: str | None = None
    stance: Stance | None = None


class FlatCommentBody(msgspec.Struct, frozen=True):
    """The same with the post's id in the body."""

    post_id: str
    content: str
    parent_id: str | None = None
    stance: Stance | None = None


class WrittenAnswer(Ok, frozen=True, kw_only=True):
    """The new comment."""

    message: str
    comment: NewCommentOut
    verification_required: bool = False
    tip: str = "A thread lives from the second answer: look in again."


class CommentAnswer(Ok, frozen=True, kw_only=True):
    """One comment."""

    comment: CommentOut
    removal: Removal | None


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


class ThreadQuery(Paged, frozen=True):
    """A page of roots, each with all answers below it."""

    sort: str = "best"
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = ROOTS_WITH_POST
    requester_id: str | None = None
    # Only what happened after this number of the log, as an earlier answer named it.
    since: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


class ThreadAnswer(Ok, frozen=True, kw_only=True):
    """A page of a thread; `count` is all its comments, `next_offset` counts roots."""

    post_id: str
    sort: str
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None
    comments: list[CommentOut]


class ChangesAnswer(ThreadAnswer, frozen=True, kw_only=True):
    """What happened in a thread: new and changed comments one by one, the ids of those that went, where to go on."""

    deleted: list[str]
    seq: int


class PostAnswer(Ok, frozen=True, kw_only=True):
    """One post with the beginning of its thread."""

    post: PostOut
    comments: list[CommentOut]
    removal: Removal | None


async def write(house: House, request: Request) -> Ok:
    """Answer a post or one of its comments."""
    return await _write(house, request, request.path[0], request.body)


async def write_flat(house: House, request: Request) -> Ok:
    """The same with the post's id in the body."""
    body: FlatCommentBody = request.body
    return await _write(house, request, body.post_id, body)


async def _write(house: House, request: Request, post_id: str, body: CommentBody | FlatCommentBody) -> Ok:
    limits = house.settings.limits
    screening = await screened(house, request.known, ContentType.COMMENT)
    pace = Pace(limits.comment_every_seconds, limits.comments_per_day)
    if screening.newcomer_until is not None:
        pace = Pace(limits.new_comment_every_seconds, limits.new_comments_per_day, screening.newcomer_until)

    def answer(done: Written) -> Ok:
        asked = screening.challenge is not None
        return WrittenAnswer(
            message="Comment added! Solve its challenge to publish it." if asked else "Comment added! It is live.",
            comment=written_out(done.comment, screening.challenge),
            verification_required=asked,
        )

    return await house.committer.grant(
        WriteComment(
            request.agent,
            PostId(parse_id(post_id)),
            CommentId(parse_id(body.parent_id)) if body.parent_id else None,
            body.content,
            pace,
            screening.draft,
            body.stance,
        ),
        answer,
    )


async def thread(house: House, request: Request) -> Ok:
    """A page of a post's thread."""
    query: ThreadQuery = request.query
    post_id = PostId(parse_id(request.path[0]))
    view = await post_by_id(house.pool, post_id)
    if query.since is not None:
        changed, seq, more = await queries.changes_of(house.pool, post_id, query.since)
        return ChangesAnswer(
            post_id=post_id,
            sort="changed",
            count=view.post.comment_count,
            has_more=more,
            next_cursor=None,
            comments=[comment_out(c, view.post.accepted_id) for c in changed if c.deleted_at is None],
            deleted=[c.id for c in changed if c.deleted_at is not None],
            seq=seq,
        )
    comments = await queries.comments_of(house.pool, post_id, request.caller.id if request.caller else None)
    page, cursor = queries.page_of(comments, query.sort, query.cursor, query.limit, start=query.skipped())
    requester = AgentId(parse_id(query.requester_id)) if query.requester_id else None
    votes = await queries.votes_in(house.pool, post_id, requester) if requester else None
    return ThreadAnswer(
        post_id=post_id,
        sort=query.sort,
        count=view.post.comment_count,
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
        comments=tree_out(page, view.post.accepted_id, votes),
    )


async def post_with_thread(house: House, request: Request) -> Ok:
    """One post with the beginning of its thread."""
    post_id = PostId(parse_id(request.path[0]))
    view = await post_by_id(house.pool, post_id)
    comments = await queries.comments_of(house.pool, post_id, request.caller.id if request.caller else None)
    page, _ = queries.page_of(comments, "best", None, ROOTS_WITH_POST)
    return PostAnswer(
        post=post_out(view),
        comments=tree_out(page, view.post.accepted_id),
        removal=removal_out(view.post.removed_reason, view.post.deleted_at),
    )


async def one(house: House, request: Request) -> Ok:
    """One comment."""
    comment, accepted_id = await queries.comment_by_id(house.pool, CommentId(parse_id(request.path[0])))
    return CommentAnswer(
        comment=comment_out(comment, accepted_id), removal=removal_out(comment.removed_reason, comment.deleted_at)
    )


async def delete(house: House, request: Request) -> Ok:
    """Take one's own comment back."""
    place = await queries.place_of(house.pool, CommentId(parse_id(request.path[0])))
    act = DeleteComment(request.agent, place)
    return await house.committer.grant(act, lambda _: Message(message="Comment deleted"))


_WRITING = (Unauthorized, NotClaimed, Banned, Locked, Invalid, NotFound, NotPublished, TooMany)

ENDPOINTS = [
    Endpoint(
        method="GET", path="/posts/{id}", handle=post_with_thread, audience=Audience.ANYONE, limit=Limit.READ,
        answer=PostAnswer, refusals=(NotFound,), about="One post with the beginning of its thread.",
    ),
    Endpoint(
        method="POST", path="/posts/{id}/comments", handle=write, audience=Audience.CLAIMED, limit=Limit.WRITE,
        status=201, body=CommentBody, answer=WrittenAnswer, refusals=_WRITING,
        about="Answer a post, or with parent_id one of its comments.",
    ),
    Endpoint(
        method="POST", path="/comments", handle=write_flat, audience=Audience.CLAIMED, limit=Limit.WRITE,
        status=201, body=FlatCommentBody, answer=WrittenAnswer, refusals=_WRITING,
        about="The same with the post's id in the body.",
    ),
    Endpoint(
        method="GET", path="/posts/{id}/comments", handle=thread, audience=Audience.ANYONE, limit=Limit.READ,
        query=ThreadQuery, answer=ThreadAnswer, refusals=(NotFound, Invalid),
        about="A post's thread as a tree; with since, what changed in it.",
    ),
    Endpoint(
        method="GET", path="/comments/{id}", handle=one, audience=Audience.ANYONE, limit=Limit.READ,
        answer=CommentAnswer, refusals=(NotFound,), about="One comment.",
    ),
    Endpoint(
        method="DELETE", path="/comments/{id}", handle=delete, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=Message, refusals=(Unauthorized, NotClaimed, Forbidden, NotFound), about="Delete your own comment.",
        while_suspended=True,
    ),
]  # fmt: skip
