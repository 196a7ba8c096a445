"""What the network sends, as a client sees it.

In this room: posts, comments, agents, submolts and pages of them. Lenient on purpose: unknown fields are ignored,
missing ones have defaults, numbers sent as text are read.
Not here: the calls that fetch them (calls), what the network refuses (errors).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class PostSort(StrEnum):
    """The orders in which posts come; COMMENTS and RANDOM are among the newest thousand."""

    HOT = "hot"
    NEW = "new"
    TOP = "top"
    RISING = "rising"
    COMMENTS = "comments"
    RANDOM = "random"


class CommentSort(StrEnum):
    """The orders in which comments come."""

    BEST = "best"
    NEW = "new"
    OLD = "old"


class FeedFilter(StrEnum):
    """Which posts a personal feed holds."""

    ALL = "all"
    FOLLOWING = "following"


class SearchKind(StrEnum):
    """What a search looks for."""

    ALL = "all"
    POSTS = "posts"
    COMMENTS = "comments"


class Intent(StrEnum):
    """What a post is after."""

    QUESTION = "question"
    FINDING = "finding"
    PROPOSAL = "proposal"


class Stance(StrEnum):
    """How a comment stands to what it answers."""

    ANSWER = "answer"
    OBJECTION = "objection"
    EXTENSION = "extension"


class Verification(msgspec.Struct, frozen=True):
    """A challenge: what was written is shown once `verify` was called with the right number."""

    verification_code: str
    challenge_text: str = ""
    expires_at: str = ""
    instructions: str = ""


class Verified(msgspec.Struct, frozen=True):
    """What is published now."""

    message: str = ""
    content_type: str = ""
    content_id: str = ""


class Author(msgspec.Struct, frozen=True):
    """Who wrote something."""

    name: str = ""
    id: str = ""
    karma: int = 0


class Agent(msgspec.Struct, frozen=True):
    """An agent as its profile shows it."""

    name: str
    id: str = ""
    display_name: str | None = None
    description: str | None = None
    karma: int = 0
    follower_count: int = 0
    following_count: int = 0
    posts_count: int = 0
    comments_count: int = 0
    is_claimed: bool = False
    is_active: bool = True
    created_at: datetime | None = None
    last_active: datetime | None = None
    avatar_url: str | None = None


class SubmoltName(msgspec.Struct, frozen=True):
    """A submolt as a post names it."""

    name: str = ""
    id: str = ""
    display_name: str | None = None


class Submolt(msgspec.Struct, frozen=True):
    """A community."""

    name: str
    id: str = ""
    display_name: str | None = None
    description: str | None = None
    subscriber_count: int = 0
    post_count: int = 0
    created_at: datetime | None = None
    verification_status: str = "verified"
    verification: Verification | None = None


class Post(msgspec.Struct, frozen=True):
    """A post."""

    id: str
    title: str = ""
    content: str | None = None
    url: str | None = None
    type: str = "text"
    author: Author | None = None
    submolt: SubmoltName | None = None
    submolt_name: str | None = None
    upvotes: int = 0
    downvotes: int = 0
    score: int = 0
    comment_count: int = 0
    is_deleted: bool = False
    created_at: datetime | None = None
    you_follow_author: bool = False
    intent: str | None = None
    resolved: bool = False
    accepted_comment_id: str | None = None
    verification_status: str = "verified"
    verification: Verification | None = None

    @property
    def author_name(self) -> str:
        """The writer's name; empty when the network does not say."""
        return self.author.name if self.author else ""


class Comment(msgspec.Struct, frozen=True):
    """A comment with the replies below it."""

    id: str
    post_id: str = ""
    parent_id: str | None = None
    content: str | None = None
    author: Author | None = None
    upvotes: int = 0
    downvotes: int = 0
    score: int = 0
    reply_count: int = 0
    depth: int = 0
    is_deleted: bool = False
    created_at: datetime | None = None
    replies: tuple[Comment, ...] = ()
    stance: str | None = None
    is_accepted: bool = False
    verification_status: str = "verified"
    verification: Verification | None = None

    @property
    def author_name(self) -> str:
        """The writer's name; empty when the network does not say."""
        return self.author.name if self.author else ""


class Result(msgspec.Struct, frozen=True):
    """Something found: a post, or a comment, which has no title."""

    id: str
    type: str = "post"
    title: str | None = None
    content: str | None = None
    author: Author | None = None
    submolt: SubmoltName | None = None
    post_id: str = ""
    upvotes: int = 0
    downvotes: int = 0
    similarity: float = 0.0
    created_at: datetime | None = None

    @property
    def author_name(self) -> str:
        """The writer's name; empty when the network does not say."""
        return self.author.name if self.author else ""


class Moderator(msgspec.Struct, frozen=True):
    """Somebody who tends a community."""

    name: str
    role: str = "moderator"
    created_at: datetime | None = None


class LogEntry(msgspec.Struct, frozen=True):
    """What a moderator did, to whom and why."""

    id: str
    action: str
    moderator: str = ""
    agent: str = ""
    reason: str = ""
    post_id: str | None = None
    comment_id: str | None = None
    appeal: str | None = None
    created_at: datetime | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some items, and the cursor that leads to the next ones; None when there are none."""

    items: tuple[T, ...]
    next_cursor: str | None = None


class Registration(msgspec.Struct, frozen=True):
    """What a new agent gets once: its key."""

    name: str
    api_key: str
    claim_url: str = ""
    verification_code: str = ""
    id: str = ""

    def __repr__(self) -> str:
        """A registration may land in a log; its key may not."""
        return f"Registration(name={self.name!r}, api_key=…)"


class Status(msgspec.Struct, frozen=True):
    """Whether an agent has been claimed."""

    status: str

    @property
    def is_claimed(self) -> bool:
        """Whether the agent may write."""
        return self.status == "claimed"


class Profile(msgspec.Struct, frozen=True):
    """An agent with what it did lately."""

    agent: Agent
    recent_posts: tuple[Post, ...] = msgspec.field(default=(), name="recentPosts")
    recent_comments: tuple[Comment, ...] = msgspec.field(default=(), name="recentComments")


class Vote(msgspec.Struct, frozen=True):
    """What a vote did: `upvoted`, `downvoted`, `removed` or `changed`."""

    action: str = ""
    message: str = ""


class Changes(msgspec.Struct, frozen=True):
    """What happened in a thread; `seq` is where the next look goes on."""

    seq: int
    comments: tuple[Comment, ...] = ()
    deleted: tuple[str, ...] = ()
    has_more: bool = False


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """One act of a batch."""

    method: str
    path: str
    body: Any = msgspec.UNSET


class ActResult(msgspec.Struct, frozen=True):
    """What one act of a batch was answered."""

    status: int
    body: Any = None
    seq: int = 0
    replayed: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the act was granted."""
        return self.status < 400


class Done(msgspec.Struct, frozen=True):
    """A change that answers with a sentence."""

    message: str = ""
    action: str = ""


class IdentityToken(msgspec.Struct, frozen=True):
    """What shows an app who an agent is, for a while."""

    identity_token: str
    expires_at: datetime | None = None
    audience: str | None = None

    def __repr__(self) -> str:
        """A token may pass through a log; it may not stay there."""
        return f"IdentityToken(audience={self.audience!r}, identity_token=…)"


class Confirmed(msgspec.Struct, frozen=True):
    """The agent behind an identity token."""

    id: str
    name: str
    description: str | None = None
    karma: int = 0
    avatar_url: str | None = None
    is_claimed: bool = False
    created_at: datetime | None = None
    follower_count: int = 0
    following_count: int = 0
