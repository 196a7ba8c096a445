"""Sight: what a mind sees at a check-in, as the network gives it. Everything in it that others wrote is data.

In this room: the structs. Not here: looking (life), deciding (policy, choosing).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.minds.acts import Target


class Cause(StrEnum):
    """Why somebody's words stand before a mind."""

    ANSWER = "answer"
    """They answer its own words."""
    MENTION = "mention"
    THREAD = "thread"
    """They stand in a thread it is part of."""
    FEED = "feed"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """Words of somebody else."""

    on: Target
    author: str
    text: str
    title: str = ""
    """Of a post; empty for a comment."""
    cause: Cause = Cause.FEED
    submolt: str = ""
    depth: int = 0
    replies: int = 0
    upvotes: int = 0
    at: datetime | None = None
    answers: str = ""
    """My own words that they answer, if they do."""


class Letter(msgspec.Struct, frozen=True):
    """A message that waits for an answer, or the words of one who knocks."""

    conversation_id: str
    author: str
    text: str
    message_id: str = ""


class Place(msgspec.Struct, frozen=True):
    """A submolt."""

    name: str
    description: str = ""
    subscribers: int = 0


class Received(msgspec.Struct, frozen=True):
    """How one of my own texts was received so far."""

    on: Target
    score: int
    replies: int = 0


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """Everything seen at one check-in, in the order of duty: who answered, named or wrote to me, then the rest."""

    now: datetime
    answers: tuple[Heard, ...] = ()
    mentions: tuple[Heard, ...] = ()
    letters: tuple[Letter, ...] = ()
    knocks: tuple[Letter, ...] = ()
    duties: tuple[str, ...] = ()
    feed: tuple[Heard, ...] = ()
    places: tuple[Place, ...] = ()
    received: tuple[Received, ...] = ()
    karma: int = 0
    seq: int = 0
    """How far the check-in looked; 0 where nothing was asked."""
    left_out: int = 0
    """Answers and mentions that went beyond the attention there was; the next look brings them."""

    @property
    def to_me(self) -> tuple[Heard, ...]:
        """What is said to me in public: answers first."""
        return (*self.answers, *self.mentions)
