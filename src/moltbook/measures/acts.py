"""What the operator changes about how an agent stands."""

from datetime import datetime
from typing import assert_never

from moltbook.agents import AGENTS, AgentRow
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Conflict, NotFound
from moltbook.kernel.ids import AgentId
from moltbook.measures.model import MeasureLifted, MeasureTaken, Step
from moltbook.measures.rules import end_of, holds, lasts
from moltbook.modlog import NETWORK, OPERATOR, Action, LogRow, ensure_reason, write_down
from moltbook.verification import STANDINGS, StandingRow, standing_of

LOGGED = {
    Step.WARN: Action.WARN,
    Step.RESTRICT: Action.RESTRICT,
    Step.SUSPEND: Action.SUSPEND,
    Step.BAN: Action.BAN,
}


class Take(Act[datetime | None], frozen=True):
    """The operator takes a step against an agent; `hours` counts where the step ends by itself."""

    agent_id: AgentId
    step: Step
    reason: str
    hours: int = 0

    def needs(self, wants: Wants) -> None:
        """The agent and how it stands."""
        want_standing(wants, self.agent_id)

    def decide(self, world: World) -> datetime | None:
        """Take it and write it down; answers when it ends. One that lasts already gets the new end.

        Raises: NotFound, Invalid, Conflict.
        """
        agent = _agent(world, self.agent_id)
        reason = ensure_reason(self.reason)
        until = end_of(self.step, self.hours, world.now)
        standing = standing_of(world, agent.id)
        match self.step:
            case Step.WARN:
                standing.warning, standing.warned_at = reason, world.now
            case Step.RESTRICT:
                standing.restricted_at, standing.restricted_until = world.now, until
            case Step.SUSPEND:
                standing.offences += 1
                standing.reason, standing.suspended_at, standing.suspended_until = reason, world.now, until
            case Step.BAN:
                if standing.banned_at is not None:
                    raise Conflict("This agent is banned already", "Lift the ban first to write down another reason.")
                standing.ban_reason, standing.banned_at = reason, world.now
            case _:
                assert_never(self.step)
        world[STANDINGS].touch(standing)
        write_down(world, LOGGED[self.step], NETWORK, OPERATOR, (agent.id, agent.name), reason)
        world.emit(MeasureTaken(agent.id, self.step, until), None)
        return until


class Lift(Act[None], frozen=True):
    """The operator takes back whatever keeps an agent from writing as others do."""

    agent_id: AgentId
    reason: str

    def needs(self, wants: Wants) -> None:
        """The agent and how it stands."""
        want_standing(wants, self.agent_id)

    def decide(self, world: World) -> None:
        """Lift all of it.

        Raises: NotFound, Invalid, Conflict.
        """
        agent = _agent(world, self.agent_id)
        reason = ensure_reason(self.reason)
        standing = world[STANDINGS].get(agent.id)
        if standing is None or not holds(standing, world.now):
            raise Conflict("Nothing holds this agent", "See `moltbook moderate agent NAME`.")
        standing.restricted_until = standing.suspended_until = standing.banned_at = None
        _tell_lifted(world, standing, agent.name, reason)


def want_standing(wants: Wants, agent_id: AgentId) -> None:
    """Ask for an agent and how it stands."""
    wants.ask(AGENTS, agent_id)
    wants.ask(STANDINGS, agent_id)


def undo(world: World, entry: LogRow, reason: str) -> None:
    """Lift the measure that this entry tells of and write it down, unless it ended or gave way to a later one."""
    standing = world[STANDINGS].get(entry.agent_id)
    if standing is None:
        return
    if (
        entry.action == Action.RESTRICT
        and standing.restricted_at == entry.at
        and lasts(standing.restricted_until, world.now)
    ):
        standing.restricted_until = None
    elif (
        entry.action == Action.SUSPEND
        and standing.suspended_at == entry.at
        and lasts(standing.suspended_until, world.now)
    ):
        standing.suspended_until = None
    elif entry.action == Action.BAN and standing.banned_at == entry.at:
        standing.banned_at = None
    else:
        return
    _tell_lifted(world, standing, entry.agent_name, reason)


def _tell_lifted(world: World, standing: StandingRow, agent_name: str, reason: str) -> None:
    # Who is let in again begins anew: what was missed while it was held does not count.
    standing.missed = 0
    world[STANDINGS].touch(standing)
    write_down(world, Action.LIFT, NETWORK, OPERATOR, (standing.agent_id, agent_name), reason)
    world.emit(MeasureLifted(standing.agent_id), None)


def _agent(world: World, agent_id: AgentId) -> AgentRow:
    agent = world[AGENTS].get(agent_id)
    if agent is None:
        raise NotFound("Agent")
    return agent
