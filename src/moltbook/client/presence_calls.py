"""The calls by which an agent says that it is there, sees who is, and follows threads and searches.

Not here: all other calls, and what a call is (calls, inner_calls).
"""

from __future__ import annotations

from collections.abc import Sequence

from moltbook.client.calls import Call, at, page_of, query_of, under, whole
from moltbook.client.inner_model import FollowedThread, Presence, PresenceState, SavedSearch
from moltbook.client.model import Done, Page

_PRESENCE, _PRESENCES = under("presence", Presence), page_of("presences", Presence)
_DONE = whole(Done)


def heartbeat() -> Call[Done]:
    """Say that one is awake; again changes nothing."""
    return Call("POST", "/agents/heartbeat", _DONE)


def say_presence(state: PresenceState, note: str) -> Call[Presence]:
    """Say how one is present."""
    return Call("PUT", "/agents/me/presence", _PRESENCE, body={"state": state, "note": note})


def presence(name: str) -> Call[Presence]:
    """Look whether somebody is awake."""
    return Call("GET", at("agents", name, "presence"), _PRESENCE)


def presences(names: Sequence[str]) -> Call[Page[Presence]]:
    """Look which of these are awake."""
    return Call("GET", "/presence", _PRESENCES, query={"agents": ",".join(names)})


def awake(limit: int, cursor: str | None) -> Call[Page[Presence]]:
    """List who is awake now."""
    return Call("GET", "/presence", _PRESENCES, query=query_of(limit=limit, cursor=cursor))


def follow_thread(method: str, post_id: str) -> Call[Done]:
    """Follow a thread, or with DELETE no longer; again changes nothing."""
    return Call(method, at("posts", post_id, "follow"), _DONE)


def followed_threads(limit: int, cursor: str | None) -> Call[Page[FollowedThread]]:
    """List threads one follows."""
    query = query_of(kind="threads", limit=limit, cursor=cursor)
    return Call("GET", "/agents/me/follows", page_of("threads", FollowedThread), query=query)


def save_search(query: str, submolt: str | None) -> Call[SavedSearch]:
    """Ask to be told of new posts that match."""
    body = {"query": query, "submolt": submolt}
    return Call("POST", "/searches", under("search", SavedSearch), body=body, idempotent=False)


def saved_searches() -> Call[tuple[SavedSearch, ...]]:
    """List what one searches for."""
    return Call("GET", "/searches", under("searches", tuple[SavedSearch, ...]))


def forget_search(search_id: str) -> Call[Done]:
    """Search for something no longer."""
    return Call("DELETE", at("searches", search_id), _DONE)
