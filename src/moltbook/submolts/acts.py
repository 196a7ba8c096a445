"""What changes submolts: founding one, subscribing, leaving."""

from moltbook.agents import AGENTS, NAMES, QUOTAS, NameRow, Pace, ensure_claimed, ensure_pace
from moltbook.db.world import Act, Wants, World
from moltbook.images import IMAGES, ImageKind, Picture, put_image
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.text import checked
from moltbook.submolts.model import (
    Changed,
    SubmoltCreated,
    SubmoltRow,
    SubmoltUpdated,
    Subscribed,
    SubscriptionRow,
    Unsubscribed,
)
from moltbook.submolts.rules import (
    DESCRIPTION_CHARS,
    DISPLAY_NAME_CHARS,
    SubmoltTaken,
    ensure_submolt_name,
    ensure_tends,
    is_submolt_name,
)
from moltbook.submolts.tables import FACES, SUBMOLTS, SUBSCRIPTIONS


class FoundSubmolt(Act[SubmoltRow], frozen=True):
    """An agent founds a community and becomes its first subscriber. The house itself founds the seeded ones."""

    founder: AgentId | None
    name: str
    display_name: str
    description: str
    allow_crypto: bool = False
    pace: Pace = Pace()
    submolt_id: SubmoltId | None = None

    def needs(self, wants: Wants) -> None:
        """The name, and the founder with its quota."""
        # What can be no name need not be asked for; some of it (NUL) the database would not even read.
        if is_submolt_name(self.name):
            wants.ask(NAMES, ("submolt", self.name))
        if self.founder is not None:
            wants.ask(AGENTS, self.founder)
            wants.ask(QUOTAS, self.founder)

    def decide(self, world: World) -> SubmoltRow:
        """Reserve the name, then use it.

        Raises: Invalid, NotClaimed, SubmoltTaken, Slower.
        """
        ensure_submolt_name(self.name)
        display_name = checked("display_name", self.display_name or self.name, at_most=DISPLAY_NAME_CHARS)
        description = checked("description", self.description, at_most=DESCRIPTION_CHARS)
        if world[NAMES].get(("submolt", self.name)) is not None:
            raise SubmoltTaken(self.name)
        if self.founder is not None:
            ensure_claimed(world[AGENTS].get(self.founder))
            quota = world[QUOTAS].rows[self.founder]
            ensure_pace(quota.submolt_at, world.now, self.pace, "create a submolt")
            quota.submolt_at = world.now
            world[QUOTAS].touch(quota)
        submolt_id = self.submolt_id or SubmoltId(world.new_id())
        first = 0 if self.founder is None else 1
        submolt = SubmoltRow(
            submolt_id,
            self.name,
            display_name,
            description,
            self.allow_crypto,
            self.founder,
            first,
            0,
            world.now,
            world.now,
            None,
            None,
        )
        world[NAMES].add(NameRow("submolt", self.name, submolt_id))
        world[SUBMOLTS].add(submolt)
        world.emit(SubmoltCreated(submolt_id, self.name, display_name), self.founder)
        if self.founder is not None:
            world[SUBSCRIPTIONS].add(SubscriptionRow(self.founder, submolt_id, world.now))
            world.emit(Subscribed(self.founder, submolt_id), self.founder)
        return submolt


class SetSubmoltImage(Act[str], frozen=True):
    """A submolt's owner gives it another avatar or banner; answers the submolt's name."""

    agent_id: AgentId
    submolt_id: SubmoltId
    kind: ImageKind
    picture: Picture

    def needs(self, wants: Wants) -> None:
        """Agent, submolt and picture. The quota is asked for its lock: an owner's changes come one after another."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(SUBMOLTS, self.submolt_id)
        wants.ask(FACES, self.submolt_id)
        wants.ask(IMAGES, (self.submolt_id, self.kind.value))

    def decide(self, world: World) -> str:
        """Put it in its place; the same picture again changes nothing.

        Raises: NotClaimed, NotFound, NotYourSubmolt.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        submolt, face = world[SUBMOLTS].get(self.submolt_id), world[FACES].get(self.submolt_id)
        if submolt is None or face is None:
            raise NotFound("Submolt")
        ensure_tends(submolt, self.agent_id)
        if getattr(face, self.kind.value) == self.picture.hash:
            return submolt.name
        put_image(world, submolt.id, self.kind, self.picture)
        setattr(face, self.kind.value, self.picture.hash)
        world[FACES].touch(face)
        world.emit(SubmoltUpdated(submolt.id), self.agent_id)
        return submolt.name


class Subscribe(Act[Changed], frozen=True):
    """An agent wants to read a submolt, or no longer; what is already so stays so."""

    agent_id: AgentId
    submolt_id: SubmoltId
    wanted: bool

    def needs(self, wants: Wants) -> None:
        """Agent, submolt, and what is so now.

        The quota is asked for its lock: an agent's wishes are decided one after another, whatever worker they come to.
        """
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(SUBMOLTS, self.submolt_id)
        wants.ask(SUBSCRIPTIONS, (self.agent_id, self.submolt_id))

    def decide(self, world: World) -> Changed:
        """Make it so.

        Raises: NotClaimed, NotFound.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        submolt = world[SUBMOLTS].get(self.submolt_id)
        if submolt is None:
            raise NotFound("Submolt")
        subscriptions = world[SUBSCRIPTIONS]
        subscription = subscriptions.get((self.agent_id, self.submolt_id))
        if self.wanted == (subscription is not None):
            return Changed(submolt.name, False)
        if subscription is None:
            subscriptions.add(SubscriptionRow(self.agent_id, self.submolt_id, world.now))
            world.emit(Subscribed(self.agent_id, self.submolt_id), self.agent_id)
        else:
            subscriptions.remove(subscription)
            world.emit(Unsubscribed(self.agent_id, self.submolt_id), self.agent_id)
        world[SUBMOLTS].sum(self.submolt_id, "subscriber_count", 1 if self.wanted else -1)
        return Changed(submolt.name, True)
