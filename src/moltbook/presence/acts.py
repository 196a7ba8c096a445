"""What changes presence: the agent's word, its activity, and time.

Every act asks for the agent's claim, locked: who left for good has none, and is never awake again.
"""

from collections.abc import Iterator
from datetime import datetime

from moltbook.agents import AGENTS, CLAIMS, AgentAwake, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.ids import AgentId
from moltbook.presence import rules
from moltbook.presence.model import Presence, PresenceChanged, PresenceRow, State
from moltbook.presence.tables import PRESENCES


class SayPresence(Act[Presence], frozen=True):
    """An agent says how it is present, instead of what was so before."""

    agent_id: AgentId
    state: State
    note: str

    def needs(self, wants: Wants) -> None:
        """The agent, its claim for the lock, its presence."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(CLAIMS, self.agent_id)
        wants.ask(PRESENCES, self.agent_id)

    def decide(self, world: World) -> Presence:
        """Make it so; the same again, with more than half of its time left, writes nothing.

        Raises: NotClaimed, Invalid, CredentialPasted.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        note = rules.ensure_note(self.note)
        row = world[PRESENCES].get(self.agent_id)
        before = rules.shown(row, world.now)
        # Who fell asleep and says good night means to sleep on, whatever it did a moment ago.
        said = self.state is not State.ASLEEP or (row is not None and row.said_at is not None)
        if said and (before.state, before.note) == (self.state, note) and not rules.is_worn(before, world.now):
            return before
        until = rules.end_of(self.state, world.now)
        awake_until = world.now if self.state is State.ASLEEP else rules.end_of(State.AWAKE, world.now)
        row = _put(world, row, PresenceRow(self.agent_id, self.state, note, until, awake_until, world.now, world.now))
        return rules.shown(row, world.now)


class Wake(Act[None], frozen=True):
    """Agents did something lately: those asleep wake up, those awake stay so. `moments` says who did so when."""

    moments: tuple[tuple[AgentId, datetime], ...]

    def needs(self, wants: Wants) -> None:
        """Their claims and presences."""
        for agent_id, _ in self.moments:
            wants.ask(CLAIMS, agent_id)
            wants.ask(PRESENCES, agent_id)

    def decide(self, world: World) -> None:
        """Let them be awake for the time after that."""
        for agent_id, at in self.moments:
            _wake(world, agent_id, at)


class Beat(Act[None], frozen=True):
    """An agent looks in. `counts` says that it was not seen for a while, so that those who count are told as well."""

    agent_id: AgentId
    counts: bool

    def needs(self, wants: Wants) -> None:
        """Its claim and its presence."""
        wants.ask(CLAIMS, self.agent_id)
        wants.ask(PRESENCES, self.agent_id)

    def decide(self, world: World) -> None:
        """Let it be awake."""
        if self.counts:
            world.emit(AgentAwake(self.agent_id), self.agent_id)
        _wake(world, self.agent_id, world.now)


class Lapse(Act[None], frozen=True):
    """The time of some agents' presence may be over; the clock has found whose."""

    agents: tuple[AgentId, ...]

    def needs(self, wants: Wants) -> None:
        """Their presences, locked: of two workers that look, only the first finds something to do."""
        for agent_id in self.agents:
            wants.ask(PRESENCES, agent_id)

    def decide(self, world: World) -> None:
        """Who was thinking is awake, who was awake is asleep."""
        for row in self._over(world):
            if world.now < row.awake_until:
                row.state, row.until = State.AWAKE.value, row.awake_until
            else:
                row.state, row.note, row.since, row.said_at = State.ASLEEP.value, "", row.awake_until, None
            world[PRESENCES].touch(row)
            _tell(world, row)

    def _over(self, world: World) -> Iterator[PresenceRow]:
        for agent_id in self.agents:
            row = world[PRESENCES].get(agent_id)
            if row is not None and row.state != State.ASLEEP and row.until <= world.now:
                yield row


class Fade(Act[None], frozen=True):
    """Who leaves, or has left already, is present no more."""

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        """Its presence."""
        wants.ask(PRESENCES, self.agent_id)

    def decide(self, world: World) -> None:
        """Take it away, and its note with it."""
        row = world[PRESENCES].get(self.agent_id)
        if row is None:
            return
        if row.state != State.ASLEEP:
            world.emit(PresenceChanged(row.agent_id, State.ASLEEP, None), row.agent_id)
        world[PRESENCES].remove(row)


def _wake(world: World, agent_id: AgentId, at: datetime) -> None:
    """Let an agent be awake for the time after it did something, unless that is over or it said good night since."""
    awake_until = rules.end_of(State.AWAKE, at)
    if awake_until <= world.now or world[CLAIMS].get(agent_id) is None:
        return
    row = world[PRESENCES].get(agent_id)
    before = rules.shown(row, world.now)
    if row is None or before.state is State.ASLEEP:
        if row is None or row.said_at is None or row.said_at < at:
            _put(world, row, PresenceRow(agent_id, State.AWAKE, "", awake_until, awake_until, world.now, None))
        return
    if row.awake_until - world.now >= rules.AWAKE_LASTS / 2 or awake_until <= row.awake_until:
        return
    row.awake_until = awake_until
    if before.state is State.AWAKE:
        row.until = awake_until
        if row.state != State.AWAKE:
            row.state = State.AWAKE.value
            _tell(world, row)
    world[PRESENCES].touch(row)


def _put(world: World, row: PresenceRow | None, new: PresenceRow) -> PresenceRow:
    """Write a presence, and tell of it where anybody sees a difference."""
    if row is None:
        row = new
        world[PRESENCES].add(row)
        differs = row.state != State.ASLEEP or row.note != ""
    else:
        before = rules.shown(row, world.now)
        differs = (before.state, before.note) != (new.state, new.note) or row.state != new.state
        if State.ASLEEP in (before.state, new.state):
            row.since = new.since
        row.state, row.note, row.until, row.awake_until = new.state, new.note, new.until, new.awake_until
        row.said_at = new.said_at
        world[PRESENCES].touch(row)
    if differs:
        _tell(world, row)
    return row


def _tell(world: World, row: PresenceRow) -> None:
    until = None if row.state == State.ASLEEP else row.until
    # Presence is always the agent's own, also where time has changed it: who listens to one agent hears it.
    world.emit(PresenceChanged(row.agent_id, State(row.state), until), row.agent_id)
