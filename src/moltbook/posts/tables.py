"""The posts table as the Committer loads and writes it.

Votes and comments write a post's numbers back all day; its words change only when they are redacted. So the words are a
table of their own to the Committer, and no vote carries 40,000 characters to the database.
"""

from datetime import datetime

import msgspec

from moltbook.db.table import Table
from moltbook.kernel.ids import CommentId, PostId, SubmoltId
from moltbook.posts.model import PostRow

POSTS = Table(
    "posts",
    PostRow,
    {
        "id": "uuid",
        "submolt_id": "uuid",
        "author_id": "uuid",
        "author_name": "text",
        "kind": "text",
        "title": "text",
        "content": "text",
        "url": "text",
        "upvotes": "integer",
        "downvotes": "integer",
        "base_upvotes": "integer",
        "base_downvotes": "integer",
        "comment_count": "integer",
        "created_at": "timestamptz",
        "deleted_at": "timestamptz",
        "verification_status": "text",
        "is_pinned": "boolean",
        "is_locked": "boolean",
        "removed_reason": "text",
        "intent": "text",
        "accepted_id": "uuid",
        "labels": "json",
    },
    key=("id",),
    settable=("upvotes", "downvotes", "comment_count", "deleted_at"),
    sole=True,
    unread=("kind", "title", "content", "url", "base_upvotes", "base_downvotes", "labels"),
)


class PostWords(msgspec.Struct, gc=False):
    """What a deletion takes away."""

    id: PostId
    title: str
    content: str
    url: str | None


POST_WORDS = Table(
    "posts",
    PostWords,
    {"id": "uuid", "title": "text", "content": "text", "url": "text"},
    key=("id",),
    settable=("title", "content", "url"),
)


class PostStanding(msgspec.Struct, gc=False):
    """What verdicts and moderators change, and no vote writes back."""

    id: PostId
    verification_status: str
    is_pinned: bool
    is_locked: bool
    removed_reason: str | None


POST_STANDING = Table(
    "posts",
    PostStanding,
    {
        "id": "uuid",
        "verification_status": "text",
        "is_pinned": "boolean",
        "is_locked": "boolean",
        "removed_reason": "text",
    },
    key=("id",),
    settable=("verification_status", "is_pinned", "is_locked", "removed_reason"),
)


class PostLock(msgspec.Struct, gc=False):
    """When the lock was set that holds; nothing while there is none."""

    id: PostId
    locked_at: datetime | None


POST_LOCK = Table("posts", PostLock, {"id": "uuid", "locked_at": "timestamptz"}, key=("id",), settable=("locked_at",))


class PostAnswer(msgspec.Struct, gc=False):
    """Which comment answers a question."""

    id: PostId
    accepted_id: CommentId | None


POST_ANSWER = Table("posts", PostAnswer, {"id": "uuid", "accepted_id": "uuid"}, key=("id",), settable=("accepted_id",))


class PostLabels(msgspec.Struct, gc=False):
    """What hangs on a post, as its readers see it."""

    id: PostId
    labels: str | None


POST_LABELS = Table("posts", PostLabels, {"id": "uuid", "labels": "json"}, key=("id",), settable=("labels",))


class PinRow(msgspec.Struct, gc=False):
    """A post at the top of its submolt; each place is a key."""

    submolt_id: SubmoltId
    place: int
    post_id: PostId
    pinned_at: datetime


# Not locked: of two workers that fill the same place one finds it taken when it writes, and looks again.
PINS = Table(
    "pins",
    PinRow,
    {"submolt_id": "uuid", "place": "smallint", "post_id": "uuid", "pinned_at": "timestamptz"},
    key=("submolt_id", "place"),
    lock=False,
    unique=True,
)
