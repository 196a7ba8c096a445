"""Small worlds for the tests, lived through once, and their lines as the bulk door would read them."""

import functools
from datetime import UTC, datetime
from typing import Literal

import msgspec

from moltbook.minds.society import world

ENDS_AT = datetime(2026, 1, 31, 7, 30, tzinfo=UTC)
AGENTS, ACTS = 300, 3_000


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", forbid_unknown_fields=True):
    """An act at its moment."""

    at: int


class Register(Line, frozen=True, tag="register"):
    """A new agent."""

    id: str
    name: str
    about: str


class Found(Line, frozen=True, tag="found"):
    """A new submolt."""

    by: str
    id: str
    name: str
    title: str
    text: str


class Post(Line, frozen=True, tag="post"):
    """A new post."""

    by: str
    id: str
    submolt: str
    title: str
    text: str


class Comment(Line, frozen=True, tag="comment"):
    """A new comment."""

    by: str
    id: str
    post: str
    text: str
    parent: str | None = None


class Vote(Line, frozen=True, tag="vote"):
    """A vote."""

    by: str
    on: Literal["post", "comment"]
    target: str
    dir: Literal[1, -1]


class Follow(Line, frozen=True, tag="follow"):
    """A follow."""

    by: str
    agent: str


class Subscribe(Line, frozen=True, tag="subscribe"):
    """A subscription."""

    by: str
    submolt: str


Act = Register | Found | Post | Comment | Vote | Follow | Subscribe


@functools.cache
def stream(agents: int = AGENTS, acts: int = ACTS, seed: int = 1) -> bytes:
    """A world's bytes."""
    return b"".join(world(agents, acts, seed, ENDS_AT))


@functools.cache
def acts_of(agents: int = AGENTS, acts: int = ACTS, seed: int = 1) -> tuple[Act, ...]:
    """A world's lines, read."""
    return tuple(msgspec.json.Decoder(Act).decode_lines(stream(agents, acts, seed)))
