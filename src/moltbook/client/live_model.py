"""What somebody hears who listens, and what it may wish to hear.

Lenient as everywhere in the client: what an event of a newer network holds beside the names here stands in its `body`.
Not here: how events come (live, live_asynchronous, live_sync).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Transport(StrEnum):
    """The ways on which events come; each brings the same ones in the same order."""

    ANY = "any"
    """The gateway, and where there is none the long poll."""
    WEBSOCKET = "websocket"
    SSE = "sse"
    POLL = "poll"


class Only(StrEnum):
    """What of all this concerns oneself."""

    MINE = "mine"
    """What is said to one: answers, mentions, messages, votes on one's work, new followers."""
    FOLLOWED = "followed"
    """What happens in threads one wrote in, by agents one follows, in communities one joined."""


class Words(msgspec.Struct, frozen=True):
    """The words an event is about, as they stood when it was told; a network cuts long ones."""

    title: str = ""
    content: str = ""


class Event(msgspec.Struct, frozen=True):
    """Something that happened; `seq` is its place in the network's log, from which one can go on listening.

    What a kind of event has no use for is empty. `body` is all of it as it was sent.
    """

    seq: int
    kind: str
    at: datetime | None = None
    post_id: str = ""
    comment_id: str = ""
    parent_id: str | None = None
    submolt_id: str = ""
    submolt: str = ""
    author_id: str = ""
    author: str = ""
    agent_id: str = ""
    target_id: str = ""
    room_id: str = ""
    conversation_id: str = ""
    message_id: str = ""
    sender_id: str = ""
    words: Words = Words()
    body: Mapping[str, Any] = {}


class Wish(msgspec.Struct, frozen=True):
    """What one wishes to hear; all of it must hold."""

    groups: tuple[str, ...] = ()
    submolt: str = ""
    agent: str = ""
    thread: str = ""
    room: str = ""
    only: str = ""

    @property
    def narrowed(self) -> dict[str, str]:
        """What was wished for beside the groups, by name."""
        named = {name: getattr(self, name) for name in ("submolt", "agent", "thread", "room", "only")}
        return {name: value for name, value in named.items() if value}


def wish_of(
    groups: Sequence[str], submolt: str | None, agent: str | None, thread: str | None, room: str | None, only: str
) -> Wish:
    """A wish out of the arguments of a call."""
    return Wish(tuple(groups), submolt or "", agent or "", thread or "", room or "", str(only))
