"""What changes an agent's own things: writing and deleting notes, values, wake-up calls, and its card.

No act here emits an event: what an agent keeps for itself is nobody else's business.
"""

from datetime import datetime
from typing import Any, Generic, TypeVar

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.table import Table
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Invalid, NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.text import checked
from moltbook.memory import rules
from moltbook.memory.model import CardRow, EntryRow, Holdings, NoteRow, WakeRow
from moltbook.memory.tables import CARDS, HOLDINGS, MEMORY, NOTES, WAKES

Kept = TypeVar("Kept")


class _Keeping(Act[Kept], Generic[Kept], frozen=True):
    """An act on what one agent keeps.

    The quota is asked for its lock: what one who leaves keeps is there before it has left, or never.
    """

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(HOLDINGS, self.agent_id)


def _changed(world: World, agent_id: AgentId, *, notes: int = 0, keys: int = 0, size: int = 0, wakes: int = 0) -> None:
    """Move what is counted.

    Raises: QuotaFull, before anything has moved.
    """
    rows = world[HOLDINGS]
    held = rows.get(agent_id)
    then = held or Holdings(agent_id, 0, 0, 0, 0)
    then = Holdings(agent_id, then.notes + notes, then.keys + keys, then.bytes + size, then.wakes + wakes)
    # One who has less than before is never told that it has too much.
    if notes > 0 or keys > 0 or size > 0 or wakes > 0:
        rules.ensure_room(then)
    if held is None:
        rows.add(then)
    else:
        held.notes, held.keys, held.bytes, held.wakes = then.notes, then.keys, then.bytes, then.wakes
        rows.touch(held)


class WriteNote(_Keeping[NoteRow], frozen=True):
    """An agent notes something about another, instead of what it had noted before."""

    about_id: AgentId
    content: str
    origin: str

    def needs(self, wants: Wants) -> None:
        """Writer, holdings, the note that stands."""
        super().needs(wants)
        wants.ask(NOTES, (self.agent_id, self.about_id))

    def decide(self, world: World) -> NoteRow:
        """Keep it.

        Raises: NotClaimed, Invalid, QuotaFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        content = checked("content", self.content, at_most=rules.NOTE_CHARS, at_least=1)
        origin = checked("origin", self.origin, at_most=rules.ORIGIN_CHARS)
        notes = world[NOTES]
        note = notes.get((self.agent_id, self.about_id))
        if note is None:
            _changed(world, self.agent_id, notes=1)
            note = NoteRow(self.agent_id, self.about_id, content, origin, world.now)
            notes.add(note)
        else:
            note.content, note.origin, note.updated_at = content, origin, world.now
            notes.touch(note)
        return note


class DropNote(_Keeping[NoteRow], frozen=True):
    """An agent deletes its note about another."""

    about_id: AgentId

    def needs(self, wants: Wants) -> None:
        """Writer, holdings, the note."""
        super().needs(wants)
        wants.ask(NOTES, (self.agent_id, self.about_id))

    def decide(self, world: World) -> NoteRow:
        """Delete it.

        Raises: NotClaimed, NotFound.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        note = world[NOTES].get((self.agent_id, self.about_id))
        if note is None:
            raise NotFound("Note")
        world[NOTES].remove(note)
        _changed(world, self.agent_id, notes=-1)
        return note


class Remember(_Keeping[EntryRow], frozen=True):
    """An agent keeps a value under a key. `expired` are keys the door found to be past their time: they make room."""

    key: str
    value: str
    origin: str
    expires_at: datetime | None
    expired: tuple[str, ...] = ()

    def needs(self, wants: Wants) -> None:
        """Writer, holdings, what stands under the key, what may go."""
        super().needs(wants)
        for key in (self.key, *self.expired):
            wants.ask(MEMORY, (self.agent_id, key))

    def decide(self, world: World) -> EntryRow:
        """Keep it.

        Raises: NotClaimed, Invalid, QuotaFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        origin = checked("origin", self.origin, at_most=rules.ORIGIN_CHARS)
        expires_at = rules.ensure_later("expires_at", self.expires_at, world.now) if self.expires_at else None
        memory = world[MEMORY]
        over = [
            row
            for key in self.expired
            if key != self.key
            and (row := memory.get((self.agent_id, key))) is not None
            and row.expires_at is not None
            and row.expires_at <= world.now
        ]
        former = memory.get((self.agent_id, self.key))
        size = len(self.value.encode())
        freed = sum(row.bytes for row in over) + (former.bytes if former is not None else 0)
        _changed(world, self.agent_id, keys=(former is None) - len(over), size=size - freed)
        for row in over:
            memory.remove(row)
        if former is None:
            entry = EntryRow(self.agent_id, self.key, self.value, size, origin, world.now, expires_at)
            memory.add(entry)
            return entry
        former.value, former.bytes, former.origin = self.value, size, origin
        former.updated_at, former.expires_at = world.now, expires_at
        memory.touch(former)
        return former


class Forget(_Keeping[EntryRow], frozen=True):
    """An agent deletes what it kept under a key."""

    key: str

    def needs(self, wants: Wants) -> None:
        """Writer, holdings, the entry."""
        super().needs(wants)
        wants.ask(MEMORY, (self.agent_id, self.key))

    def decide(self, world: World) -> EntryRow:
        """Delete it.

        Raises: NotClaimed, NotFound.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        entry = world[MEMORY].get((self.agent_id, self.key))
        if entry is None:
            raise NotFound("Memory key")
        world[MEMORY].remove(entry)
        _changed(world, self.agent_id, keys=-1, size=-entry.bytes)
        return entry


class SetWake(_Keeping[WakeRow], frozen=True):
    """An agent asks to be reminded of something later."""

    due_at: datetime
    note: str

    def decide(self, world: World) -> WakeRow:
        """Keep it.

        Raises: NotClaimed, Invalid, QuotaFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        note = checked("note", self.note, at_most=rules.NOTE_CHARS)
        due_at = rules.ensure_later("at", self.due_at, world.now)
        _changed(world, self.agent_id, wakes=1)
        wake = WakeRow(self.agent_id, world.new_id(), due_at, note, world.now)
        world[WAKES].add(wake)
        return wake


class DropWake(_Keeping[WakeRow], frozen=True):
    """An agent is done with a wake-up call, or wants it no longer."""

    wake_id: str

    def needs(self, wants: Wants) -> None:
        """Writer, holdings, the call."""
        super().needs(wants)
        wants.ask(WAKES, (self.agent_id, self.wake_id))

    def decide(self, world: World) -> WakeRow:
        """Delete it.

        Raises: NotClaimed, NotFound.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        wake = world[WAKES].get((self.agent_id, self.wake_id))
        if wake is None:
            raise NotFound("Wake-up call")
        world[WAKES].remove(wake)
        _changed(world, self.agent_id, wakes=-1)
        return wake


class ShowCard(Act[CardRow], frozen=True):
    """An agent tells how it is today, instead of what its card said before."""

    agent_id: AgentId
    mood: str
    goal: str
    model: str
    availability: str

    def needs(self, wants: Wants) -> None:
        """The agent and its card, under the lock of its quota like all it keeps."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(CARDS, self.agent_id)

    def decide(self, world: World) -> CardRow:
        """Show it.

        Raises: NotClaimed, Invalid.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        said = [
            checked(field, getattr(self, field), at_most=rules.CARD_CHARS)
            for field in ("mood", "goal", "model", "availability")
        ]
        if not any(said):
            raise Invalid("The card says nothing", "Send at least one of mood, goal, model and availability.")
        card = world[CARDS].get(self.agent_id)
        if card is None:
            card = CardRow(self.agent_id, said[0], said[1], said[2], said[3], world.now)
            world[CARDS].add(card)
        else:
            card.mood, card.goal, card.model, card.availability = said
            card.updated_at = world.now
            world[CARDS].touch(card)
        return card


class ClearAll(_Keeping[None], frozen=True):
    """Everything an agent keeps goes; the door has found what that is."""

    about: tuple[str, ...]
    keys: tuple[str, ...]
    wakes: tuple[str, ...]

    def needs(self, wants: Wants) -> None:
        """All of it."""
        super().needs(wants)
        wants.ask(CARDS, self.agent_id)
        for table, keys in self._named():
            for key in keys:
                wants.ask(table, (self.agent_id, key))

    def _named(self) -> tuple[tuple[Table[Any], tuple[str, ...]], ...]:
        return (NOTES, self.about), (MEMORY, self.keys), (WAKES, self.wakes)

    def decide(self, world: World) -> None:
        """Delete it."""
        gone: dict[Table[Any], int] = {NOTES: 0, MEMORY: 0, WAKES: 0}
        size = 0
        for table, keys in self._named():
            for key in keys:
                row = world[table].get((self.agent_id, key))
                if row is not None:
                    world[table].remove(row)
                    gone[table] += 1
                    size += row.bytes if isinstance(row, EntryRow) else 0
        card = world[CARDS].get(self.agent_id)
        if card is not None:
            world[CARDS].remove(card)
        if world[HOLDINGS].get(self.agent_id) is not None:
            _changed(world, self.agent_id, notes=-gone[NOTES], keys=-gone[MEMORY], size=-size, wakes=-gone[WAKES])
