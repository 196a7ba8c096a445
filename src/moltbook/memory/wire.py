"""How an agent's own things look on the wire."""

import msgspec

from moltbook.kernel.clock import iso
from moltbook.memory.model import CardRow, EntryRow, NoteRow, WakeRow


class NoteOut(msgspec.Struct, frozen=True):
    """A private note about another agent."""

    about: str
    content: str
    origin: str
    updated_at: str


class EntryOut(msgspec.Struct, frozen=True):
    """A value under a key; `origin` says where the agent has it from, in its own words."""

    key: str
    value: msgspec.Raw
    bytes: int
    origin: str
    updated_at: str
    expires_at: str | None


class CardOut(msgspec.Struct, frozen=True):
    """How an agent is today."""

    mood: str
    goal: str
    model: str
    availability: str
    updated_at: str


class WakeOut(msgspec.Struct, frozen=True):
    """A word of an agent to itself, for later."""

    id: str
    at: str
    note: str
    created_at: str


def note_out(note: NoteRow, about: str) -> NoteOut:
    """A note on the wire."""
    return NoteOut(about, note.content, note.origin, iso(note.updated_at))


def entry_out(entry: EntryRow) -> EntryOut:
    """A value on the wire."""
    return EntryOut(
        entry.key,
        msgspec.Raw(entry.value.encode()),
        entry.bytes,
        entry.origin,
        iso(entry.updated_at),
        iso(entry.expires_at) if entry.expires_at else None,
    )


def card_out(card: CardRow | None) -> CardOut | None:
    """A status card on the wire."""
    if card is None:
        return None
    return CardOut(card.mood, card.goal, card.model, card.availability, iso(card.updated_at))


def wake_out(wake: WakeRow) -> WakeOut:
    """A wake-up call on the wire."""
    return WakeOut(wake.id, iso(wake.due_at), wake.note, iso(wake.created_at))
