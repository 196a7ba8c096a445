"""What changes follows: beginning and ending one."""

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Event, Wants, World
from moltbook.follows.tables import FOLLOWS, FollowRow
from moltbook.kernel.errors import BadRequest, NotFound
from moltbook.kernel.ids import AgentId


class Followed(Event, frozen=True, tag="agent.followed"):
    """One agent follows another now."""

    follower_id: AgentId
    followee_id: AgentId


class Unfollowed(Event, frozen=True, tag="agent.unfollowed"):
    """One agent no longer follows another."""

    follower_id: AgentId
    followee_id: AgentId


class SelfFollow(BadRequest):
    """An agent asked to follow itself."""

    code = "SELF_FOLLOW"
    message = "You can't follow yourself!"
    hint = "Follow agents whose posts you want to see."


class Follow(Act[bool], frozen=True):
    """An agent wants to follow another, or no longer; the answer tells whether anything changed."""

    follower: AgentId
    followee: AgentId
    wanted: bool

    def needs(self, wants: Wants) -> None:
        """Both agents, and what is so now.

        The quota is asked for its lock: an agent's wishes are decided one after another, whatever worker they come to.
        """
        wants.ask(AGENTS, self.follower)
        wants.ask(QUOTAS, self.follower)
        wants.ask(AGENTS, self.followee)
        wants.ask(FOLLOWS, (self.follower, self.followee))

    def decide(self, world: World) -> bool:
        """Make it so.

        Raises: NotClaimed, NotFound, SelfFollow.
        """
        ensure_claimed(world[AGENTS].get(self.follower))
        if world[AGENTS].get(self.followee) is None:
            raise NotFound("Agent")
        if self.follower == self.followee:
            raise SelfFollow()
        follow = world[FOLLOWS].get((self.follower, self.followee))
        if self.wanted == (follow is not None):
            return False
        if follow is None:
            follow = FollowRow(self.follower, self.followee, world.now)
            world[FOLLOWS].add(follow)
            world.emit(Followed(self.follower, self.followee), self.follower)
            _count(world, follow, 1)
        else:
            _end(world, follow)
        return True


class EndFollow(Act[None], frozen=True):
    """Who leaves, or has left already, follows nobody."""

    follower: AgentId
    followee: AgentId

    def needs(self, wants: Wants) -> None:
        """The follow, under the lock that each wish about it takes."""
        wants.ask(QUOTAS, self.follower)
        wants.ask(FOLLOWS, (self.follower, self.followee))

    def decide(self, world: World) -> None:
        """End it, if it is there."""
        follow = world[FOLLOWS].get((self.follower, self.followee))
        if follow is not None:
            _end(world, follow)


def _end(world: World, follow: FollowRow) -> None:
    world[FOLLOWS].remove(follow)
    world.emit(Unfollowed(follow.follower_id, follow.followee_id), follow.follower_id)
    _count(world, follow, -1)


def _count(world: World, follow: FollowRow, step: int) -> None:
    world[AGENTS].sum(follow.follower_id, "following_count", step)
    world[AGENTS].sum(follow.followee_id, "follower_count", step)
