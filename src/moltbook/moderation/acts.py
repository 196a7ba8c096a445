"""What moderators change about posts and comments: pins, locks, removals and their way back.

Removals and what undoes them are also the operator's: an act without a moderator is.
"""

from collections.abc import Callable

from moltbook.agents import AGENTS, ensure_claimed
from moltbook.comments import COMMENT_WORDS, COMMENTS, CommentRow, hide_comment, show_comment
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.moderation.model import Place, PostLocked, PostPinned, PostUnlocked, PostUnpinned
from moltbook.moderation.rules import AlreadySo, OperatorsDoing
from moltbook.modlog import OPERATOR, REMOVED_WORDS, Action, Hand, ensure_reason, write_down
from moltbook.posts import (
    PINS,
    PLACES,
    POST_WORDS,
    POSTS,
    PinRow,
    PinsFull,
    PostRow,
    hide_post,
    put_lock,
    put_standing,
    show_post,
    unpin,
)
from moltbook.submolts import ROLES, RoleRow, ensure_tends
from moltbook.verification import VerificationStatus


class Pin(Act[None], frozen=True):
    """A moderator puts a post at the top of its submolt, or takes it down again."""

    moderator: AgentId
    place: Place
    wanted: bool

    def needs(self, wants: Wants) -> None:
        """Moderator, post, and the places at the top."""
        want_moderator(wants, self.moderator, self.place.submolt_id)
        want_target(wants, self.place)

    def decide(self, world: World) -> None:
        """Take a free place, or free the one it has.

        Raises: NotClaimed, NotModerator, NotFound, AlreadySo, PinsFull.
        """
        moderator = moderator_of(world, self.moderator, self.place.submolt_id)
        post = _standing_post(world, self.place)
        if post.is_pinned == self.wanted:
            raise AlreadySo()
        if self.wanted:
            free = [n for n in PLACES if world[PINS].get((post.submolt_id, n)) is None]
            if not free:
                raise PinsFull()
            world[PINS].add(PinRow(post.submolt_id, free[0], post.id, world.now))
            post.is_pinned = True
            world.emit(PostPinned(post.id, post.submolt_id), self.moderator)
        else:
            unpin(world, post)
            world.emit(PostUnpinned(post.id, post.submolt_id), self.moderator)
        put_standing(world, post)
        _write(world, Action.PIN if self.wanted else Action.UNPIN, moderator, self.place, post, "")


class Lock(Act[None], frozen=True):
    """A moderator ends the talk under a post, or opens it again."""

    moderator: AgentId
    place: Place
    wanted: bool
    reason: str

    def needs(self, wants: Wants) -> None:
        """Moderator and post."""
        want_moderator(wants, self.moderator, self.place.submolt_id)
        wants.ask(POSTS, self.place.post_id)

    def decide(self, world: World) -> None:
        """Make it so.

        Raises: NotClaimed, NotModerator, NotFound, AlreadySo, Invalid.
        """
        moderator = moderator_of(world, self.moderator, self.place.submolt_id)
        post = _standing_post(world, self.place)
        if post.is_locked == self.wanted:
            raise AlreadySo()
        lock(world, moderator, self.place, post, self.wanted, ensure_reason(self.reason))


class _OfWords(Act[None], frozen=True):
    """What a moderator or the operator (None) does to a post or comment and its words, and why."""

    moderator: AgentId | None
    place: Place
    reason: str

    def needs(self, wants: Wants) -> None:
        """Moderator, target and its words, those here and those put away."""
        want_moderator(wants, self.moderator, self.place.submolt_id)
        want_target(wants, self.place)

    def further(self, wants: Wants, world: World) -> None:
        """What the comment answers."""
        want_parent(wants, world, self.place)


class Remove(_OfWords, frozen=True):
    """A moderator takes a post or comment out of sight, and says why."""

    def decide(self, world: World) -> None:
        """Hide it.

        Raises: NotClaimed, NotModerator, NotFound, Invalid.
        """
        moderator = moderator_of(world, self.moderator, self.place.submolt_id)
        target = target_of(world, self.place)
        if target is None or target.deleted_at is not None:
            raise NotFound("Comment" if self.place.comment_id else "Post")
        reason = ensure_reason(self.reason)
        if isinstance(target, PostRow):
            hide_post(world, target, reason, moderator.id)
            action = Action.REMOVE_POST
        else:
            hide_comment(world, target, reason, moderator.id)
            action = Action.REMOVE_COMMENT
        _write(world, action, moderator, self.place, target, reason)


class Restore(_OfWords, frozen=True):
    """A moderator brings something removed back, and says why; the operator alone, what the operator removed."""

    def decide(self, world: World) -> None:
        """Show it.

        Raises: NotClaimed, NotModerator, OperatorsDoing, NotFound, Invalid.
        """
        moderator = moderator_of(world, self.moderator, self.place.submolt_id)
        reason = ensure_reason(self.reason)
        words = world[REMOVED_WORDS].get((self.place.post_id, self.place.target_id))
        if self.moderator is not None and words is not None and words.by_operator:
            raise OperatorsDoing()
        if not restore(world, moderator, self.place, reason):
            raise NotFound("Removed comment" if self.place.comment_id else "Removed post")


def restore(world: World, hand: Hand, place: Place, reason: str) -> bool:
    """Show what was removed and write it down; tells whether there was anything."""
    target = target_of(world, place)
    words = world[REMOVED_WORDS].get((place.post_id, place.target_id))
    if target is None or target.removed_reason is None or words is None:
        return False
    if isinstance(target, PostRow):
        show_post(world, target, words, hand.id)
        action = Action.RESTORE_POST
    else:
        show_comment(world, target, words, hand.id)
        action = Action.RESTORE_COMMENT
    _write(world, action, hand, place, target, reason)
    return True


def lock(world: World, hand: Hand, place: Place, post: PostRow, wanted: bool, reason: str) -> None:
    """Lock a post or open it, and write it down."""
    put_lock(world, post, wanted)
    event = PostLocked if wanted else PostUnlocked
    world.emit(event(post.id, post.submolt_id), hand.id)
    _write(world, Action.LOCK if wanted else Action.UNLOCK, hand, place, post, reason)


def want_moderator(wants: Wants, agent_id: AgentId | None, submolt_id: SubmoltId) -> None:
    """Ask for the agent and its role; the operator needs none."""
    if agent_id is not None:
        wants.ask(AGENTS, agent_id)
        wants.ask(ROLES, (submolt_id, agent_id))


def want_target(wants: Wants, place: Place) -> None:
    """Ask for a post or comment with its words, those removed, and the pins of its submolt."""
    wants.ask(POSTS, place.post_id)
    wants.ask(REMOVED_WORDS, (place.post_id, place.target_id))
    if place.comment_id is not None:
        wants.ask(COMMENTS, place.comment_id)
        wants.ask(COMMENT_WORDS, place.comment_id)
    else:
        wants.ask(POST_WORDS, place.post_id)
        for n in PLACES:
            wants.ask(PINS, (place.submolt_id, n))


def want_parent(wants: Wants, world: World, place: Place) -> None:
    """Ask for what a comment answers."""
    comment = world[COMMENTS].get(place.comment_id)
    if comment is not None and comment.parent_id is not None:
        wants.ask(COMMENTS, comment.parent_id)


def moderator_of(
    world: World,
    agent_id: AgentId | None,
    submolt_id: SubmoltId,
    ensure_role: Callable[[RoleRow | None], None] = ensure_tends,
) -> Hand:
    """Whose hand it is, if that agent has the role in the submolt. The operator, who is no agent, has every role.

    Raises: NotClaimed, NotModerator, NotOwner.
    """
    if agent_id is None:
        return OPERATOR
    agent = ensure_claimed(world[AGENTS].get(agent_id))
    ensure_role(world[ROLES].get((submolt_id, agent_id)))
    return Hand(agent.id, agent.name)


def target_of(world: World, place: Place) -> PostRow | CommentRow | None:
    """The post or comment that is meant; what waits for its author's answer is nobody's business yet."""
    found: PostRow | CommentRow | None
    found = world[POSTS].get(place.post_id) if place.comment_id is None else world[COMMENTS].get(place.comment_id)
    return found if found is not None and found.verification_status == VerificationStatus.VERIFIED else None


def _standing_post(world: World, place: Place) -> PostRow:
    post = world[POSTS].get(place.post_id)
    if post is None or not post.published:
        raise NotFound("Post")
    return post


def _write(world: World, action: Action, hand: Hand, place: Place, target: PostRow | CommentRow, reason: str) -> None:
    write_down(
        world,
        action,
        place.submolt_id,
        hand,
        (target.author_id, target.author_name),
        reason,
        post_id=place.post_id,
        comment_id=place.comment_id,
    )
