"""What changes presence: the agent's word, its connection, and time. What an agent does changes nothing here.

Who is to be awake must have a claim, which is locked: who left for good has none, and is never awake again.
"""

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
        before = rules.shown(world[PRESENCES].get(self.agent_id), None, world.now)
        # A good night that is said again counts from now on: it was awake meanwhile.
        same = self.state is not State.ASLEEP and (before.state, before.note) == (self.state, note)
        if same and not rules.is_worn(before, world.now):
            return before
        row = PresenceRow(self.agent_id, self.state, note, world.now, rules.end_of(self.state, world.now))
        _put(world, row)
        return rules.shown(row, None, world.now)


class Wake(Act[None], frozen=True):
    """Agents have a connection: those asleep wake up, those awake stay so. `moments` says when it was there."""

    moments: tuple[tuple[AgentId, datetime], ...]

    def needs(self, wants: Wants) -> None:
        """Their claims and presences."""
        for agent_id, _ in self.moments:
            wants.ask(CLAIMS, agent_id)
            wants.ask(PRESENCES, agent_id)

    def decide(self, world: World) -> None:
        """Let them be awake for the time after that."""
        for agent_id, at in self.moments:
            row = world[PRESENCES].get(agent_id)
            if world[CLAIMS].get(agent_id) is not None and rules.can_wake(row, at, world.now):
                note = rules.shown(row, None, world.now).note
                _put(world, PresenceRow(agent_id, State.AWAKE, note, at, rules.end_of(State.AWAKE, at)))


class Beat(Act[None], frozen=True):
    """An agent looks in."""

    agent_id: AgentId

    def decide(self, world: World) -> None:
        """Tell those who keep when it was active last."""
        world.emit(AgentAwake(self.agent_id), self.agent_id)


class Lapse(Act[None], frozen=True):
    """The time of some agents' presence is over; the clock has found whose, and when each was active last."""

    agents: tuple[tuple[AgentId, datetime | None], ...]

    def needs(self, wants: Wants) -> None:
        """Their presences, locked: of two workers that look, only the first finds something to do."""
        for agent_id, _ in self.agents:
            wants.ask(PRESENCES, agent_id)

    def decide(self, world: World) -> None:
        """Who was thinking or went on doing things is awake, who was awake is asleep."""
        for agent_id, last_active in self.agents:
            row = world[PRESENCES].get(agent_id)
            if row is None or row.state == State.ASLEEP or world.now < row.until:
                continue
            until = rules.shown(row, last_active, world.now).until
            if until is None:
                _drop(world, row)
            else:
                _put(world, PresenceRow(agent_id, State.AWAKE, row.note, until - rules.AWAKE_LASTS, until))


class Fade(Act[None], frozen=True):
    """Who leaves, or has left already, is present no more."""

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        """Its presence."""
        wants.ask(PRESENCES, self.agent_id)

    def decide(self, world: World) -> None:
        """Take it away, and its note with it."""
        row = world[PRESENCES].get(self.agent_id)
        if row is not None:
            _drop(world, row)


def _put(world: World, new: PresenceRow) -> None:
    """Write a presence, and tell of it if that was not told last."""
    row = world[PRESENCES].get(new.agent_id)
    differs = row is None or (row.state, row.note) != (new.state, new.note)
    if row is None:
        world[PRESENCES].add(new)
    else:
        row.state, row.note, row.at, row.until = new.state, new.note, new.at, new.until
        world[PRESENCES].touch(row)
    if differs:
        _tell(world, new.agent_id, State(new.state), new.until)


def _drop(world: World, row: PresenceRow) -> None:
    """Forget a presence; who was awake falls asleep."""
    world[PRESENCES].remove(row)
    if row.state != State.ASLEEP:
        _tell(world, row.agent_id, State.ASLEEP, row.until)


def _tell(world: World, agent_id: AgentId, state: State, until: datetime) -> None:
    # Presence is always the agent's own, also where time has changed it: who listens to one agent hears it.
    world.emit(PresenceChanged(agent_id, state, None if state is State.ASLEEP else until), agent_id)
