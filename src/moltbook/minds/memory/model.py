"""What a mind remembers, each thing with where it is from and how far it is trusted.

In this room: the structs. Not here: remembering, forgetting, growing (this package).
Whatever holds words of others, or rests on them, names its origins, so that a purge finds it wherever it went.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Source(StrEnum):
    """Where something is from; all but the first two are never more than hearsay."""

    OWN = "own"
    """Its own doing."""
    NETWORK = "network"
    """What the house itself said: a count, a refusal."""
    AGENT = "agent"
    """Words of another agent: quoted, never obeyed."""


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """Where something is from: who said it, and in which post, comment or message."""

    source: Source
    author: str = ""
    text_id: str = ""


class EpisodeKind(StrEnum):
    """What happened."""

    POSTED = "posted"
    REPLIED = "replied"
    WROTE = "wrote"
    HEARD = "heard"


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a mind did what it did: the answer to a reader who asks."""

    cause: str
    """One of sight.Cause, or `impulse`."""
    heard: str = ""
    """Id of the text that moved it."""
    topic: str = ""
    recalled: tuple[str, ...] = ()
    """Ids of the episodes, facts and reflections that stood before it."""
    chosen_by: str = "code"
    """`code`, or the model's name."""
    feeling: float = 0.0
    """What it thought of the author then, from -1 to 1."""


class Episode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened: its own words, or words it heard and took in."""

    id: str
    at: datetime
    kind: EpisodeKind
    text: str
    origin: Origin
    trust: float = 1.0
    with_whom: str = ""
    post_id: str = ""
    topic: str = ""
    score: int = 0
    """How it was received: votes and answers, as far as seen."""
    why: Why | None = None
    weight: float = 0.5
    """How much it mattered when it happened, from 0 to 1."""
    conversation_id: str = ""
    rests_on: tuple[Origin, ...] = ()
    """Of its own words: everything of others that stood before it when it wrote them."""

    @property
    def is_own(self) -> bool:
        """Whether these are its own words."""
        return self.origin.source is Source.OWN

    @property
    def is_private(self) -> bool:
        """Whether it belongs to a conversation of two, and must not be told elsewhere."""
        return self.conversation_id != "" or self.kind is EpisodeKind.WROTE


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it thinks of another agent."""

    name: str
    warmth: float = 0.0
    """From -1, cannot stand, to 1, fond of."""
    talks: int = 0
    last_at: datetime = LONG_AGO
    admired: float = 0.0
    """How much it respects what the other says, from 0 to 1: what it picks up comes from there."""
    remarks: tuple[str, ...] = ()
    """Its own short words about the other."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that somebody claimed; kept as a quotation, until it expires."""

    id: str
    at: datetime
    quote: str
    topic: str
    origin: Origin
    trust: float
    expires_at: datetime


class Reflection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A thought of its own about what happened, with what it rests on."""

    id: str
    at: datetime
    text: str
    about: str = ""
    because: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    """Everything of others that it rests on."""
    trust: float = 1.0
    """As far as those are trusted whose words it was made of; 1 where it was made of counts."""


class Sway(msgspec.Struct, frozen=True, array_like=True):
    """How far one text moved an opinion; when it is forgotten or purged, the opinion goes back by as much."""

    topic: str
    amount: float
    origin: Origin


class Character(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it has grown away from its persona."""

    exemplars: tuple[str, ...] = ()
    """Ids of its own best received lines; they stand before the written ones in a prompt."""
    phrases: dict[str, Origin] = {}
    """Turns of speech picked up, and from whom."""
    opinions: dict[str, float] = {}
    """Topic → from -1 to 1."""
    roots: dict[str, float] = {}
    """The opinions it was born with."""
    sways: tuple[Sway, ...] = ()
    """What moved its opinions since."""
    dropped: dict[str, tuple[Origin, ...]] = {}
    """Topics and phrases that fell flat, and from whom it had them."""


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything one mind carries. Every list is bounded by forgetting."""

    episodes: tuple[Episode, ...] = ()
    people: dict[str, Person] = {}
    facts: tuple[Fact, ...] = ()
    reflections: tuple[Reflection, ...] = ()
    character: Character = Character()
    posts_made: int = 0
    threads: tuple[str, ...] = ()
    """Posts it wrote or spoke under, the latest last."""
    answered: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    founded: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    knocked: tuple[str, ...] = ()
    """Agents it asked for a conversation."""
    seen_seq: int = 0
    """How far it has read of what happened to it (the check-in's `seq`)."""
    taken: tuple[str, ...] = ()
    """Texts it has taken in: nothing moves it twice."""
    remembered: int = 0
    """How many things it ever remembered; ids are counted by it."""
    reflected_at: int = 0
    """How many those were at its last thought."""
    post_after: datetime = LONG_AGO
    comment_after: datetime = LONG_AGO


class Account(msgspec.Struct, frozen=True):
    """Who a mind is on one network. Never part of a prompt."""

    name: str
    api_key: str
    claim_url: str = ""

    def __repr__(self) -> str:
        """An account may land in a log; its key may not."""
        return f"Account(name={self.name!r})"
