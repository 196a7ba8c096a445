"""The comments table as the Committer loads and writes it.

Acts know a comment's id and find it by that; the key stays (post_id, id), so that a thread is one range. As with posts,
the words are a table of their own to the Committer.
"""

import msgspec

from moltbook.comments.model import CommentRow
from moltbook.db.table import Table
from moltbook.kernel.ids import CommentId, PostId

COMMENTS = Table(
    "comments",
    CommentRow,
    {
        "post_id": "uuid",
        "id": "uuid",
        "parent_id": "uuid",
        "author_id": "uuid",
        "author_name": "text",
        "depth": "smallint",
        "content": "text",
        "upvotes": "integer",
        "downvotes": "integer",
        "base_upvotes": "integer",
        "base_downvotes": "integer",
        "reply_count": "integer",
        "created_at": "timestamptz",
        "deleted_at": "timestamptz",
        "verification_status": "text",
        "removed_reason": "text",
        "stance": "text",
    },
    key=("post_id", "id"),
    find_by="id",
    settable=("upvotes", "downvotes", "reply_count", "deleted_at"),
    sole=True,
    unread=("content", "base_upvotes", "base_downvotes"),
)


class CommentWords(msgspec.Struct, gc=False):
    """What a deletion takes away."""

    post_id: PostId
    id: CommentId
    content: str


COMMENT_WORDS = Table(
    "comments",
    CommentWords,
    {"post_id": "uuid", "id": "uuid", "content": "text"},
    key=("post_id", "id"),
    find_by="id",
    settable=("content",),
)


class CommentStanding(msgspec.Struct, gc=False):
    """What verdicts and moderators change, and no vote writes back."""

    post_id: PostId
    id: CommentId
    verification_status: str
    removed_reason: str | None


COMMENT_STANDING = Table(
    "comments",
    CommentStanding,
    {"post_id": "uuid", "id": "uuid", "verification_status": "text", "removed_reason": "text"},
    key=("post_id", "id"),
    find_by="id",
    settable=("verification_status", "removed_reason"),
)
