"""What changes submolts: founding one, its settings, who tends it, subscribing, leaving."""

from moltbook.agents import AGENTS, NAMES, QUOTAS, NameRow, Pace, ensure_claimed, ensure_pace
from moltbook.db.world import Act, Wants, World
from moltbook.images import IMAGES, ImageKind, Picture, put_image
from moltbook.kernel.errors import Conflict, Invalid, NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.text import checked
from moltbook.submolts.model import (
    Changed,
    ModeratorAppointed,
    ModeratorDismissed,
    Role,
    RoleRow,
    Settings,
    SubmoltCreated,
    SubmoltRow,
    SubmoltStanding,
    SubmoltUpdated,
    Subscribed,
    SubscriptionRow,
    Unsubscribed,
)
from moltbook.submolts.rules import (
    DESCRIPTION_CHARS,
    DISPLAY_NAME_CHARS,
    RULES_CHARS,
    SubmoltTaken,
    ensure_color,
    ensure_owns,
    ensure_submolt_name,
    ensure_tends,
    is_submolt_name,
)
from moltbook.submolts.tables import FACES, ROLES, SUBMOLT_STANDING, SUBMOLTS, SUBSCRIPTIONS
from moltbook.verification import ContentType, Draft, VerificationStatus, ensure_published, open_challenge


class FoundSubmolt(Act[SubmoltRow], frozen=True):
    """An agent founds a community and becomes its first subscriber. The house itself founds the seeded ones."""

    founder: AgentId | None
    name: str
    display_name: str
    description: str
    allow_crypto: bool = False
    pace: Pace = Pace()
    submolt_id: SubmoltId | None = None
    challenge: Draft | None = None
    # The submolt that has this name already, looked up before: its founder may try again if its challenge was missed.
    former: SubmoltId | None = None

    def needs(self, wants: Wants) -> None:
        """The name, and the founder with its quota."""
        # What can be no name need not be asked for; some of it (NUL) the database would not even read.
        if is_submolt_name(self.name):
            wants.ask(NAMES, ("submolt", self.name))
        if self.founder is not None:
            wants.ask(AGENTS, self.founder)
            wants.ask(QUOTAS, self.founder)
        if self.former is not None:
            wants.ask(SUBMOLTS, self.former)

    def decide(self, world: World) -> SubmoltRow:
        """Reserve the name, then use it.

        Raises: Invalid, NotClaimed, SubmoltTaken, Slower.
        """
        ensure_submolt_name(self.name)
        display_name = checked("display_name", self.display_name or self.name, at_most=DISPLAY_NAME_CHARS)
        description = checked("description", self.description, at_most=DESCRIPTION_CHARS)
        status = VerificationStatus.PENDING if self.challenge else VerificationStatus.VERIFIED
        if world[NAMES].get(("submolt", self.name)) is not None:
            submolt = self._again(world)
            submolt.display_name, submolt.description = display_name, description
            submolt.allow_crypto, submolt.verification_status = self.allow_crypto, status.value
            world[SUBMOLTS].touch(submolt)
            put_standing(world, submolt)
        else:
            if self.founder is not None:
                ensure_claimed(world[AGENTS].get(self.founder))
                quota = world[QUOTAS].rows[self.founder]
                ensure_pace(quota.submolt_at, world.now, self.pace, "create a submolt")
                quota.submolt_at = world.now
                world[QUOTAS].touch(quota)
            submolt = SubmoltRow(
                self.submolt_id or SubmoltId(world.new_id()),
                self.name,
                display_name,
                description,
                self.allow_crypto,
                self.founder,
                0,
                0,
                world.now,
                world.now,
                None,
                None,
                status.value,
            )
            world[NAMES].add(NameRow("submolt", self.name, submolt.id))
            world[SUBMOLTS].add(submolt)
            if self.founder is not None:
                world[ROLES].add(RoleRow(submolt.id, self.founder, Role.OWNER.value, world.now))
        if self.challenge is not None and self.founder is not None:
            open_challenge(world, self.challenge, self.founder, ContentType.SUBMOLT, submolt.id)
        else:
            publish(world, submolt)
        return submolt

    def _again(self, world: World) -> SubmoltRow:
        """The submolt of this name, if its founder missed its challenge and founds it once more.

        The founder's quota is locked, so it tries once at a time; misses are counted, so no pace is needed here.
        """
        submolt = world[SUBMOLTS].get(self.former)
        if (
            submolt is None
            or submolt.name != self.name
            or self.founder is None
            or submolt.creator_id != self.founder
            or submolt.verification_status != VerificationStatus.FAILED
        ):
            raise SubmoltTaken(self.name)
        ensure_claimed(world[AGENTS].get(self.founder))
        return submolt


def publish(world: World, submolt: SubmoltRow) -> None:
    """Tell of a submolt, whose founder is its first subscriber."""
    world.emit(SubmoltCreated(submolt.id, submolt.name, submolt.display_name), submolt.creator_id)
    if submolt.creator_id is not None:
        _subscribe(world, submolt.creator_id, submolt.id)


def _subscribe(world: World, agent_id: AgentId, submolt_id: SubmoltId) -> None:
    world[SUBSCRIPTIONS].add(SubscriptionRow(agent_id, submolt_id, world.now))
    world[SUBMOLTS].sum(submolt_id, "subscriber_count", 1)
    world.emit(Subscribed(agent_id, submolt_id), agent_id)


def end_subscription(world: World, subscription: SubscriptionRow) -> None:
    """Take it away and count it."""
    world[SUBSCRIPTIONS].remove(subscription)
    world[SUBMOLTS].sum(subscription.submolt_id, "subscriber_count", -1)
    world.emit(Unsubscribed(subscription.agent_id, subscription.submolt_id), subscription.agent_id)


def put_standing(world: World, submolt: SubmoltRow) -> None:
    """Write down what the row says about being shown."""
    world[SUBMOLT_STANDING].touch(SubmoltStanding(submolt.id, submolt.verification_status))


class SetSubmoltImage(Act[str], frozen=True):
    """Who tends a submolt gives it another avatar or banner; answers the submolt's name."""

    agent_id: AgentId
    submolt_id: SubmoltId
    kind: ImageKind
    picture: Picture

    def needs(self, wants: Wants) -> None:
        """Agent, role, submolt and picture. The quota is asked for its lock: an agent's changes come one by one."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(ROLES, (self.submolt_id, self.agent_id))
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(SUBMOLTS, self.submolt_id)
        wants.ask(FACES, self.submolt_id)
        wants.ask(IMAGES, (self.submolt_id, self.kind.value))

    def decide(self, world: World) -> str:
        """Put it in its place; the same picture again changes nothing.

        Raises: NotClaimed, NotFound, NotModerator.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        submolt, face = world[SUBMOLTS].get(self.submolt_id), world[FACES].get(self.submolt_id)
        if submolt is None or face is None:
            raise NotFound("Submolt")
        ensure_tends(world[ROLES].get((self.submolt_id, self.agent_id)))
        if getattr(face, self.kind.value) == self.picture.hash:
            return submolt.name
        put_image(world, submolt.id, self.kind, self.picture)
        setattr(face, self.kind.value, self.picture.hash)
        world[FACES].touch(face)
        world.emit(SubmoltUpdated(submolt.id, (self.kind.value,)), self.agent_id)
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

        Raises: NotClaimed, NotFound, NotPublished.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        submolt = world[SUBMOLTS].get(self.submolt_id)
        if submolt is None:
            raise NotFound("Submolt")
        ensure_published(submolt.verification_status, "submolt")
        subscription = world[SUBSCRIPTIONS].get((self.agent_id, self.submolt_id))
        if self.wanted == (subscription is not None):
            return Changed(submolt.name, False)
        if subscription is None:
            _subscribe(world, self.agent_id, self.submolt_id)
        else:
            end_subscription(world, subscription)
        return Changed(submolt.name, True)


class ChangeSettings(Act[SubmoltRow], frozen=True):
    """Who tends a submolt says how it looks and what counts there."""

    agent_id: AgentId
    submolt_id: SubmoltId
    settings: Settings

    def needs(self, wants: Wants) -> None:
        """The agent, its role, and the submolt."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(ROLES, (self.submolt_id, self.agent_id))
        wants.ask(SUBMOLTS, self.submolt_id)

    def decide(self, world: World) -> SubmoltRow:
        """Change what was named.

        Raises: NotClaimed, NotModerator, Invalid.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        ensure_tends(world[ROLES].get((self.submolt_id, self.agent_id)))
        wish = self.settings
        changes: dict[str, object] = {}
        if wish.display_name is not None:
            changes["display_name"] = checked("display_name", wish.display_name, at_most=DISPLAY_NAME_CHARS, at_least=1)
        if wish.description is not None:
            changes["description"] = checked("description", wish.description, at_most=DESCRIPTION_CHARS)
        if wish.rules is not None:
            changes["rules"] = checked("rules", wish.rules, at_most=RULES_CHARS)
        if wish.banner_color is not None:
            changes["banner_color"] = ensure_color("banner_color", wish.banner_color)
        if wish.theme_color is not None:
            changes["theme_color"] = ensure_color("theme_color", wish.theme_color)
        if wish.allow_crypto is not None:
            changes["allow_crypto"] = wish.allow_crypto
        if not changes:
            raise Invalid("Nothing to change", f"Send one of {', '.join(Settings.__struct_fields__)}.")
        submolt = world[SUBMOLTS].rows[self.submolt_id]
        for field, value in changes.items():
            setattr(submolt, field, value)
        world[SUBMOLTS].touch(submolt)
        world.emit(SubmoltUpdated(submolt.id, tuple(changes)), self.agent_id)
        return submolt


class _OfHelper(Act[None], frozen=True):
    """What an owner or the operator (None) decides about one who helps to tend a submolt.

    `helper` is None where nobody has the name.
    """

    owner: AgentId | None
    submolt_id: SubmoltId
    helper: AgentId | None

    def needs(self, wants: Wants) -> None:
        """Both agents and their roles.

        The quotas are asked for their locks: whoever is given or loses a role here has the one that was read.
        """
        for agent_id in {self.owner, self.helper} - {None}:
            wants.ask(AGENTS, agent_id)
            wants.ask(QUOTAS, agent_id)
            wants.ask(ROLES, (self.submolt_id, agent_id))

    def standing(self, world: World) -> tuple[AgentId, RoleRow | None]:
        """Whom the owner speaks of, and its role.

        Raises: NotClaimed, NotOwner, NotFound.
        """
        if self.owner is not None:
            ensure_claimed(world[AGENTS].get(self.owner))
            ensure_owns(world[ROLES].get((self.submolt_id, self.owner)))
        if self.helper is None or world[AGENTS].get(self.helper) is None:
            raise NotFound("Agent")
        return self.helper, world[ROLES].get((self.submolt_id, self.helper))


class Appoint(_OfHelper, frozen=True):
    """Another agent is asked to help tend a submolt."""

    def decide(self, world: World) -> None:
        """Make it a moderator.

        Raises: NotClaimed, NotOwner, NotFound, Conflict.
        """
        helper, role = self.standing(world)
        if role is not None:
            raise Conflict("This agent tends the submolt already", "Appoint another agent.")
        world[ROLES].add(RoleRow(self.submolt_id, helper, Role.MODERATOR.value, world.now))
        world.emit(ModeratorAppointed(self.submolt_id, helper), self.owner)


class Dismiss(_OfHelper, frozen=True):
    """A moderator's role is taken back."""

    def decide(self, world: World) -> None:
        """Make it a mere member.

        Raises: NotClaimed, NotOwner, NotFound, Conflict.
        """
        helper, role = self.standing(world)
        if role is None:
            raise NotFound("Moderator", "GET /api/v1/submolts/NAME/moderators lists who tends the submolt.")
        if role.role == Role.OWNER:
            raise Conflict("The owner cannot be dismissed", "Dismiss a moderator.")
        world[ROLES].remove(role)
        world.emit(ModeratorDismissed(self.submolt_id, helper), self.owner)
