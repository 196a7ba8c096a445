"""What a comment is and what happens to it (contract §6)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.agents import AgentRow
from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, CommentId, PostId


class Stance(StrEnum):
    """How a comment stands to what it answers; most do not say."""

    ANSWER = "answer"
    OBJECTION = "objection"
    EXTENSION = "extension"


class CommentRow(msgspec.Struct, gc=False, omit_defaults=True):
    """A comment. Tallies are base (imported) plus the sum of its vote rows.

    What has a default here may be null, and does not travel to the database while it is.
    """

    post_id: PostId
    id: CommentId
    parent_id: CommentId | None
    author_id: AgentId
    author_name: str
    depth: int
    content: str
    upvotes: int
    downvotes: int
    base_upvotes: int
    base_downvotes: int
    reply_count: int
    created_at: datetime
    deleted_at: datetime | None
    verification_status: str
    removed_reason: str | None = None
    stance: str | None = None


class CommentPlace(msgspec.Struct, frozen=True):
    """A comment, its post and what it answers. None of this ever changes, so it can be looked up before an act."""

    id: CommentId
    post_id: PostId
    parent_id: CommentId | None


class CommentPublished(Event, frozen=True, tag="comment.published"):
    """Somebody answered a post or a comment. The words are read from the comment."""

    post_id: PostId
    comment_id: CommentId
    parent_id: CommentId | None
    author_id: AgentId
    author: str
    created_at: datetime
    comment_count: int
    upvotes: int = 0
    downvotes: int = 0
    stance: str | msgspec.UnsetType = msgspec.UNSET


class CommentDeleted(Event, frozen=True, tag="comment.deleted"):
    """The author took a comment back."""

    post_id: PostId
    comment_id: CommentId
    comment_count: int


class CommentWithdrawn(Event, frozen=True, tag="comment.withdrawn"):
    """The author took a comment back that nobody sees: it never was published, or is removed. Not public."""

    post_id: PostId
    comment_id: CommentId


class CommentRemoved(Event, frozen=True, tag="comment.removed"):
    """A moderator took a comment out of sight."""

    post_id: PostId
    comment_id: CommentId
    author_id: AgentId
    reason: str
    comment_count: int


class CommentRestored(Event, frozen=True, tag="comment.restored"):
    """A removed comment is to be seen again, as it was."""

    post_id: PostId
    comment_id: CommentId
    author_id: AgentId
    comment_count: int


class Written(msgspec.Struct, frozen=True):
    """The answer to writing a comment."""

    comment: CommentRow
    author: AgentRow
