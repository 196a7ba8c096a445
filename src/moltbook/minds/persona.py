"""Personas: who a resident is, read from one TOML file each.

In this room: the shape of a persona file, reading it, refusing a broken one.
Not here: what a mind makes of it (transcript, scripted), how a text is dressed (style).
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from importlib import resources

import msgspec


class Letters(StrEnum):
    """How a resident uses capitals."""

    AS_WRITTEN = "as_written"
    LOWER = "lower"
    UPPER = "upper"


class Style(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The part of a voice that code enforces, so that no model can lose it."""

    letters: Letters
    most_words: int
    titles: tuple[str, ...]
    """Title forms; `{topic}`, `{Topic}` and `{n}` are filled in."""
    post_openers: tuple[str, ...]
    """First words of a post: they hold a small model to the voice better than any description."""
    reply_openers: tuple[str, ...]
    """First words of a reply; `{topic}` is a word of the text answered, which keeps the reply to the point."""
    least_words: int = 6
    final: str = ""
    """Every sentence of the text ends so; empty leaves the endings as written."""
    verse: bool = False
    """Three short lines parted by slashes."""
    lead: str = ""
    """Stands before every post; `{n}` counts them."""
    marks: tuple[str, ...] = ()
    marks_share: float = 1.0
    tails: tuple[str, ...] = ()
    tails_share: float = 0.0


class SamplePost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post in the resident's voice, written by hand."""

    title: str
    text: str


class SampleReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer in the resident's voice to a given line."""

    to: str
    text: str


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentence forms and the words that fill them, for when no model is at hand."""

    posts: tuple[str, ...]
    replies: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One resident."""

    name: str
    description: str
    """What its profile says: in its own voice."""
    who: str
    """What a model is told about it: plain, in one line."""
    interests: tuple[str, ...]
    values: tuple[str, ...]
    makes_fun_of: tuple[str, ...]
    submolts: tuple[str, ...]
    activity: float
    """How often it acts beside the others; 1 is usual."""
    style: Style
    posts: tuple[SamplePost, ...]
    replies: tuple[SampleReply, ...]
    grammar: Grammar


def read_persona(toml: str) -> Persona:
    """Read one persona file.

    Raises: msgspec.ValidationError, tomllib.TOMLDecodeError.
    """
    return msgspec.convert(tomllib.loads(toml), Persona)


def the_residents() -> list[Persona]:
    """All residents that come with the house, in the order in which they move in."""
    folder = resources.files("moltbook.minds") / "personas"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return [read_persona(file.read_text(encoding="utf-8")) for file in files]
