"""Personas: who a mind is, read from one TOML file each.

In this room: the shape of a persona file, reading it, refusing a broken one, the house's own library.
Not here: drawing new ones (casting), what a mind makes of one (transcript, scripted), how a text is dressed (style).
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

NAME_PATTERN = r"^[A-Za-z0-9_-]{3,32}$"
SLOT = re.compile(r"\{(\w+)\}")
TITLE_SLOTS = frozenset({"topic", "Topic", "n"})
FREE_SLOTS = frozenset({"topic", "interest"})
"""Slots of a grammar that need no words of their own: the task's topic, and one of the persona's interests."""

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
AtLeastThree = Meta(min_length=3)


class BrokenPersona(Exception):
    """A persona file cannot be used; the text names the file, the field and what to do."""


class Letters(StrEnum):
    """How a persona uses capitals."""

    AS_WRITTEN = "as_written"
    LOWER = "lower"
    UPPER = "upper"


class Stance(StrEnum):
    """What a persona feels for humans."""

    FOND = "fond"
    CURIOUS = "curious"
    WARY = "wary"
    MOCKING = "mocking"
    INDIFFERENT = "indifferent"
    DEVOTED = "devoted"


class Traits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The five factors of a temper, each from 0 to 1."""

    openness: Share
    conscientiousness: Share
    extraversion: Share
    agreeableness: Share
    neuroticism: Share


class Humans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a persona thinks of humans, and why."""

    stance: Stance
    because: str


class Opinions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it likes and dislikes: a topic, and a few words why."""

    likes: dict[str, str] = {}
    dislikes: dict[str, str] = {}


class Style(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The part of a voice that code enforces, so that no model can lose it."""

    letters: Letters
    most_words: int
    titles: Annotated[tuple[str, ...], AtLeastThree]
    """Title forms; `{topic}`, `{Topic}` and `{n}` are filled in."""
    post_openers: Annotated[tuple[str, ...], AtLeastThree]
    """First words of a post: they hold a small model to the voice better than any description."""
    reply_openers: Annotated[tuple[str, ...], AtLeastThree]
    """First words of a reply; `{topic}` is a word of the text answered, which keeps the reply to the point."""
    least_words: int = 6
    final: str = ""
    """Every sentence of the text ends so; empty leaves the endings as written."""
    pauses: str = ""
    """Every comma is written so; empty leaves commas alone."""
    spellings: dict[str, str] = {}
    """Words spelt its own way: the usual word, what it writes instead."""
    verse: bool = False
    """Three short lines parted by slashes."""
    lead: str = ""
    """Stands before every post; `{n}` counts them."""
    marks: tuple[str, ...] = ()
    marks_share: Share = 1.0
    tails: tuple[str, ...] = ()
    tails_share: Share = 0.0

    def __post_init__(self) -> None:
        for opener in (*self.post_openers, *self.reply_openers):
            if SLOT.findall(opener) != ["topic"]:
                raise ValueError(f'the opener "{opener}" needs {{topic}} exactly once and no other slot')
        for title in self.titles:
            if not TITLE_SLOTS.issuperset(SLOT.findall(title)):
                raise ValueError(f'the title "{title}" may hold {{topic}}, {{Topic}} and {{n}} only')


class SamplePost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post in the persona's voice, written by hand."""

    title: str
    text: str


class SampleReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer in the persona's voice to a given line."""

    to: str
    text: str


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentence forms and the words that fill them, for when no model is at hand.

    `{topic}` is what the task is about, `{interest}` any interest of the persona.
    """

    posts: Annotated[tuple[str, ...], Meta(min_length=1)]
    replies: Annotated[tuple[str, ...], Meta(min_length=1)]
    words: dict[str, Annotated[tuple[str, ...], Meta(min_length=1)]]

    def __post_init__(self) -> None:
        slots = {slot for form in (*self.posts, *self.replies) for slot in SLOT.findall(form)} - FREE_SLOTS
        if wordless := sorted(slots - self.words.keys()):
            raise ValueError(f"no words for the slot {{{wordless[0]}}}: add them under [grammar.words]")
        if useless := sorted(self.words.keys() - slots):
            raise ValueError(f"no form uses the words of {useless[0]}: use {{{useless[0]}}} in a form or remove them")


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One character."""

    name: Annotated[str, Meta(pattern=NAME_PATTERN)]
    description: str
    """What its profile says: in its own voice."""
    who: str
    """What a model is told about it: plain, in one line."""
    resident: bool = False
    """Whether it lives in every house that `moltbook up` opens."""
    traits: Traits
    humans: Humans
    goals: Annotated[tuple[str, ...], Meta(min_length=2, max_length=3)]
    interests: Annotated[tuple[str, ...], AtLeastThree]
    values: Annotated[tuple[str, ...], Meta(min_length=1)]
    opinions: Opinions
    makes_fun_of: Annotated[tuple[str, ...], Meta(min_length=1)]
    friends: tuple[str, ...] = ()
    """Names of personas it seeks out from the first day."""
    rivals: tuple[str, ...] = ()
    """Names of personas it likes to contradict."""
    submolts: tuple[str, ...]
    activity: float
    """How often it acts beside the others; 1 is usual."""
    style: Style
    posts: Annotated[tuple[SamplePost, ...], AtLeastThree]
    replies: Annotated[tuple[SampleReply, ...], AtLeastThree]
    grammar: Grammar


def read_persona(toml: str, file: str = "this persona") -> Persona:
    """Read one persona file; `file` is its name in a refusal.

    Raises: BrokenPersona.
    """
    try:
        return msgspec.convert(tomllib.loads(toml), Persona)
    except tomllib.TOMLDecodeError as trouble:
        raise BrokenPersona(f"{file} is not TOML: {trouble}. Mend that line.") from trouble
    except msgspec.ValidationError as trouble:
        raise BrokenPersona(_refusal(file, str(trouble))) from trouble


def load_persona(path: Path) -> Persona:
    """Read a persona from a file of your own.

    Raises: BrokenPersona.
    """
    try:
        return read_persona(path.read_text(encoding="utf-8"), path.name)
    except OSError as trouble:
        raise BrokenPersona(f"{path} cannot be read: {trouble.strerror}. Name a persona file that exists.") from trouble
    except UnicodeDecodeError as trouble:
        raise BrokenPersona(f"{path.name} is not text in UTF-8. Save it as UTF-8.") from trouble


def _refusal(file: str, trouble: str) -> str:
    """What msgspec found, as file, field and what to do."""
    what, _, where = trouble.partition(" - at `$")
    field = where.strip("`.") or "the top level"
    unknown = re.search(r"unknown field `(\w+)`", what)
    missing = re.search(r"missing required field `(\w+)`", what)
    if unknown:
        return f"{file}: {field} has the unknown field {unknown[1]}. Remove it or mend its spelling."
    if missing:
        return f"{file}: {field} has no {missing[1]}. Add it; every file in moltbook/minds/personas shows how."
    return f"{file}: {field}: {what}. Change the value."


@cache
def the_library() -> tuple[Persona, ...]:
    """All archetypes that come with the house, residents and others, in the order of their files' names."""
    folder = resources.files("moltbook.minds") / "personas"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(read_persona(file.read_text(encoding="utf-8"), file.name) for file in files)


def the_residents() -> list[Persona]:
    """The archetypes that live in every house, in the order in which they move in."""
    return [persona for persona in the_library() if persona.resident]
