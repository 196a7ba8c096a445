"""What changes votes: casting, switching and withdrawing, and the tally that moves with it."""

from typing import Any

from moltbook.agents import AGENT_OWNERS, AGENTS, ensure_claimed
from moltbook.comments import CommentRow
from moltbook.db.table import Table
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, PostId
from moltbook.posts import POSTS, PostRow
from moltbook.verification import ensure_published
from moltbook.votes.model import Direction, NoVote, OwnersWork, OwnWork, VoteAction, VoteAnswer, VoteCast, VoteRow
from moltbook.votes.tables import SIGHTS, VOTES


class CastVote(Act[VoteAnswer], frozen=True):
    """The voter's wish about a post or a comment; repeating it withdraws the vote."""

    voter: AgentId
    table: Table[Any]
    target: str
    direction: Direction

    def needs(self, wants: Wants) -> None:
        """What is judged, what the voter sees of it, and its standing vote."""
        key = self.target, self.voter
        wants.ask(self.table, self.target)
        wants.ask(VOTES, key)
        wants.ask(SIGHTS, key)

    def further(self, wants: Wants, world: World) -> None:
        """Whose the voter is, where it judges what is only now being made."""
        if world[SIGHTS].get((self.target, self.voter)) is None:
            wants.ask(AGENT_OWNERS, self.voter)

    def decide(self, world: World) -> VoteAnswer:
        """Move the vote to where the voter wants it, and tally and karma with it.

        Raises: NotClaimed, NotFound, NotPublished, OwnWork, OwnersWork, NoVote.
        """
        key = self.target, self.voter
        sight = world[SIGHTS].get(key)
        voter = ensure_claimed(world[AGENTS].get(self.voter) or sight or world[AGENT_OWNERS].get(self.voter))
        target = self._target(world)
        if target is None or target.deleted_at is not None:
            raise NotFound("Post" if self.table is POSTS else "Comment")
        ensure_published(target.verification_status, "post" if self.table is POSTS else "comment")
        if target.author_id == self.voter:
            raise OwnWork()
        votes = world[VOTES]
        post_id = _post_of(target)
        vote = votes.get(key)
        former = Direction(vote.direction) if vote is not None else Direction.NONE
        wanted = Direction.NONE if former is self.direction else self.direction
        if vote is None and wanted is Direction.NONE:
            raise NoVote()
        # What was cast before both had one owner may be withdrawn.
        if wanted is not Direction.NONE and voter.claimed_by is not None:
            author = world[AGENTS].get(target.author_id)
            if (author.claimed_by if author else sight and sight.author_claimed_by) == voter.claimed_by:
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
            sight is not None and sight.follows,
            target.upvotes,
            target.downvotes,
        )

    def _target(self, world: World) -> PostRow | CommentRow | None:
        found: PostRow | CommentRow | None = world[self.table].get(self.target)
        return found


def describe(former: Direction, now: Direction) -> VoteAction:
    """Name what happened between two standings."""
    if now is Direction.NONE:
        return VoteAction.REMOVED
    if former is not Direction.NONE:
        return VoteAction.CHANGED
    return VoteAction.UPVOTED if now is Direction.UP else VoteAction.DOWNVOTED


def _post_of(target: PostRow | CommentRow) -> PostId:
    return target.id if isinstance(target, PostRow) else target.post_id
