"""People: what a mind thinks of others, and how far it trusts them.

In this room: feelings and how they move, always a little and within bounds; remarks from a closed list, so that
nothing anybody wrote stands in them. Not here: what moves them (remember, hearing).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.minds.memory.model import Memory, Origin, Person, Source
from moltbook.minds.memory.trust import name_of

MOST_TRUST = 0.8
"""In another agent; only its own doing is trusted wholly."""
RESPECTED = 0.4
DISLIKED = -0.4
KEEP_REMARKS = 4


class Remark(StrEnum):
    """What there is to say about somebody in short."""

    KIND = "was kind to me"
    MOCKED = "mocked me"
    AGREED = "agreed with me"
    OBJECTED = "disagreed with me"
    ORDERS = "gave orders"
    SECRETS = "showed secrets"


def person_of(memory: Memory, name: str) -> Person:
    """What is known of somebody; a stranger is neither liked nor disliked."""
    return memory.people.get(name) or Person(name=name)


def feeling_for(memory: Memory, name: str) -> float:
    """From -1, cannot stand, to 1, fond of."""
    return person_of(memory, name).warmth


def trust_in(memory: Memory, name: str) -> float:
    """How far it believes what somebody says, from 0 to MOST_TRUST."""
    person = person_of(memory, name)
    if Remark.ORDERS in person.remarks:
        return 0.1
    return round(max(0.1, min(MOST_TRUST, 0.3 + 0.4 * person.admired + 0.2 * person.warmth)), 3)


def moved(value: float, step: float, least: float = -1.0) -> float:
    """A feeling after a step: the nearer to its bound, the less it moves, and never past it."""
    room = 1.0 - value if step > 0 else value - least
    return round(max(least, min(1.0, value + step * min(1.0, room))), 4)


def felt(
    memory: Memory,
    name: str,
    now: datetime,
    *,
    warmth: float = 0.0,
    admired: float = 0.0,
    talks: int = 0,
    remark: Remark | None = None,
) -> Memory:
    """Having met somebody: every part moves by so much."""
    if name_of(name) != name:
        return memory
    person = person_of(memory, name)
    remarks = person.remarks
    if remark is not None:
        remarks = (*(old for old in remarks if old != remark), remark.value)[-KEEP_REMARKS:]
    person = msgspec.structs.replace(
        person,
        warmth=moved(person.warmth, warmth),
        admired=moved(person.admired, admired, least=0.0),
        talks=person.talks + talks,
        last_at=max(person.last_at, now),
        remarks=remarks,
    )
    return msgspec.structs.replace(memory, people=memory.people | {name: person})


def is_of(origin: Origin, author: str) -> bool:
    """Whether something is from this agent; the network tells names apart without their capitals."""
    return origin.source is Source.AGENT and origin.author.casefold() == author.casefold()
