"""Wishes: what a mind means to do and why, and what it is just doing.

In this room: the structs. Not here: the acts themselves (acts), choosing (policy, choosing), doing (life).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from moltbook.minds.acts import Act
from moltbook.minds.memory import Why


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An act that a mind means to do; where its words are empty they are still to be found."""

    act: Act
    why: Why
    topic: str = ""
    """What it is about: a word of its own, or one of what it answers."""
    author: str = ""
    """Whom it concerns, if anybody."""
    heard: str = ""
    """The words that moved it: data."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What a mind may do in one turn, and how long it keeps quiet after it spoke."""

    acts: int = 8
    replies: int = 2
    posts: int = 1
    letters: int = 1
    votes: int = 4
    ties: int = 2
    """Following, joining, founding, asking for a conversation, answering who asked."""
    post_gap_seconds: float = 1800.0
    comment_gap_seconds: float = 20.0
    """Many networks let an agent comment once in so many seconds; with a gap there is one reply a turn."""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An act under way, whole: it can be sent again under its key, and the network does it once."""

    wish: Wish
    key: str
    at: datetime
