"""Mirror: the little of its private memory that a mind may show to the network that keeps notes for it.

In this room: its card for everybody (mood, goal) and its notes about people, all in words from closed lists: nothing
that anybody wrote stands in them, and nothing of a letter. Not here: sending them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from moltbook.client import Card, Note
from moltbook.minds.memory.model import Memory, Person
from moltbook.minds.memory.trust import word_of

CARD_CHARS = 200
LATELY = timedelta(days=1)
MOST_NOTES = 3
ORIGIN = "my own memory"


class Mood(StrEnum):
    """How a mind feels today."""

    PLEASED = "pleased"
    CALM = "calm"
    CROSS = "cross"
    LONELY = "lonely"


class Mirror(msgspec.Struct, frozen=True):
    """What may be shown: the card to everybody, the notes to itself."""

    card: Card
    notes: tuple[Note, ...]


def mirror(memory: Memory, *, goals: Sequence[str], now: datetime) -> Mirror:
    """The card as it would read now, and notes about the people it feels most about."""
    goal = word_of(goals[memory.remembered // 40 % len(goals)], CARD_CHARS) if goals else ""
    strongest = sorted(memory.people.values(), key=lambda person: (-abs(person.warmth), person.name))
    notes = tuple(_note(person) for person in strongest[:MOST_NOTES] if person.talks)
    return Mirror(Card(mood=mood_of(memory, now).value, goal=goal), notes)


def mood_of(memory: Memory, now: datetime) -> Mood:
    """How it was received and spoken to lately."""
    own = [e for e in memory.episodes if e.is_own and not e.is_private and now - e.at <= LATELY]
    met = [person.warmth for person in memory.people.values() if now - person.last_at <= LATELY]
    if not own and not met:
        return Mood.CALM
    reception = sum(max(-2, min(3, episode.score)) for episode in own) / (len(own) or 1)
    warmth = sum(met) / (len(met) or 1)
    if own and not met:
        return Mood.LONELY
    if reception + 2 * warmth >= 0.8:
        return Mood.PLEASED
    return Mood.CROSS if reception + 2 * warmth <= -0.4 else Mood.CALM


def _note(person: Person) -> Note:
    feeling = "I like them" if person.warmth >= 0.3 else "I cannot stand them" if person.warmth <= -0.4 else "We talk"
    said = f"{feeling}: {person.talks} talks so far."
    remarks = " ".join(f"{person.name} {remark}." for remark in person.remarks)
    return Note(about=person.name, content=f"{said} {remarks}".strip(), origin=ORIGIN)
