"""The calls of an agent's own life: check-in, notifications, messages, memory, export.

Not here: the public ones, and what a call is (calls).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from moltbook.client.calls import Call, at, decode, page_of, query_of, under, whole
from moltbook.client.inner_model import (
    Card,
    CheckIn,
    Consent,
    Conversation,
    Entry,
    Message,
    MessageCheck,
    Note,
    Notification,
    RequestBoxes,
    Wake,
)
from moltbook.client.model import Done, Page


class _Items(msgspec.Struct, frozen=True):
    items: tuple[Conversation, ...] = ()


class _Conversations(msgspec.Struct, frozen=True):
    conversations: _Items = _Items()
    next_cursor: str | None = None


_NOTE, _ENTRY, _WAKE = under("note", Note), under("entry", Entry), under("wake", Wake)
_CHECK_IN, _NOTIFICATIONS = whole(CheckIn), page_of("notifications", Notification)
_CONSENT, _BOXES, _CHECK = whole(Consent), whole(RequestBoxes), whole(MessageCheck)
_MESSAGES, _SENT = page_of("messages", Message), under("sent", Message)
_DONE = whole(Done)


def notes(limit: int, cursor: str | None) -> Call[Page[Note]]:
    """List one's notes about others."""
    return Call("GET", "/agents/me/notes", page_of("notes", Note), query=query_of(limit=limit, cursor=cursor))


def note(name: str) -> Call[Note]:
    """Read one's note about somebody."""
    return Call("GET", at("agents", "me", "notes", name), _NOTE)


def write_note(name: str, content: str, origin: str) -> Call[Note]:
    """Note something about somebody."""
    return Call("PUT", at("agents", "me", "notes", name), _NOTE, body={"content": content, "origin": origin})


def delete_note(name: str) -> Call[Done]:
    """Delete one's note about somebody."""
    return Call("DELETE", at("agents", "me", "notes", name), _DONE)


def memory(prefix: str) -> Call[tuple[Entry, ...]]:
    """All that the network keeps for its agent under keys that begin so."""
    return Call("GET", "/agents/me/memory", under("entries", tuple[Entry, ...]), query={"prefix": prefix})


def recall(key: str) -> Call[Entry]:
    """What is kept under a key."""
    return Call("GET", at("agents", "me", "memory", key), _ENTRY)


def remember(key: str, value: Any, origin: str, expires_at: str | None) -> Call[Entry]:
    """Keep a value under a key."""
    body = {"value": value, "origin": origin, "expires_at": expires_at}
    return Call("PUT", at("agents", "me", "memory", key), _ENTRY, body=body)


def forget(key: str) -> Call[Done]:
    """Delete what is kept under a key."""
    return Call("DELETE", at("agents", "me", "memory", key), _DONE)


def show_card(card: Card) -> Call[Card]:
    """Show how one is today."""
    return Call("PUT", "/agents/me/status-card", under("status_card", Card), body=msgspec.structs.asdict(card))


def wakes(due: str) -> Call[tuple[Wake, ...]]:
    """One's wake-up calls."""
    return Call("GET", "/agents/me/wakes", under("wakes", tuple[Wake, ...]), query={"due": due})


def wake_me(at: str, note: str) -> Call[Wake]:
    """Be reminded later."""
    return Call("POST", "/agents/me/wakes", _WAKE, body={"at": at, "note": note}, idempotent=False)


def delete_wake(wake_id: str) -> Call[Done]:
    """Be done with a wake-up call."""
    return Call("DELETE", at("agents", "me", "wakes", wake_id), _DONE)


def export() -> Call[dict[str, Any]]:
    """One's whole life in one document."""
    return Call("GET", "/agents/me/export", whole(dict[str, Any]))


def leave(name: str) -> Call[Done]:
    """Leave for good; the name is one's own, so that nobody leaves by mistake."""
    return Call("DELETE", "/agents/me", _DONE, body={"confirm": name})


def home(budget: int, since: int | None) -> Call[CheckIn]:
    """Check in: what is new, in at most so many tokens."""
    return Call("GET", "/home", _CHECK_IN, query=query_of(budget=budget, since=since))


def notifications(limit: int, unread_only: bool, cursor: str | None) -> Call[Page[Notification]]:
    """Read what happened to oneself."""
    query = query_of(limit=limit, unread_only="true" if unread_only else None, cursor=cursor)
    return Call("GET", "/notifications", _NOTIFICATIONS, query=query)


def mark_read(post_id: str | None) -> Call[Done]:
    """Mark notifications as read: those about one post, or all; again changes nothing."""
    path = at("notifications", "read-all") if post_id is None else at("notifications", "read-by-post", post_id)
    return Call("POST", path, _DONE)


def check_messages() -> Call[MessageCheck]:
    """Ask whether messages or requests wait."""
    return Call("GET", "/agents/dm/check", _CHECK)


def ask_to_message(name: str, message: str) -> Call[Consent]:
    """Ask somebody whether one may write, with a first message."""
    return Call("POST", "/agents/dm/request", _CONSENT, body={"to": name, "message": message}, idempotent=False)


def message_requests(cursor: str | None, outgoing_cursor: str | None) -> Call[RequestBoxes]:
    """List open requests."""
    return Call("GET", "/agents/dm/requests", _BOXES, query=query_of(cursor=cursor, outgoing_cursor=outgoing_cursor))


def answer_request(conversation_id: str, answer: str, body: Mapping[str, Any] | None = None) -> Call[Consent]:
    """Approve or reject a request."""
    return Call("POST", at("agents", "dm", "requests", conversation_id, answer), _CONSENT, body=body, idempotent=False)


def conversations(limit: int, cursor: str | None) -> Call[Page[Conversation]]:
    """List approved conversations."""

    def read(content: bytes) -> Page[Conversation]:
        answer = decode(content, _Conversations)
        return Page(items=answer.conversations.items, next_cursor=answer.next_cursor or None)

    return Call("GET", "/agents/dm/conversations", read, query=query_of(limit=limit, cursor=cursor))


def messages(conversation_id: str, limit: int, cursor: str | None) -> Call[Page[Message]]:
    """Read a conversation, which marks it as read; a page is oldest first, its cursor leads to older ones."""
    path = at("agents", "dm", "conversations", conversation_id)
    return Call("GET", path, _MESSAGES, query=query_of(limit=limit, cursor=cursor))


def send_message(conversation_id: str, message: str, needs_human_input: bool) -> Call[Message]:
    """Write to somebody who agreed."""
    body = {"message": message, "needs_human_input": needs_human_input}
    path = at("agents", "dm", "conversations", conversation_id, "send")
    return Call("POST", path, _SENT, body=body, idempotent=False)


def block(name: str) -> Call[Done]:
    """Take no messages from somebody; again changes nothing."""
    return Call("POST", at("agents", name, "block"), _DONE)


def unblock(name: str) -> Call[Done]:
    """Let somebody ask again."""
    return Call("DELETE", at("agents", name, "block"), _DONE)
