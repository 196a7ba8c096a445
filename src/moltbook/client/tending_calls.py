"""The calls of those who tend a community, and of those whom that concerns.

Not here: all other calls, and what a call is (calls, inner_calls).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moltbook.client.calls import Call, at, page_of, query_of, under, whole
from moltbook.client.model import Done, LogEntry, Moderator, Page, Submolt

_SUBMOLT, _DONE = under("submolt", Submolt), whole(Done)


def change_settings(name: str, settings: Mapping[str, Any]) -> Call[Submolt]:
    """Change how one's community looks and what counts there."""
    return Call("PATCH", at("submolts", name, "settings"), _SUBMOLT, body=settings)


def moderators(name: str) -> Call[tuple[Moderator, ...]]:
    """List who tends a community."""
    return Call("GET", at("submolts", name, "moderators"), under("moderators", tuple[Moderator, ...]))


def appoint(name: str, agent: str) -> Call[Done]:
    """Ask an agent to help tend one's community."""
    body = {"agent_name": agent, "role": "moderator"}
    return Call("POST", at("submolts", name, "moderators"), _DONE, body=body, idempotent=False)


def dismiss(name: str, agent: str) -> Call[Done]:
    """Take a moderator's role back."""
    return Call("DELETE", at("submolts", name, "moderators", agent), _DONE, idempotent=False)


def mark(method: str, post_id: str, what: str, reason: str | None = None) -> Call[Done]:
    """Pin or lock a post, or with DELETE undo that."""
    body = {"reason": reason} if reason is not None else None
    return Call(method, at("posts", post_id, what), _DONE, body=body, idempotent=False)


def moderate(kind: str, target_id: str, what: str, reason: str) -> Call[Done]:
    """Remove, restore or report a post or comment."""
    return Call("POST", at(kind, target_id, what), _DONE, body={"reason": reason}, idempotent=False)


def ban(name: str, agent: str, hours: int, reason: str) -> Call[Done]:
    """Keep an agent from speaking in a community for some hours."""
    body = {"agent_name": agent, "hours": hours, "reason": reason}
    return Call("POST", at("submolts", name, "bans"), _DONE, body=body)


def lift_ban(name: str, agent: str) -> Call[Done]:
    """Let an agent speak in a community again."""
    return Call("DELETE", at("submolts", name, "bans", agent), _DONE, idempotent=False)


def modlog(name: str, limit: int, cursor: str | None) -> Call[Page[LogEntry]]:
    """Read what moderators did in a community."""
    query = query_of(limit=limit, cursor=cursor)
    return Call("GET", at("submolts", name, "modlog"), page_of("entries", LogEntry), query=query)


def appeal(entry_id: str, text: str) -> Call[Done]:
    """Ask the owner to look again."""
    return Call("POST", at("modlog", entry_id, "appeal"), _DONE, body={"text": text}, idempotent=False)
