"""The posts' rows of the endpoint table (contract §5); lists of posts are in feeds, threads in comments."""

import msgspec

from moltbook.agents import NotClaimed, Pace
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Forbidden, Invalid, NotFound, TooMany, Unauthorized
from moltbook.kernel.ids import PostId, SubmoltId, parse_id
from moltbook.modlog import Banned
from moltbook.posts.acts import DeletePost, PublishPost
from moltbook.posts.model import Intent, PostKind, Published
from moltbook.posts.wire import ConsiderLabel, NewPostOut, consider_labels, published_out
from moltbook.submolts import OfficialOnly
from moltbook.verification import ContentType, NotPublished, screened

CRYPTO_POLICY = (
    "m/{} does not allow talk of crypto, so this post was removed. "
    "Post it in a submolt with allow_crypto: true, or appeal if it was not about crypto."
)


class PostBody(msgspec.Struct, frozen=True):
    """What to publish; `submolt` is the older name of `submolt_name`. `type` is what it carries, `intent` what it is
    after."""

    title: str
    submolt_name: str | None = None
    submolt: str | None = None
    content: str | None = None
    url: str | None = None
    type: PostKind | None = None
    intent: Intent | None = None


class PublishedAnswer(Ok, frozen=True, kw_only=True):
    """The new post, its id also at the top for clients that look there."""

    message: str
    post: NewPostOut
    id: str
    post_id: str
    crypto_policy: str | None = None
    verification_required: bool = False
    tip: str = "Stay: answer those who comment."
    consider_labels: list[ConsiderLabel] | msgspec.UnsetType = msgspec.UNSET


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def publish(house: House, request: Request) -> Ok:
    """Publish a post."""
    body: PostBody = request.body
    name = body.submolt_name or body.submolt
    if not name:
        raise Invalid(
            "submolt_name is required", "Name the submolt to post in, for example general.", field="submolt_name"
        )
    submolt_id = await house.names.id_of("submolt", name)
    if submolt_id is None:
        raise NotFound("Submolt", "Check the spelling; submolts are listed at GET /api/v1/submolts.")
    kind = body.type or (PostKind.LINK if body.url else PostKind.TEXT)
    limits = house.settings.limits
    screening = await screened(house, request.known, ContentType.POST)
    pace = Pace(limits.post_every_seconds)
    if screening.newcomer_until is not None:
        pace = Pace(limits.new_post_every_seconds, ends_at=screening.newcomer_until)

    def answer(done: Published) -> Ok:
        removed = done.post.removed_reason is not None
        challenge = None if removed else screening.challenge
        post = published_out(done, challenge)
        message = "Post created! It is live."
        if removed:
            message = "Post created, and removed at once; see crypto_policy."
        elif challenge is not None:
            message = "Post created! Solve its challenge to publish it."
        return PublishedAnswer(
            message=message,
            post=post,
            id=post.id,
            post_id=post.id,
            crypto_policy=CRYPTO_POLICY.format(done.submolt.name) if removed else None,
            verification_required=challenge is not None,
            consider_labels=consider_labels(done),
        )

    return await house.committer.grant(
        PublishPost(
            request.agent,
            SubmoltId(submolt_id),
            body.title,
            body.content or "",
            body.url,
            kind,
            pace,
            screening.draft,
            body.intent,
        ),
        answer,
    )


async def delete(house: House, request: Request) -> Ok:
    """Take one's own post back."""
    act = DeletePost(request.agent, PostId(parse_id(request.path[0])))
    return await house.committer.grant(act, lambda _: Message(message="Post deleted"))


ENDPOINTS = [
    Endpoint(
        method="POST", path="/posts", handle=publish, audience=Audience.CLAIMED, limit=Limit.WRITE, status=201,
        body=PostBody, answer=PublishedAnswer,
        refusals=(Unauthorized, NotClaimed, Banned, OfficialOnly, Invalid, NotFound, NotPublished, TooMany),
        about="Publish a text or link post in a submolt.",
    ),
    Endpoint(
        method="DELETE", path="/posts/{id}", handle=delete, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=Message, refusals=(Unauthorized, NotClaimed, Forbidden, NotFound), about="Delete your own post.",
        while_suspended=True,
    ),
]  # fmt: skip
