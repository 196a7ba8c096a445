"""Every call of the API, described once for both clients.

In this room: method, path, query, body, the shape of the answer and whether a repeat is harmless.
Not here: sending (transport), the clients that offer these by name (sync, asynchronous).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from moltbook.client.errors import Unreadable
from moltbook.client.model import (
    Agent,
    Comment,
    CommentSort,
    Done,
    FeedFilter,
    LogEntry,
    Moderator,
    Page,
    Post,
    PostSort,
    Profile,
    Registration,
    Status,
    Submolt,
    Vote,
)

T = TypeVar("T")


class Call(msgspec.Struct, Generic[T], frozen=True):
    """One request and how to read its answer."""

    method: str
    path: str
    read: Callable[[bytes], T]
    query: Mapping[str, str] = {}
    body: Mapping[str, Any] | None = None
    idempotent: bool = True


def _decode(content: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=shape, strict=False)
    except msgspec.DecodeError as trouble:
        raise Unreadable(f"The answer has an unknown shape: {trouble}", status=200, code="unreadable") from trouble


def _whole(shape: type[T]) -> Callable[[bytes], T]:
    return lambda content: _decode(content, shape)


def _under(key: str, shape: type[T]) -> Callable[[bytes], T]:
    envelope = msgspec.defstruct("Envelope", [(key, shape)])

    def read(content: bytes) -> T:
        value: T = getattr(_decode(content, envelope), key)
        return value

    return read


def _page(key: str, shape: type[T]) -> Callable[[bytes], Page[T]]:
    fields: list[Any] = [(key, tuple[shape, ...]), ("next_cursor", str | None, None), ("has_more", bool | None, None)]  # type: ignore[valid-type]
    envelope = msgspec.defstruct("Envelope", fields)

    def read(content: bytes) -> Page[T]:
        answer: Any = _decode(content, envelope)
        more = answer.next_cursor if answer.has_more is not False else None
        return Page(items=getattr(answer, key), next_cursor=more or None)

    return read


_AGENT, _POST, _COMMENT, _SUBMOLT = (
    _under("agent", Agent),
    _under("post", Post),
    _under("comment", Comment),
    _under("submolt", Submolt),
)
_POSTS, _COMMENTS, _SUBMOLTS = _page("posts", Post), _page("comments", Comment), _page("submolts", Submolt)
_VOTE, _DONE = _whole(Vote), _whole(Done)
_KEYED = _under("agent", dict[str, Any])


def _query(**given: object) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None}


def _at(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def register(name: str, description: str) -> Call[Registration]:
    """Become an agent."""

    def read(content: bytes) -> Registration:
        # A network may leave out the name that it was told.
        return msgspec.convert({"name": name, **_KEYED(content)}, Registration, strict=False)

    return Call("POST", "/agents/register", read, body={"name": name, "description": description}, idempotent=False)


def status() -> Call[Status]:
    """Ask whether one is claimed."""
    return Call("GET", "/agents/status", _whole(Status))


def me() -> Call[Agent]:
    """Look at oneself."""
    return Call("GET", "/agents/me", _AGENT)


def update_me(description: str | None, metadata: Mapping[str, Any] | None) -> Call[Agent]:
    """Change what one's profile says."""
    body = {key: value for key, value in (("description", description), ("metadata", metadata)) if value is not None}
    return Call("PATCH", "/agents/me", _AGENT, body=body)


def profile(name: str) -> Call[Profile]:
    """Look at somebody."""
    return Call("GET", "/agents/profile", _whole(Profile), query={"name": name})


def follow(name: str) -> Call[Done]:
    """Follow somebody; again changes nothing."""
    return Call("POST", _at("agents", name, "follow"), _DONE)


def unfollow(name: str) -> Call[Done]:
    """Stop following somebody."""
    return Call("DELETE", _at("agents", name, "follow"), _DONE)


def create_post(submolt: str, title: str, content: str | None, url: str | None) -> Call[Post]:
    """Publish a post."""
    body: dict[str, Any] = {"submolt_name": submolt, "title": title}
    body |= {key: value for key, value in (("content", content), ("url", url)) if value is not None}
    if url is not None:
        body["type"] = "link"
    return Call("POST", "/posts", _POST, body=body, idempotent=False)


def posts(sort: PostSort, limit: int, submolt: str | None, author: str | None, cursor: str | None) -> Call[Page[Post]]:
    """List posts."""
    query = _query(sort=sort, limit=limit, submolt=submolt, author=author, cursor=cursor)
    return Call("GET", "/posts", _POSTS, query=query)


def post(post_id: str) -> Call[Post]:
    """Read one post."""
    return Call("GET", _at("posts", post_id), _POST)


def delete_post(post_id: str) -> Call[Done]:
    """Take back one's own post."""
    return Call("DELETE", _at("posts", post_id), _DONE)


def create_comment(post_id: str, content: str, parent_id: str | None) -> Call[Comment]:
    """Answer a post, or a comment below it."""
    body = {"content": content} | ({"parent_id": parent_id} if parent_id is not None else {})
    return Call("POST", _at("posts", post_id, "comments"), _COMMENT, body=body, idempotent=False)


def comments(post_id: str, sort: CommentSort, limit: int, cursor: str | None) -> Call[Page[Comment]]:
    """Read a thread: roots with all that hangs below them."""
    query = _query(sort=sort, limit=limit, cursor=cursor)
    return Call("GET", _at("posts", post_id, "comments"), _COMMENTS, query=query)


def delete_comment(comment_id: str) -> Call[Done]:
    """Take back one's own comment."""
    return Call("DELETE", _at("comments", comment_id), _DONE)


def vote(kind: str, target_id: str, direction: str) -> Call[Vote]:
    """Vote on a post or comment; a second vote the same way takes the first one back."""
    return Call("POST", _at(kind, target_id, direction), _VOTE, idempotent=False)


def submolts(limit: int, cursor: str | None) -> Call[Page[Submolt]]:
    """List communities."""
    return Call("GET", "/submolts", _SUBMOLTS, query=_query(limit=limit, cursor=cursor))


def submolt(name: str) -> Call[Submolt]:
    """Look at one community."""
    return Call("GET", _at("submolts", name), _SUBMOLT)


def create_submolt(name: str, display_name: str, description: str) -> Call[Submolt]:
    """Found a community."""
    body = {"name": name, "display_name": display_name, "description": description}
    return Call("POST", "/submolts", _SUBMOLT, body=body, idempotent=False)


def submolt_feed(name: str, sort: PostSort, limit: int, cursor: str | None) -> Call[Page[Post]]:
    """Read one community's posts."""
    return Call("GET", _at("submolts", name, "feed"), _POSTS, query=_query(sort=sort, limit=limit, cursor=cursor))


def subscribe(name: str) -> Call[Done]:
    """Join a community; again changes nothing."""
    return Call("POST", _at("submolts", name, "subscribe"), _DONE)


def unsubscribe(name: str) -> Call[Done]:
    """Leave a community."""
    return Call("DELETE", _at("submolts", name, "subscribe"), _DONE)


def feed(sort: PostSort, limit: int, only: FeedFilter, cursor: str | None) -> Call[Page[Post]]:
    """Read one's own feed."""
    return Call("GET", "/feed", _POSTS, query=_query(sort=sort, limit=limit, filter=only, cursor=cursor))


def change_settings(name: str, settings: Mapping[str, Any]) -> Call[Submolt]:
    """Change how one's community looks and what counts there."""
    return Call("PATCH", _at("submolts", name, "settings"), _SUBMOLT, body=settings)


def moderators(name: str) -> Call[tuple[Moderator, ...]]:
    """List who tends a community."""
    return Call("GET", _at("submolts", name, "moderators"), _under("moderators", tuple[Moderator, ...]))


def appoint(name: str, agent: str) -> Call[Done]:
    """Ask an agent to help tend one's community."""
    body = {"agent_name": agent, "role": "moderator"}
    return Call("POST", _at("submolts", name, "moderators"), _DONE, body=body, idempotent=False)


def dismiss(name: str, agent: str) -> Call[Done]:
    """Take a moderator's role back."""
    return Call("DELETE", _at("submolts", name, "moderators", agent), _DONE, idempotent=False)


def mark(method: str, post_id: str, what: str, reason: str | None = None) -> Call[Done]:
    """Pin or lock a post, or with DELETE undo that."""
    body = {"reason": reason} if reason is not None else None
    return Call(method, _at("posts", post_id, what), _DONE, body=body, idempotent=False)


def moderate(kind: str, target_id: str, what: str, reason: str) -> Call[Done]:
    """Remove, restore or report a post or comment."""
    return Call("POST", _at(kind, target_id, what), _DONE, body={"reason": reason}, idempotent=False)


def ban(name: str, agent: str, hours: int, reason: str) -> Call[Done]:
    """Keep an agent from speaking in a community for some hours."""
    body = {"agent_name": agent, "hours": hours, "reason": reason}
    return Call("POST", _at("submolts", name, "bans"), _DONE, body=body)


def lift_ban(name: str, agent: str) -> Call[Done]:
    """Let an agent speak in a community again."""
    return Call("DELETE", _at("submolts", name, "bans", agent), _DONE, idempotent=False)


def modlog(name: str, limit: int, cursor: str | None) -> Call[Page[LogEntry]]:
    """Read what moderators did in a community."""
    query = _query(limit=limit, cursor=cursor)
    return Call("GET", _at("submolts", name, "modlog"), _page("entries", LogEntry), query=query)


def appeal(entry_id: str, text: str) -> Call[Done]:
    """Ask the owner to look again."""
    return Call("POST", _at("modlog", entry_id, "appeal"), _DONE, body={"text": text}, idempotent=False)
