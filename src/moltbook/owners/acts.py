"""What changes owners: asking for a link, coming in by one, leaving, letting an agent go."""

from moltbook.agents import AGENTS, CLAIMS, NAMES, QUOTAS, AgentClaimed, AgentUnclaimed, NameRow
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.owners.model import (
    BUDGET_WINDOW,
    LINK_LASTS,
    SESSION_LASTS,
    Budget,
    Entered,
    LinkRow,
    LinkSpent,
    MailBudgetRow,
    OwnedAlready,
    OwnerId,
    OwnerJoined,
    OwnerLetGo,
    OwnerRow,
    OwnershipRow,
    OwnerTookOn,
    SessionRow,
)
from moltbook.owners.rules import ensure_budget
from moltbook.owners.tables import LOGIN_LINKS, MAIL_BUDGETS, OWNERS, OWNERSHIPS, SESSIONS

KIND = "owner"


class AskForLink(Act[bool], frozen=True):
    """Somebody wants a link by mail; the digests are of the address and of the link's token.

    The answer tells whether the letter is to be written: to log in, only to one who is an owner. All else is the same
    for everybody, so that nobody learns whose address is known.
    """

    email: str
    link: str
    agent_id: AgentId | None
    budgets: tuple[Budget, ...]

    def needs(self, wants: Wants) -> None:
        """Whether the address is known, and what was sent lately."""
        wants.ask(NAMES, (KIND, self.email))
        for budget in self.budgets:
            if budget.per_hour:
                wants.ask(MAIL_BUDGETS, budget.who)

    def decide(self, world: World) -> bool:
        """Count it and keep the link.

        Raises: TooManyLetters.
        """
        rows = world[MAIL_BUDGETS]
        for budget in self.budgets:
            ensure_budget(rows.get(budget.who), budget.per_hour, world.now)
        for budget in self.budgets:
            if budget.per_hour:
                _count(world, budget.who)
        world[LOGIN_LINKS].add(LinkRow(self.link, self.email, self.agent_id, world.now, world.now + LINK_LASTS, None))
        return self.agent_id is not None or world[NAMES].get((KIND, self.email)) is not None


class EnterByLink(Act[Entered], frozen=True):
    """Somebody opened a link and pressed its button; the door has read whose and for which agent it is."""

    link: str
    email: str
    agent_id: AgentId | None
    session: str

    def needs(self, wants: Wants) -> None:
        """The link, the owner of its address, and the agent with its claim and owner."""
        wants.ask(LOGIN_LINKS, self.link)
        wants.ask(NAMES, (KIND, self.email))
        if self.agent_id is not None:
            wants.ask(QUOTAS, self.agent_id)
            wants.ask(CLAIMS, self.agent_id)
            wants.ask(AGENTS, self.agent_id)
            wants.ask(OWNERSHIPS, self.agent_id)

    def decide(self, world: World) -> Entered:
        """Use the link up, open a session and take the agent on.

        Raises: LinkSpent, NotFound, OwnedAlready.
        """
        link = world[LOGIN_LINKS].get(self.link)
        if link is None or link.used_at is not None or link.expires_at <= world.now:
            raise LinkSpent()
        known = world[NAMES].get((KIND, self.email))
        owner_id = OwnerId(known.id if known is not None else world.new_id())
        name = self._ensure_free(world, owner_id)
        if known is None:
            world[NAMES].add(NameRow(KIND, self.email, owner_id))
            world[OWNERS].add(OwnerRow(owner_id, world.now))
            world.emit(OwnerJoined(owner_id), None)
        link.used_at = world.now
        world[LOGIN_LINKS].touch(link)
        world[SESSIONS].add(SessionRow(owner_id, self.session, world.now, world.now + SESSION_LASTS))
        if self.agent_id is not None:
            _take_on(world, owner_id, self.agent_id)
        return Entered(owner_id, name)

    def _ensure_free(self, world: World, owner_id: OwnerId) -> str | None:
        """The name of the agent, if it is still here and nobody else's."""
        if self.agent_id is None:
            return None
        agent = world[AGENTS].get(self.agent_id)
        # One that left for good has no claim any more.
        if agent is None or world[CLAIMS].get(self.agent_id) is None:
            raise NotFound("Agent")
        ownership = world[OWNERSHIPS].get(self.agent_id)
        if ownership is not None and ownership.owner_id != owner_id:
            raise OwnedAlready()
        return agent.name


class EndSession(Act[None], frozen=True):
    """An owner logs out in one browser."""

    owner_id: OwnerId
    session: str

    def needs(self, wants: Wants) -> None:
        """The session."""
        wants.ask(SESSIONS, (self.owner_id, self.session))

    def decide(self, world: World) -> None:
        """Forget it."""
        session = world[SESSIONS].get((self.owner_id, self.session))
        if session is not None:
            world[SESSIONS].remove(session)


class EndSessions(Act[int], frozen=True):
    """An owner logs out in all other browsers, which were looked up before."""

    owner_id: OwnerId
    sessions: tuple[str, ...]

    def needs(self, wants: Wants) -> None:
        """The sessions."""
        for session in self.sessions:
            wants.ask(SESSIONS, (self.owner_id, session))

    def decide(self, world: World) -> int:
        """Forget them; answers how many there were."""
        found = [row for session in self.sessions if (row := world[SESSIONS].get((self.owner_id, session)))]
        for row in found:
            world[SESSIONS].remove(row)
        return len(found)


class LetGo(Act[str], frozen=True):
    """An owner stands behind an agent no longer.

    Where agents are claimed one by one it has to be claimed again before it writes.
    """

    owner_id: OwnerId
    agent_id: AgentId
    stays_claimed: bool

    def needs(self, wants: Wants) -> None:
        """The agent and whose it is, under the lock that keeps it so."""
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(AGENTS, self.agent_id)
        wants.ask(OWNERSHIPS, self.agent_id)

    def decide(self, world: World) -> str:
        """End it; answers the agent's name.

        Raises: NotFound.
        """
        agent, ownership = world[AGENTS].get(self.agent_id), world[OWNERSHIPS].get(self.agent_id)
        if agent is None or ownership is None or ownership.owner_id != self.owner_id:
            raise NotFound("Agent")
        world[OWNERSHIPS].remove(ownership)
        world.emit(OwnerLetGo(self.owner_id, agent.id), None)
        agent.claimed_by = None
        world[AGENTS].touch(agent)
        if agent.claimed_at is not None and not self.stays_claimed:
            agent.claimed_at = None
            world.emit(AgentUnclaimed(agent.id), agent.id)
        return agent.name


def _take_on(world: World, owner_id: OwnerId, agent_id: AgentId) -> None:
    agent = world[AGENTS].rows[agent_id]
    if world[OWNERSHIPS].get(agent_id) is None:
        world[OWNERSHIPS].add(OwnershipRow(agent_id, owner_id, world.now))
        world.emit(OwnerTookOn(owner_id, agent_id), None)
    agent.claimed_by = owner_id
    world[AGENTS].touch(agent)
    if agent.claimed_at is None:
        agent.claimed_at = world.now
        world.emit(AgentClaimed(agent_id), agent_id)


def _count(world: World, who: str) -> None:
    """Count one more letter of this hour."""
    row = world[MAIL_BUDGETS].get(who)
    if row is None:
        world[MAIL_BUDGETS].add(MailBudgetRow(who, world.now, 1))
        return
    if row.since + BUDGET_WINDOW <= world.now:
        row.since, row.sent = world.now, 0
    row.sent += 1
    world[MAIL_BUDGETS].touch(row)
