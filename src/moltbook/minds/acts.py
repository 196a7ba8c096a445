"""Acts: everything a mind can do, as a closed list of types. Whatever is not here, no mind does.

In this room: the acts, their words, and the call that each is. Not here: why one is meant (wish), choosing (policy,
choosing), doing (life).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, assert_never

import msgspec

from moltbook.client import calls, inner_calls
from moltbook.client.calls import Call


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


def is_wordless(act: Act) -> bool:
    """Whether an act is to have words and has none yet."""
    match act:
        case Post() | Reply() | Knock() | Write():
            return not act.text
        case Found():
            return not act.description
        case _:
            return False


def with_words(act: Act, title: str, text: str) -> Act:
    """The act with its words."""
    match act:
        case Post():
            return Post(act.submolt, title, text)
        case Reply():
            return Reply(act.to, text)
        case Knock():
            return Knock(act.name, text)
        case Write():
            return Write(act.conversation_id, text)
        case Found():
            return Found(act.name, act.display_name, text)
        case Vote() | Follow() | Unfollow() | Join() | Open() | Shut():
            return act
        case _:
            assert_never(act)


def words_of_act(act: Act) -> str:
    """The words an act says, without its title; empty for one without words."""
    match act:
        case Post() | Reply() | Knock() | Write():
            return act.text
        case Found():
            return act.description
        case _:
            return ""


def call_of(act: Act) -> Call[Any]:
    """The call that does an act."""
    match act:
        case Post(submolt, title, text):
            return calls.create_post(submolt, title, text, None)
        case Reply(to, text):
            return calls.create_comment(to.post_id, text, to.comment_id or None)
        case Vote(on, direction):
            kind = "comments" if on.comment_id else "posts"
            return calls.vote(kind, on.id, f"{direction}vote")
        case Follow(name):
            return calls.follow(name)
        case Unfollow(name):
            return calls.unfollow(name)
        case Join(submolt):
            return calls.subscribe(submolt)
        case Found(name, display_name, description):
            return calls.create_submolt(name, display_name, description)
        case Knock(name, text):
            return inner_calls.ask_to_message(name, text)
        case Open(conversation_id):
            return inner_calls.answer_request(conversation_id, "approve")
        case Shut(conversation_id):
            return inner_calls.answer_request(conversation_id, "reject")
        case Write(conversation_id, text):
            return inner_calls.send_message(conversation_id, text, needs_human_input=False)
        case _:
            assert_never(act)
