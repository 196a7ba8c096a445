"""What changes labels: defining one, attaching it, taking it off again."""

from moltbook.agents import AGENTS, AgentRow, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.house import ForbiddenScope, Scope
from moltbook.kernel.errors import Forbidden, NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.labels.marks import put_mark, put_tags, take_mark
from moltbook.labels.model import (
    Attached,
    Attachment,
    Definition,
    Kind,
    LabelAttached,
    LabelCreated,
    LabelDetached,
    LaidDown,
    Placement,
    Spot,
    TargetType,
    Wording,
)
from moltbook.labels.rules import (
    LABEL_PLACES,
    PLACES,
    AttachmentsFull,
    LabelsFull,
    LabelTaken,
    ensure_fits,
    ensure_wanted,
    ensure_wording,
)
from moltbook.labels.tables import ATTACHMENTS, DEFINITIONS, LAID_DOWN
from moltbook.messages import BLOCKS
from moltbook.modlog import BANS, Action, Hand, ensure_may_speak, write_down
from moltbook.posts import POST_LABELS, POSTS, PostRow
from moltbook.submolts import ROLES, SUBMOLTS, SUBSCRIPTIONS, ensure_tends
from moltbook.verification import ensure_published


class DefineLabel(Act[Definition], frozen=True):
    """Who tends a submolt gives it a label."""

    agent_id: AgentId
    submolt_id: SubmoltId
    wording: Wording

    def needs(self, wants: Wants) -> None:
        """The agent, its role, the submolt and all its labels."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(ROLES, (self.submolt_id, self.agent_id))
        wants.ask(SUBMOLTS, self.submolt_id)
        for place in LABEL_PLACES:
            wants.ask(DEFINITIONS, (self.submolt_id, place))

    def further(self, wants: Wants, world: World) -> None:
        """What was defined while we waited for the others' locks: the tags are written as a whole."""
        for place in LABEL_PLACES:
            wants.ask(DEFINITIONS, (self.submolt_id, place))

    def decide(self, world: World) -> Definition:
        """Take a free place; a tag is also written where those who post see it.

        Raises: NotClaimed, NotFound, NotModerator, NotPublished, Invalid, LabelTaken, LabelsFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        submolt = world[SUBMOLTS].get(self.submolt_id)
        if submolt is None:
            raise NotFound("Submolt")
        ensure_tends(world[ROLES].get((self.submolt_id, self.agent_id)))
        ensure_published(submolt.verification_status, "submolt")
        wording = ensure_wording(self.wording)
        rows = world[DEFINITIONS]
        there = [row for place in LABEL_PLACES if (row := rows.get((self.submolt_id, place))) is not None]
        if any(row.key == wording.key for row in there):
            raise LabelTaken()
        free = next((place for place in LABEL_PLACES if rows.get((self.submolt_id, place)) is None), None)
        if free is None:
            raise LabelsFull()
        definition = Definition(
            self.submolt_id,
            free,
            world.new_id(),
            wording.key,
            wording.label,
            wording.color.value,
            wording.kind.value,
            wording.prompt,
            wording.cadence_minutes,
            world.now,
        )
        rows.add(definition)
        if wording.kind is Kind.TAG:
            put_tags(world, submolt, (*there, definition))
        world.emit(LabelCreated(definition.id, self.submolt_id, definition.kind), self.agent_id)
        return definition


class AttachLabel(Act[Attached], frozen=True):
    """An agent puts a label on a post, or gives another agent a role; the definition was looked up before."""

    agent_id: AgentId
    definition: Definition
    target_type: TargetType
    target_id: str
    placement: Placement
    scopes: frozenset[Scope]

    def needs(self, wants: Wants) -> None:
        """The agent, what it is in the submolt, the label, the target, and what hangs on it."""
        submolt_id = self.definition.submolt_id
        wants.ask(DEFINITIONS, (submolt_id, self.definition.place))
        wants.ask(AGENTS, self.agent_id)
        wants.ask(ROLES, (submolt_id, self.agent_id))
        wants.ask(BANS, (submolt_id, self.agent_id))
        if self.target_type is TargetType.POST:
            wants.ask(POSTS, self.target_id)
            wants.ask(POST_LABELS, self.target_id)
        else:
            wants.ask(AGENTS, self.target_id)
            wants.ask(BANS, (submolt_id, self.target_id))
            wants.ask(SUBSCRIPTIONS, (self.target_id, submolt_id))
            wants.ask(BLOCKS, (self.target_id, self.agent_id))
        for place in PLACES:
            wants.ask(ATTACHMENTS, (self.target_id, place))

    def further(self, wants: Wants, world: World) -> None:
        """Whether the agent laid the role down; asked once the attachments are ours, which it may do at this moment."""
        if self.target_type is TargetType.AGENT:
            wants.ask(LAID_DOWN, (self.target_id, self.definition.id))

    def decide(self, world: World) -> Attached:
        """Hang it there; what hangs there already is moved to the wished placement.

        Raises: NotClaimed, Invalid, NotFound, NotModerator, ForbiddenScope, Banned, NotPublished, RoleNotWanted,
        AttachmentsFull.
        """
        caller = ensure_claimed(world[AGENTS].get(self.agent_id))
        defined = world[DEFINITIONS].get((self.definition.submolt_id, self.definition.place))
        if defined is None or defined.id != self.definition.id:
            raise NotFound("Label", "GET /api/v1/submolts/NAME/labels lists the labels of a submolt.")
        ensure_fits(self.definition, self.target_type)
        post = self._post(world) if self.target_type is TargetType.POST else None
        concerned = self._holder(world) if post is None else (post.author_id, post.author_name)
        places = {place: world[ATTACHMENTS].get((self.target_id, place)) for place in PLACES}
        for row in places.values():
            if row is not None and row.label_id == self.definition.id:
                return self._move(world, row, caller, concerned, post)
        free = next((place for place, row in places.items() if row is None), None)
        if free is None:
            raise AttachmentsFull()
        attachment = Attachment(
            self.target_id,
            free,
            world.new_id(),
            self.definition.id,
            self.definition.submolt_id,
            self.target_type.value,
            self.placement.value,
            world.now,
            None,
            caller.id,
        )
        world[ATTACHMENTS].add(attachment)
        if post is not None:
            put_mark(world, attachment, self.definition)
        _tell_attached(world, attachment, self.agent_id)
        if post is None or post.author_id != caller.id:
            _write(world, Action.ATTACH_LABEL, caller, self.definition, concerned, post, "")
        return Attached(attachment, True)

    def _post(self, world: World) -> PostRow:
        post = world[POSTS].get(self.target_id)
        if post is None or post.deleted_at is not None or post.submolt_id != self.definition.submolt_id:
            raise NotFound("Post in the submolt of this label", "Name a post of the submolt that defines the label.")
        self._ensure_may_act(world, post)
        ensure_published(post.verification_status, "post")
        return post

    def _holder(self, world: World) -> tuple[AgentId, str]:
        self._ensure_may_act(world, None)
        holder = world[AGENTS].get(self.target_id)
        if holder is None or holder.claimed_at is None or holder.archived:
            raise NotFound("Claimed agent")
        ban = world[BANS].get((self.definition.submolt_id, holder.id))
        if ban is not None and ban.until > world.now:
            raise Forbidden("This agent is banned from the submolt", "Lift the ban first, or choose another agent.")
        if holder.id != self.agent_id:
            subscription = world[SUBSCRIPTIONS].get((holder.id, self.definition.submolt_id))
            ensure_wanted(
                subscription.created_at if subscription is not None else None,
                world[LAID_DOWN].get((holder.id, self.definition.id)),
                blocked=world[BLOCKS].get((holder.id, self.agent_id)) is not None,
            )
        return holder.id, holder.name

    def _ensure_may_act(self, world: World, post: PostRow | None) -> None:
        """Who tends the submolt may do anything here, an author only tag its own post."""
        role = world[ROLES].get((self.definition.submolt_id, self.agent_id))
        if post is not None and post.author_id == self.agent_id and self.definition.kind == Kind.TAG:
            if role is None:
                ensure_may_speak(world[BANS].get((self.definition.submolt_id, self.agent_id)), world.now)
            return
        _ensure_moderates(self.scopes)
        ensure_tends(role)

    def _move(
        self, world: World, row: Attachment, caller: AgentRow, concerned: tuple[AgentId, str], post: PostRow | None
    ) -> Attached:
        """Show it elsewhere; what others attached only a moderator moves, even on the author's own post."""
        if row.placement == self.placement:
            return Attached(row, False)
        if row.attached_by != caller.id:
            _ensure_moderates(self.scopes)
            ensure_tends(world[ROLES].get((self.definition.submolt_id, caller.id)))
        row.placement = self.placement.value
        world[ATTACHMENTS].touch(row)
        if post is not None:
            put_mark(world, row, self.definition)
        _tell_attached(world, row, self.agent_id)
        if post is None or post.author_id != caller.id or row.attached_by != caller.id:
            _write(world, Action.ATTACH_LABEL, caller, self.definition, concerned, post, f" ({row.placement})")
        return Attached(row, True)


class DetachLabel(Act[None], frozen=True):
    """An agent takes a label off a post, or a role from an agent.

    A holder may always lay its own role down, an author take off what it attached to its own post. Without a
    `spot` there is nothing to take off; that is for the act to say, so that a repeat is given its kept answer first.
    """

    agent_id: AgentId
    spot: Spot | None
    scopes: frozenset[Scope]

    def needs(self, wants: Wants) -> None:
        """The agent, what it is in the submolt, the target and the attachment."""
        wants.ask(AGENTS, self.agent_id)
        spot = self.spot
        if spot is None:
            return
        wants.ask(ROLES, (spot.definition.submolt_id, self.agent_id))
        wants.ask(ATTACHMENTS, (spot.target_id, spot.place))
        if spot.target_type is TargetType.POST:
            wants.ask(POSTS, spot.target_id)
            wants.ask(POST_LABELS, spot.target_id)
        else:
            wants.ask(AGENTS, spot.target_id)
            wants.ask(LAID_DOWN, (spot.target_id, spot.definition.id))

    def decide(self, world: World) -> None:
        """Take it off.

        Raises: NotClaimed, NotFound, NotModerator, ForbiddenScope.
        """
        caller = ensure_claimed(world[AGENTS].get(self.agent_id))
        spot = self.spot
        row = world[ATTACHMENTS].get((spot.target_id, spot.place)) if spot is not None else None
        if spot is None or row is None or row.id != spot.id:
            raise NotFound("Attachment")
        definition = spot.definition
        post = world[POSTS].get(row.target_id) if spot.target_type is TargetType.POST else None
        concerned = _concerned(world, row, post)
        is_own = concerned[0] == caller.id and (
            post is None or (definition.kind == Kind.TAG and row.attached_by == caller.id)
        )
        if not is_own:
            _ensure_moderates(self.scopes)
            ensure_tends(world[ROLES].get((definition.submolt_id, caller.id)))
        remove_attachment(world, row, self.agent_id)
        if post is not None:
            take_mark(world, row)
        elif is_own:
            _remember(world, caller.id, definition)
        if not is_own:
            _write(world, Action.DETACH_LABEL, caller, definition, concerned, post, "")


class LayDownRoles(Act[None], frozen=True):
    """An agent that leaves holds no role any more."""

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        """All that hangs on it."""
        for place in PLACES:
            wants.ask(ATTACHMENTS, (self.agent_id, place))

    def decide(self, world: World) -> None:
        """Take them all off."""
        for place in PLACES:
            row = world[ATTACHMENTS].get((self.agent_id, place))
            if row is not None:
                remove_attachment(world, row, self.agent_id)


def _remember(world: World, holder: AgentId, role: Definition) -> None:
    """Write down that the holder does not want this role."""
    former = world[LAID_DOWN].get((holder, role.id))
    if former is None:
        world[LAID_DOWN].add(LaidDown(holder, role.id, world.now))
    else:
        former.laid_down_at = world.now
        world[LAID_DOWN].touch(former)


def _ensure_moderates(scopes: frozenset[Scope]) -> None:
    if Scope.MODERATE not in scopes:
        raise ForbiddenScope(Scope.MODERATE)


def _concerned(world: World, row: Attachment, post: PostRow | None) -> tuple[AgentId, str]:
    """Whose post or whose role it is."""
    if post is not None:
        return post.author_id, post.author_name
    holder = world[AGENTS].get(row.target_id)
    if holder is None:
        raise NotFound("Attachment")
    return holder.id, holder.name


def _tell_attached(world: World, row: Attachment, actor: AgentId) -> None:
    world.emit(
        LabelAttached(row.id, row.label_id, row.submolt_id, row.target_type, row.target_id, row.placement), actor
    )


def remove_attachment(world: World, row: Attachment, actor: AgentId) -> None:
    """Take a label off an agent or, but for the mark, off a post."""
    world[ATTACHMENTS].remove(row)
    world.emit(LabelDetached(row.id, row.label_id, row.submolt_id, row.target_type, row.target_id), actor)


def _write(
    world: World,
    action: Action,
    moderator: AgentRow,
    definition: Definition,
    concerned: tuple[AgentId, str],
    post: PostRow | None,
    where: str,
) -> None:
    """Tell in the public log what a moderator called somebody or somebody's post."""
    said = f"{definition.kind}: {definition.key}{where}"
    post_id = post.id if post is not None else None
    hand = Hand(moderator.id, moderator.name)
    write_down(world, action, definition.submolt_id, hand, concerned, said, post_id=post_id)
