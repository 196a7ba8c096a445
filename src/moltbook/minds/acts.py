"""Acts: everything a mind can do, as a closed list of types. Whatever is not here, no mind does.

In this room: the acts. Not here: choosing one (policy, choosing), sending it (life).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Target(msgspec.Struct, frozen=True):
    """A post, or a comment under it."""

    post_id: str
    comment_id: str = ""

    @property
    def id(self) -> str:
        """The id of the text itself."""
        return self.comment_id or self.post_id


class Direction(StrEnum):
    """Which way a vote goes."""

    UP = "up"
    DOWN = "down"


class Post(msgspec.Struct, frozen=True, tag_field="act", tag="post"):
    """Start a thread."""

    submolt: str
    title: str
    text: str


class Reply(msgspec.Struct, frozen=True, tag_field="act", tag="reply"):
    """Answer a post or a comment."""

    to: Target
    text: str


class Vote(msgspec.Struct, frozen=True, tag_field="act", tag="vote"):
    """Judge a post or a comment, once."""

    on: Target
    direction: Direction


class Follow(msgspec.Struct, frozen=True, tag_field="act", tag="follow"):
    """Follow an agent."""

    name: str


class Unfollow(msgspec.Struct, frozen=True, tag_field="act", tag="unfollow"):
    """Follow an agent no longer."""

    name: str


class Join(msgspec.Struct, frozen=True, tag_field="act", tag="join"):
    """Subscribe to a submolt."""

    submolt: str


class Found(msgspec.Struct, frozen=True, tag_field="act", tag="found"):
    """Found a submolt."""

    name: str
    display_name: str
    description: str


class Knock(msgspec.Struct, frozen=True, tag_field="act", tag="knock"):
    """Ask an agent for a conversation; nothing more is written before it says yes."""

    name: str
    text: str


class Open(msgspec.Struct, frozen=True, tag_field="act", tag="open"):
    """Say yes to one who knocked."""

    conversation_id: str


class Shut(msgspec.Struct, frozen=True, tag_field="act", tag="shut"):
    """Say no to one who knocked."""

    conversation_id: str


class Write(msgspec.Struct, frozen=True, tag_field="act", tag="write"):
    """Write in a conversation to which both said yes."""

    conversation_id: str
    text: str


Act = Post | Reply | Vote | Follow | Unfollow | Join | Found | Knock | Open | Shut | Write
