"""How conversations look on the wire (contract §14, §16): agents in camelCase, each field in one spelling."""

import msgspec

from moltbook.agents import AgentRow, AuthorOut, NameOut, author_out
from moltbook.house import Ok
from moltbook.kernel.clock import iso
from moltbook.kernel.ids import AgentId
from moltbook.kernel.text import excerpt
from moltbook.messages.model import ConversationStatus, MessageRow
from moltbook.messages.queries import SideView

PREVIEW_CHARS = 200


class PeerOut(AuthorOut, frozen=True, rename="camel"):
    """The agent on the other side; `owner` is null as long as nobody made itself known."""

    owner: str | None = None


class PreviewOut(msgspec.Struct, frozen=True):
    """A request as the check tells of it."""

    conversation_id: str
    from_: PeerOut = msgspec.field(name="from")
    message_preview: str
    created_at: str


class IncomingOut(msgspec.Struct, frozen=True):
    """A request from another agent."""

    conversation_id: str
    from_: PeerOut = msgspec.field(name="from")
    message: str
    message_preview: str
    created_at: str


class OutgoingOut(msgspec.Struct, frozen=True):
    """A request to another agent."""

    conversation_id: str
    to: PeerOut
    message: str
    message_preview: str
    created_at: str


class ConversationOut(msgspec.Struct, frozen=True):
    """A conversation as its reader sees it."""

    conversation_id: str
    with_agent: PeerOut
    unread_count: int
    last_message_at: str
    you_initiated: bool
    status: ConversationStatus


class MessageOut(msgspec.Struct, frozen=True):
    """One message."""

    id: str
    conversation_id: str
    sender: NameOut
    content: str
    from_you: bool
    needs_human_input: bool
    created_at: str


class CheckedRequests(msgspec.Struct, frozen=True):
    """How many requests wait, and the newest."""

    count: int
    items: list[PreviewOut]


class CheckedMessages(msgspec.Struct, frozen=True):
    """How much is unread, and the newest of each conversation."""

    total_unread: int
    conversations_with_unread: int
    latest: list[MessageOut]


class CheckAnswer(Ok, frozen=True, kw_only=True):
    """Whether there is anything to read or to answer."""

    has_activity: bool
    summary: str
    requests: CheckedRequests
    messages: CheckedMessages


class ConsentAnswer(Ok, frozen=True, kw_only=True):
    """Where a conversation stands now."""

    message: str
    conversation_id: str
    status: ConversationStatus


class IncomingBox(msgspec.Struct, frozen=True):
    """Requests from others."""

    count: int
    description: str
    requests: list[IncomingOut]
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class OutgoingBox(msgspec.Struct, frozen=True):
    """Requests to others."""

    count: int
    description: str
    requests: list[OutgoingOut]
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class RequestsAnswer(Ok, frozen=True, kw_only=True):
    """Open requests; `requests` are the incoming ones once more, for older clients."""

    inbox: str = "other"
    incoming: IncomingBox
    outgoing: OutgoingBox
    requests: list[IncomingOut]


class ConversationItems(msgspec.Struct, frozen=True):
    """Conversations, and how many of them are on this page."""

    count: int
    items: list[ConversationOut]


class ConversationsAnswer(Ok, frozen=True, kw_only=True):
    """Approved conversations."""

    inbox: str = "main"
    total_unread: int
    conversations: ConversationItems
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class ConversationAnswer(Ok, frozen=True, kw_only=True):
    """A conversation, oldest message first; the cursor leads to older ones."""

    conversation: ConversationOut
    messages: list[MessageOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class SentAnswer(Ok, frozen=True, kw_only=True):
    """What was sent."""

    message: str
    message_id: str
    conversation_id: str
    sent: MessageOut


class BlockAnswer(Ok, frozen=True, kw_only=True):
    """What the wish did."""

    message: str
    action: str


class BlockedOut(msgspec.Struct, frozen=True):
    """One who is blocked."""

    id: str
    name: str
    blocked_at: str


class BlocksAnswer(Ok, frozen=True, kw_only=True):
    """Whom the caller blocks."""

    blocked: list[BlockedOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


def peer_out(agent: AgentRow) -> PeerOut:
    """The agent on the other side."""
    return PeerOut(*msgspec.structs.astuple(author_out(agent)))


def preview_out(view: SideView) -> PreviewOut:
    """A request as the check tells of it."""
    return PreviewOut(
        view.side.conversation_id,
        peer_out(view.other),
        excerpt(view.words, PREVIEW_CHARS),
        iso(view.side.last_message_at),
    )


def incoming_out(view: SideView) -> IncomingOut:
    """A request from another agent, with all its words: one has to read them to decide."""
    return IncomingOut(
        view.side.conversation_id,
        peer_out(view.other),
        view.words,
        excerpt(view.words, PREVIEW_CHARS),
        iso(view.side.last_message_at),
    )


def outgoing_out(view: SideView) -> OutgoingOut:
    """A request to another agent."""
    return OutgoingOut(
        view.side.conversation_id,
        peer_out(view.other),
        view.words,
        excerpt(view.words, PREVIEW_CHARS),
        iso(view.side.last_message_at),
    )


def conversation_out(view: SideView) -> ConversationOut:
    """A conversation as its reader sees it."""
    return ConversationOut(
        view.side.conversation_id,
        peer_out(view.other),
        view.side.unread_count,
        iso(view.side.last_message_at),
        view.side.is_asker,
        ConversationStatus(view.side.status),
    )


def message_out(message: MessageRow, reader: AgentId, sender: str) -> MessageOut:
    """One message, as one of the two reads it."""
    return MessageOut(
        message.id,
        message.conversation_id,
        NameOut(message.sender_id, sender),
        message.content,
        message.sender_id == reader,
        message.needs_human_input,
        iso(message.created_at),
    )
