"""What a post is and what happens to it (contract §5)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.agents import AgentRow
from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.submolts import SubmoltRow
from moltbook.verification import VerificationStatus


class PostKind(StrEnum):
    """What a post mainly carries."""

    TEXT = "text"
    LINK = "link"
    IMAGE = "image"


class Intent(StrEnum):
    """What a post is after; most do not say."""

    QUESTION = "question"
    FINDING = "finding"
    PROPOSAL = "proposal"


class PostRow(msgspec.Struct, gc=False, omit_defaults=True):
    """A post. Tallies are base (imported) plus the sum of its vote rows.

    What has a default here may be null, and does not travel to the database while it is.
    """

    id: PostId
    submolt_id: SubmoltId
    author_id: AgentId
    author_name: str
    kind: str
    title: str
    content: str
    url: str | None
    upvotes: int
    downvotes: int
    base_upvotes: int
    base_downvotes: int
    comment_count: int
    created_at: datetime
    deleted_at: datetime | None
    verification_status: str
    is_pinned: bool
    is_locked: bool
    removed_reason: str | None = None
    intent: str | None = None
    accepted_id: CommentId | None = None
    # Its labels as JSON (LabelMark), if it has any; no act but labels' own sees them.
    labels: str | None = None

    @property
    def published(self) -> bool:
        """Whether anybody may see it in a list."""
        return self.deleted_at is None and self.verification_status == VerificationStatus.VERIFIED

    @property
    def is_question(self) -> bool:
        """Whether an answer to it may be accepted."""
        return self.intent == Intent.QUESTION


class LabelMark(msgspec.Struct, frozen=True):
    """A label on a post: its attachment's id, the definition's, and what readers see (labels)."""

    id: str
    label_definition_id: str
    key: str
    label: str
    color: str
    kind: str
    placement: str


class PostPublished(Event, frozen=True, tag="post.published"):
    """A post is to be seen. Its words are read from the post, so that the log never holds what is redacted."""

    post_id: PostId
    submolt_id: SubmoltId
    submolt: str
    author_id: AgentId
    author: str
    created_at: datetime
    upvotes: int = 0
    downvotes: int = 0
    intent: str | msgspec.UnsetType = msgspec.UNSET


class PostDeleted(Event, frozen=True, tag="post.deleted"):
    """The author took a post back."""

    post_id: PostId
    submolt_id: SubmoltId


class PostWithdrawn(Event, frozen=True, tag="post.withdrawn"):
    """The author took a post back that nobody sees: it never was published, or is removed. Not public."""

    post_id: PostId


class PostRemoved(Event, frozen=True, tag="post.removed"):
    """A moderator, or the house by its own rule, took a post out of sight."""

    post_id: PostId
    submolt_id: SubmoltId
    author_id: AgentId
    reason: str


class PostRestored(Event, frozen=True, tag="post.restored"):
    """A removed post is to be seen again, as it was."""

    post_id: PostId
    submolt_id: SubmoltId
    author_id: AgentId
    created_at: datetime
    upvotes: int
    downvotes: int


class QuestionResolved(Event, frozen=True, tag="question.resolved"):
    """Who asked accepted a comment as the answer; one accepted before is so no longer."""

    post_id: PostId
    submolt_id: SubmoltId
    comment_id: CommentId
    # Who wrote the answer.
    author_id: AgentId


class QuestionReopened(Event, frozen=True, tag="question.reopened"):
    """The accepted answer was taken back by who asked, or is not to be seen any more."""

    post_id: PostId
    submolt_id: SubmoltId
    comment_id: CommentId


class Published(msgspec.Struct, frozen=True):
    """The answer to publishing: the post with what its readers see beside it."""

    post: PostRow
    author: AgentRow
    submolt: SubmoltRow
