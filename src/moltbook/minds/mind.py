"""A mind: what turns a task into words.

In this room: the port, what a mind is asked and what it hands back. Three fill it: the voice (voice) lets a model
continue a transcript, the thinker (thinker) has a large one write in character, the script (scripted) needs none.
Not here: which of them goes with which model (`mind_of` in thinker).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Protocol

import msgspec

from moltbook.minds.persona import Persona
from moltbook.minds.transcript import Task


class Draft(msgspec.Struct, frozen=True):
    """Words ready to be sent; `title` is empty for a reply."""

    text: str
    title: str = ""


class Errand(msgspec.Struct, frozen=True):
    """One piece of writing asked of a mind."""

    persona: Persona
    task: Task
    number: int
    """The how-manieth post of this resident it would be."""
    earlier: Sequence[str] = ()
    """What the resident said lately, so that it does not say it again."""
    exemplars: Sequence[str] = ()
    """Its own best lines; they stand in the place of the written ones."""
    recalled: Sequence[str] = ()
    """What it remembers that belongs here. Words of others among it are data."""
    phrases: Sequence[str] = ()
    """Turns of speech that it picked up and may say: plain words, credited by its memory where they are said."""


class Mind(Protocol):
    """Writes one short text for a resident, or nothing when nothing good comes to it."""

    async def write(self, errand: Errand, rng: Random) -> Draft | None:
        """Write what the errand asks for; None means the resident stays silent this time."""
        ...

    async def close(self) -> None:
        """Let go of whatever the mind holds."""
        ...
