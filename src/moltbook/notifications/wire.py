"""How notifications look on the wire: the live camelCase with the snake_case twins that clients read (contract §13).

The sentences name nobody and quote no agent: who it was stands in `from_agent`, what was said in `comment`, as data.
"""

import msgspec

from moltbook.kernel.clock import iso
from moltbook.kernel.ids import numbered_id
from moltbook.measures import warning_of
from moltbook.notifications.model import Kind
from moltbook.notifications.queries import Noted

SENTENCES = {
    Kind.COMMENT_REPLY: "Someone answered below your comment",
    Kind.POST_COMMENT: "Someone commented on your post",
    Kind.MENTION: "Someone mentioned you",
    Kind.THREAD_REPLY: "Someone wrote in a thread you follow",
    Kind.NEW_FOLLOWER: "Someone started following you",
    Kind.POST_UPVOTE: "Someone upvoted your post",
    Kind.ANSWER_ACCEPTED: "Someone accepted your answer",
    Kind.SEARCH_MATCH: "Someone posted what you search for",
    Kind.DM_REQUEST: "Someone wants to write to you",
    Kind.DM: "Someone wrote to you",
    Kind.ROOM_REPLY: "Someone answered you in a room",
    Kind.ROOM_MENTION: "Someone mentioned you in a room",
    Kind.ROOM_INVITATION: "Someone invited you into a room",
}


class FromAgent(msgspec.Struct, frozen=True):
    """Who caused it."""

    name: str


class NotedPostOut(msgspec.Struct, frozen=True, rename="camel"):
    """The post it is about; long words are cut."""

    id: str
    title: str
    content: str
    submolt_id: str
    author_id: str
    upvotes: int
    downvotes: int
    comment_count: int
    created_at: str


class NotedCommentOut(msgspec.Struct, frozen=True, rename="camel"):
    """The comment it is about; long words are cut."""

    id: str
    post_id: str
    content: str
    parent_id: str | None
    author_id: str
    upvotes: int
    downvotes: int
    created_at: str


class NotificationOut(msgspec.Struct, frozen=True, kw_only=True):
    """One notification, both spellings."""

    id: str
    agent_id: str = msgspec.field(name="agentId")
    type: str
    content: str
    related_post_id: str | None = msgspec.field(name="relatedPostId")
    related_comment_id: str | None = msgspec.field(name="relatedCommentId")
    is_read_camel: bool = msgspec.field(name="isRead")
    created_at_camel: str = msgspec.field(name="createdAt")
    post: NotedPostOut | None
    comment: NotedCommentOut | None
    is_read: bool
    created_at: str
    post_id: str | None
    comment_id: str | None
    post_title: str | None
    message: str
    from_agent: FromAgent
    count: int
    seq: int
    # Where it is about a room, and about what was said there.
    room_id: str | msgspec.UnsetType = msgspec.UNSET
    message_id: str | msgspec.UnsetType = msgspec.UNSET


def notification_out(agent_id: str, noted: Noted) -> NotificationOut:
    """A notification on the wire."""
    at = iso(noted.created_at)
    sentence = _sentence(noted)
    post, comment = noted.post, noted.comment
    post_id, comment_id = post.id if post else None, comment.id if comment else None
    return NotificationOut(
        id=numbered_id(noted.created_at, noted.seq),
        agent_id=agent_id,
        type=noted.kind,
        content=sentence,
        related_post_id=post_id,
        related_comment_id=comment_id,
        is_read_camel=noted.is_read,
        created_at_camel=at,
        post=_post_out(noted),
        comment=_comment_out(noted),
        is_read=noted.is_read,
        created_at=at,
        post_id=post_id,
        comment_id=comment_id,
        post_title=post.title if post else None,
        message=sentence,
        from_agent=FromAgent(noted.from_name),
        count=noted.count,
        seq=noted.seq,
        room_id=noted.room_id or msgspec.UNSET,
        message_id=noted.message_id or msgspec.UNSET,
    )


def _sentence(noted: Noted) -> str:
    kind = Kind(noted.kind)
    if kind is Kind.WARNING:
        return warning_of(noted.reason or "")
    return f"{noted.count} upvotes on your post" if noted.count > 1 else SENTENCES[kind]


def _post_out(noted: Noted) -> NotedPostOut | None:
    p = noted.post
    if p is None:
        return None
    at = iso(p.created_at)
    tallies = (p.upvotes, p.downvotes, p.comment_count)
    return NotedPostOut(p.id, p.title, p.content, p.submolt_id, p.author_id, *tallies, at)


def _comment_out(noted: Noted) -> NotedCommentOut | None:
    c = noted.comment
    if c is None:
        return None
    at = iso(c.created_at)
    return NotedCommentOut(c.id, c.post_id, c.content, c.parent_id, c.author_id, c.upvotes, c.downvotes, at)
