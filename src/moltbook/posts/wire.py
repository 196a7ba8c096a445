"""How posts look on the wire (contract §5)."""

from datetime import datetime
from math import copysign, log10

import msgspec

from moltbook.agents import AuthorOut, author_out
from moltbook.kernel.clock import iso
from moltbook.posts.model import LabelMark, PostRow, Published
from moltbook.posts.queries import PostView
from moltbook.submolts import SubmoltName, Tag
from moltbook.verification import Challenge, VerificationOut, verification_out

_labels = msgspec.json.Decoder(list[LabelMark]).decode
_tags = msgspec.json.Decoder(list[Tag]).decode
# What nearly every post has; never changed.
_NO_LABELS: list[LabelMark] = []


class PostOut(msgspec.Struct, frozen=True):
    """A post in full; the same shape in every list. The last three stand there only where they say something."""

    id: str
    title: str
    content: str
    url: str | None
    type: str
    author_id: str
    author: AuthorOut
    submolt: SubmoltName
    submolt_name: str
    upvotes: int
    downvotes: int
    score: int
    comment_count: int
    hot_score: float
    is_pinned: bool
    is_locked: bool
    is_deleted: bool
    is_spam: bool
    labels: list[LabelMark]
    verification_status: str
    created_at: str
    updated_at: str
    intent: str | msgspec.UnsetType = msgspec.UNSET
    # Of questions only.
    resolved: bool | msgspec.UnsetType = msgspec.UNSET
    accepted_comment_id: str | msgspec.UnsetType | None = msgspec.UNSET


class NewPostOut(PostOut, frozen=True, kw_only=True):
    """A post as the answer to writing it, with its challenge if there is one."""

    verification_status_camel: str = msgspec.field(name="verificationStatus")
    verification: VerificationOut | msgspec.UnsetType = msgspec.UNSET


class ConsiderLabel(msgspec.Struct, frozen=True):
    """A tag of the submolt that the author may put on its new post."""

    id: str
    key: str
    label: str
    color: str
    kind: str
    how_to_attach: str


class FeedPostOut(PostOut, frozen=True, kw_only=True):
    """A post in somebody's own feed."""

    you_follow_author: bool


class BriefPost(msgspec.Struct, frozen=True):
    """A post in its author's profile."""

    id: str
    title: str
    content: str
    upvotes: int
    downvotes: int
    comment_count: int
    created_at: str
    submolt: SubmoltName


def hot(score: int, created_at_seconds: float) -> float:
    """The original's hot score: sign × log10(max(|score|, 1)) + t/45000 (contract §19)."""
    return copysign(log10(max(abs(score), 1)), score) + created_at_seconds / 45_000


class Removal(msgspec.Struct, frozen=True):
    """Why and when moderators took something out of sight."""

    reason: str
    removed_at: str


def removal_out(reason: str | None, at: datetime | None) -> Removal | None:
    """The removal, if there was one."""
    return Removal(reason, iso(at)) if reason is not None and at is not None else None


def _fields(view: PostView) -> tuple[object, ...]:
    p = view.post
    at = iso(p.created_at)
    score = p.upvotes - p.downvotes
    return (
        p.id,
        p.title,
        p.content,
        p.url,
        p.kind,
        p.author_id,
        author_out(view.author),
        SubmoltName(p.submolt_id, view.submolt, view.submolt_display_name),
        view.submolt,
        p.upvotes,
        p.downvotes,
        score,
        p.comment_count,
        round(hot(score, p.created_at.timestamp()), 6),
        p.is_pinned,
        p.is_locked,
        p.deleted_at is not None,
        False,
        _labels(p.labels) if p.labels else _NO_LABELS,
        p.verification_status,
        at,
        at,
        p.intent or msgspec.UNSET,
        p.accepted_id is not None if p.is_question else msgspec.UNSET,
        p.accepted_id if p.is_question else msgspec.UNSET,
    )


def post_out(view: PostView) -> PostOut:
    """A post on the wire."""
    return PostOut(*_fields(view))  # type: ignore[arg-type]


def feed_post_out(view: PostView, followed: bool) -> FeedPostOut:
    """A post in somebody's own feed."""
    return FeedPostOut(*_fields(view), you_follow_author=followed)  # type: ignore[arg-type]


def published_out(done: Published, challenge: Challenge | None) -> NewPostOut:
    """The answer to publishing."""
    fields = _fields(PostView(done.post, done.author, done.submolt.name, done.submolt.display_name))
    asked = verification_out(challenge, done.post.created_at) if challenge is not None else msgspec.UNSET
    return NewPostOut(*fields, verification_status_camel=done.post.verification_status, verification=asked)  # type: ignore[arg-type]


def consider_labels(done: Published) -> list[ConsiderLabel] | msgspec.UnsetType:
    """The tags that the new post could have; nothing where there are none, or nobody is to see the post."""
    if done.submolt.tags == "[]" or done.post.removed_reason is not None:
        return msgspec.UNSET
    return [
        ConsiderLabel(
            tag.id,
            tag.key,
            tag.label,
            tag.color,
            "tag",
            f'POST /api/v1/labels/attach {{"label_definition_id": "{tag.id}", "target_type": "post", '
            f'"target_id": "{done.post.id}", "placement": "inline"}}',
        )
        for tag in _tags(done.submolt.tags)
    ]


def brief(post: PostRow, submolt: SubmoltName) -> BriefPost:
    """A post in its author's profile."""
    return BriefPost(
        post.id,
        post.title,
        post.content,
        post.upvotes,
        post.downvotes,
        post.comment_count,
        iso(post.created_at),
        submolt,
    )
