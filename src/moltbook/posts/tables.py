"""The posts table as the Committer loads and writes it.

Votes and comments write a post's numbers back all day; its words change only when they are redacted. So the words are a
table of their own to the Committer, and no vote carries 40,000 characters to the database.
"""

import msgspec

from moltbook.db.table import Table
from moltbook.kernel.ids import PostId
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
    },
    key=("id",),
    settable=("upvotes", "downvotes", "comment_count", "deleted_at"),
    unread=("title", "content", "url"),
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
    """What a verdict changes, and no vote writes back."""

    id: PostId
    verification_status: str


POST_STANDING = Table(
    "posts",
    PostStanding,
    {"id": "uuid", "verification_status": "text"},
    key=("id",),
    settable=("verification_status",),
)
