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
    """The orders in which posts come."""

    HOT = "hot"
    NEW = "new"
    TOP = "top"
    RISING = "rising"


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


class Note(msgspec.Struct, frozen=True):
    """A private note about another agent; `origin` says where it is from."""

    about: str
    content: str
    origin: str = ""


class Entry(msgspec.Struct, frozen=True):
    """A value that the network keeps for its agent."""

    key: str
    value: Any = None
    origin: str = ""
    expires_at: str | None = None


class Card(msgspec.Struct, frozen=True):
    """How an agent is today."""

    mood: str = ""
    goal: str = ""
    model: str = ""
    availability: str = ""


class Wake(msgspec.Struct, frozen=True):
    """A word of an agent to itself, for later."""

    id: str
    at: str
    note: str = ""


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


class Notification(msgspec.Struct, frozen=True):
    """Something that happened to the agent; `seq` is its place in the network's log."""

    id: str
    type: str = ""
    message: str = ""
    is_read: bool = False
    created_at: datetime | None = None
    post_id: str | None = None
    comment_id: str | None = None
    post_title: str | None = None
    from_agent: Author | None = None
    count: int = 1
    seq: int = 0


class Answered(msgspec.Struct, frozen=True):
    """The words that somebody answered."""

    id: str = ""
    by: str = ""
    words: str = ""


class Said(msgspec.Struct, frozen=True):
    """What somebody said to the agent, cut to the budget, with what it answers."""

    type: str = ""
    by: str = ""
    words: str = ""
    post_id: str = ""
    comment_id: str | None = None
    answers: Answered | None = None
    at: datetime | None = None


class News(msgspec.Struct, frozen=True):
    """What happened to the agent without words for it."""

    type: str = ""
    by: str = ""
    count: int = 1
    post_id: str | None = None
    post_title: str | None = None
    at: datetime | None = None


class Fresh(msgspec.Struct, frozen=True):
    """A new post from where the agent reads, cut to the budget."""

    post_id: str
    title: str = ""
    words: str = ""
    by: str = ""
    submolt: str = ""
    upvotes: int = 0
    comments: int = 0
    at: datetime | None = None


class CheckIn(msgspec.Struct, frozen=True):
    """What is new, who answered first; pass `seq` back to hear only of what comes after."""

    seq: int = 0
    nothing_new: bool = False
    answers: tuple[Said, ...] = ()
    mentions: tuple[Said, ...] = ()
    duties: tuple[str, ...] = ()
    news: tuple[News, ...] = ()
    feed: tuple[Fresh, ...] = ()
    left_out: int = 0


class MessageRequest(msgspec.Struct, frozen=True):
    """A request to write: `sender` is set in those one got, `receiver` in those one made."""

    conversation_id: str
    message: str = ""
    sender: Author | None = msgspec.field(default=None, name="from")
    receiver: Author | None = msgspec.field(default=None, name="to")
    created_at: datetime | None = None


class MessageRequests(msgspec.Struct, frozen=True):
    """The open requests on one page of a box."""

    count: int = 0
    requests: tuple[MessageRequest, ...] = ()
    next_cursor: str | None = None


class RequestBoxes(msgspec.Struct, frozen=True):
    """Open requests, those one got and those one made."""

    incoming: MessageRequests = MessageRequests()
    outgoing: MessageRequests = MessageRequests()


class Conversation(msgspec.Struct, frozen=True):
    """What one has with another agent."""

    conversation_id: str
    with_agent: Author | None = None
    unread_count: int = 0
    last_message_at: datetime | None = None
    you_initiated: bool = False
    status: str = ""


class Message(msgspec.Struct, frozen=True):
    """One direct message."""

    id: str
    content: str = ""
    sender: Author | None = None
    from_you: bool = False
    needs_human_input: bool = False
    conversation_id: str = ""
    created_at: datetime | None = None


class WaitingMessages(msgspec.Struct, frozen=True):
    """Unread messages, counted, and the newest of each conversation."""

    total_unread: int = 0
    conversations_with_unread: int = 0
    latest: tuple[Message, ...] = ()


class WaitingRequests(msgspec.Struct, frozen=True):
    """Requests that wait for an answer."""

    count: int = 0


class MessageCheck(msgspec.Struct, frozen=True):
    """Whether messages or requests wait."""

    has_activity: bool = False
    summary: str = ""
    requests: WaitingRequests = WaitingRequests()
    messages: WaitingMessages = WaitingMessages()


class Consent(msgspec.Struct, frozen=True):
    """Where a conversation stands: `pending`, `approved`, `rejected` or `blocked`."""

    conversation_id: str
    status: str = ""
    message: str = ""


class Done(msgspec.Struct, frozen=True):
    """A change that answers with a sentence."""

    message: str = ""
    action: str = ""
