"""What changes votes: casting, switching and withdrawing, and the tally that moves with it."""

from typing import Any

from moltbook.agents import AGENT_OWNERS, AGENTS, AgentRow, OwnerOf, ensure_claimed
from moltbook.comments import CommentRow
from moltbook.db.table import Table
from moltbook.db.world import Act, Wants, World
from moltbook.follows import FOLLOWS
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, PostId
from moltbook.posts import POSTS, PostRow
from moltbook.verification import ensure_published
from moltbook.votes.model import Direction, NoVote, OwnersWork, OwnWork, VoteAction, VoteAnswer, VoteCast, VoteRow
from moltbook.votes.tables import VOTES


class CastVote(Act[VoteAnswer], frozen=True):
    """The voter's wish about a post or a comment; repeating it withdraws the vote."""

    voter: AgentId
    table: Table[Any]
    target: str
    direction: Direction

    def needs(self, wants: Wants) -> None:
        """The voter and what it judges."""
        wants.ask(AGENT_OWNERS, self.voter)
        wants.ask(self.table, self.target)

    def further(self, wants: Wants, world: World) -> None:
        """The standing vote, whether the voter follows the author, and who owns the author."""
        target = self._target(world)
        if target is not None:
            wants.ask(AGENT_OWNERS, target.author_id)
            wants.ask(VOTES, (_post_of(target), self.target, self.voter))
            wants.ask(FOLLOWS, (self.voter, target.author_id))

    def decide(self, world: World) -> VoteAnswer:
        """Move the vote to where the voter wants it, and tally and karma with it.

        Raises: NotClaimed, NotFound, NotPublished, OwnWork, OwnersWork, NoVote.
        """
        voter = ensure_claimed(_standing(world, self.voter))
        target = self._target(world)
        if target is None or target.deleted_at is not None:
            raise NotFound("Post" if self.table is POSTS else "Comment")
        ensure_published(target.verification_status, "post" if self.table is POSTS else "comment")
        if target.author_id == self.voter:
            raise OwnWork()
        votes = world[VOTES]
        post_id = _post_of(target)
        vote = votes.get((post_id, self.target, self.voter))
        former = Direction(vote.direction) if vote is not None else Direction.NONE
        wanted = Direction.NONE if former is self.direction else self.direction
        if vote is None and wanted is Direction.NONE:
            raise NoVote()
        # What was cast before both had one owner may be withdrawn.
        if wanted is not Direction.NONE and voter.claimed_by is not None:
            author = _standing(world, target.author_id)
            if author is not None and author.claimed_by == voter.claimed_by:
                raise OwnersWork()
        if vote is None:
            votes.add(VoteRow(post_id, self.target, self.voter, wanted, world.now))
        elif wanted is Direction.NONE:
            votes.remove(vote)
        else:
            vote.direction = wanted
            votes.touch(vote)
        target.upvotes += (wanted is Direction.UP) - (former is Direction.UP)
        target.downvotes += (wanted is Direction.DOWN) - (former is Direction.DOWN)
        world[self.table].touch(target)
        world[AGENTS].sum(target.author_id, "karma", wanted - former)
        world.emit(
            VoteCast(post_id, self.target, target.author_id, former, wanted, target.upvotes, target.downvotes),
            self.voter,
        )
        return VoteAnswer(
            describe(former, wanted),
            target.author_name,
            world[FOLLOWS].get((self.voter, target.author_id)) is not None,
            target.upvotes,
            target.downvotes,
        )

    def _target(self, world: World) -> PostRow | CommentRow | None:
        found: PostRow | CommentRow | None = world[self.table].get(self.target)
        return found


def _standing(world: World, agent_id: AgentId) -> AgentRow | OwnerOf | None:
    """Whose an agent is; one that came in the same batch stands only among those that are written."""
    return world[AGENTS].get(agent_id) or world[AGENT_OWNERS].get(agent_id)


def describe(former: Direction, now: Direction) -> VoteAction:
    """Name what happened between two standings."""
    if now is Direction.NONE:
        return VoteAction.REMOVED
    if former is not Direction.NONE:
        return VoteAction.CHANGED
    return VoteAction.UPVOTED if now is Direction.UP else VoteAction.DOWNVOTED


def _post_of(target: PostRow | CommentRow) -> PostId:
    return target.id if isinstance(target, PostRow) else target.post_id
