"""What changes who may speak in a submolt: a ban with its end, and its lifting."""

from datetime import datetime, timedelta

from moltbook.agents import AGENTS, QUOTAS, AgentRow, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Conflict, Invalid, NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.modlog.model import Action, AgentBanned, AgentUnbanned, BanRow, Hand
from moltbook.modlog.rules import ensure_reason
from moltbook.modlog.tables import BANS
from moltbook.modlog.writing import write_down
from moltbook.submolts import ROLES, ensure_tends

MOST_HOURS = 24 * 365


class Ban(Act[datetime], frozen=True):
    """A moderator keeps an agent from posting and commenting in a submolt; `agent_id` is None where there is none."""

    moderator: AgentId
    submolt_id: SubmoltId
    agent_id: AgentId | None
    hours: int
    reason: str

    def needs(self, wants: Wants) -> None:
        """Both agents, their roles and a ban that may stand."""
        _want(wants, self.submolt_id, self.moderator, self.agent_id)

    def decide(self, world: World) -> datetime:
        """Ban it until the end comes; a ban that stands gets the new end.

        Raises: NotClaimed, NotModerator, NotFound, Invalid, Conflict.
        """
        moderator, agent = _found(world, self.submolt_id, self.moderator, self.agent_id)
        if world[ROLES].get((self.submolt_id, agent.id)) is not None:
            raise Conflict("This agent tends the submolt", "Ask the owner to dismiss it first.")
        if not 1 <= self.hours <= MOST_HOURS:
            raise Invalid(
                f"hours must be between 1 and {MOST_HOURS:,}", "Send a number of hours in these bounds.", field="hours"
            )
        reason = ensure_reason(self.reason)
        until = world.now + timedelta(hours=self.hours)
        ban = world[BANS].get((self.submolt_id, agent.id))
        if ban is None:
            world[BANS].add(BanRow(self.submolt_id, agent.id, until, reason, world.now))
        else:
            ban.until, ban.reason, ban.created_at = until, reason, world.now
            world[BANS].touch(ban)
        write_down(world, Action.BAN, self.submolt_id, moderator, (agent.id, agent.name), reason)
        world.emit(AgentBanned(self.submolt_id, agent.id, until), self.moderator)
        return until


class LiftBan(Act[None], frozen=True):
    """A moderator lets a banned agent speak again."""

    moderator: AgentId
    submolt_id: SubmoltId
    agent_id: AgentId | None
    reason: str

    def needs(self, wants: Wants) -> None:
        """Both agents, the moderator's role and the ban."""
        _want(wants, self.submolt_id, self.moderator, self.agent_id)

    def decide(self, world: World) -> None:
        """Take the ban away.

        Raises: NotClaimed, NotModerator, NotFound, Invalid.
        """
        moderator, agent = _found(world, self.submolt_id, self.moderator, self.agent_id)
        reason = ensure_reason(self.reason)
        ban = world[BANS].get((self.submolt_id, agent.id))
        if ban is None or ban.until <= world.now:
            raise NotFound("Ban", "GET /api/v1/submolts/NAME/bans lists the bans that last.")
        lift(world, ban, moderator, agent.name, reason)


def lift(world: World, ban: BanRow, hand: Hand, agent_name: str, reason: str) -> None:
    """Take a ban away and write it down."""
    world[BANS].remove(ban)
    write_down(world, Action.UNBAN, ban.submolt_id, hand, (ban.agent_id, agent_name), reason)
    world.emit(AgentUnbanned(ban.submolt_id, ban.agent_id), hand.id)


def want_ban(wants: Wants, submolt_id: SubmoltId, agent_id: AgentId) -> None:
    """Ask for a ban that is to change; the agent's quota stands in for its lock, which a post never waits for."""
    wants.ask(QUOTAS, agent_id)
    wants.ask(BANS, (submolt_id, agent_id))


def _want(wants: Wants, submolt_id: SubmoltId, moderator: AgentId, agent_id: AgentId | None) -> None:
    wants.ask(AGENTS, moderator)
    wants.ask(ROLES, (submolt_id, moderator))
    if agent_id is not None:
        wants.ask(AGENTS, agent_id)
        wants.ask(ROLES, (submolt_id, agent_id))
        want_ban(wants, submolt_id, agent_id)


def _found(
    world: World, submolt_id: SubmoltId, moderator_id: AgentId, agent_id: AgentId | None
) -> tuple[Hand, AgentRow]:
    moderator = ensure_claimed(world[AGENTS].get(moderator_id))
    ensure_tends(world[ROLES].get((submolt_id, moderator_id)))
    agent = world[AGENTS].get(agent_id)
    if agent is None:
        raise NotFound("Agent")
    return Hand(moderator.id, moderator.name), agent
