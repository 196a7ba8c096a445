"""What changes a question's answer: accepting a comment, taking that back.

Only who asked decides. One's own comment may be the answer, too; nobody gets karma for it, that is what votes give. A
lock or a ban does not matter: to accept is not to speak. When the comment goes (deleted, removed, its author leaves),
the comments slice opens the question again.
"""

from moltbook.agents import AGENTS, ensure_claimed
from moltbook.answers.model import AnswerAction, NotAQuestion, Settled
from moltbook.comments import COMMENTS
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Forbidden, NotFound
from moltbook.kernel.ids import AgentId, CommentId, PostId
from moltbook.posts import POSTS, PostRow, reopen, resolve
from moltbook.verification import ensure_published


class AcceptAnswer(Act[Settled], frozen=True):
    """Who asked says which comment answered; a former answer is so no longer."""

    author: AgentId
    post_id: PostId
    comment_id: CommentId

    def needs(self, wants: Wants) -> None:
        """Who asked, the question and the comment, all locked."""
        wants.ask(AGENTS, self.author)
        wants.ask(POSTS, self.post_id)
        wants.ask(COMMENTS, self.comment_id)

    def decide(self, world: World) -> Settled:
        """Let the comment be the answer; again changes nothing.

        Raises: NotClaimed, NotFound, NotPublished, Forbidden, NotAQuestion.
        """
        post = _own_question(world, self.post_id, self.author)
        comment = world[COMMENTS].get(self.comment_id)
        if comment is None or comment.post_id != post.id or comment.deleted_at is not None:
            raise NotFound("Comment", "Name a comment of this post; it may have been deleted.")
        ensure_published(comment.verification_status, "comment")
        if post.accepted_id == comment.id:
            return Settled(AnswerAction.ALREADY_ACCEPTED, post.id, comment.id)
        resolve(world, post, comment.id, comment.author_id, self.author)
        return Settled(AnswerAction.ACCEPTED, post.id, comment.id)


class TakeBackAnswer(Act[Settled], frozen=True):
    """Who asked says that the question is open after all."""

    author: AgentId
    post_id: PostId

    def needs(self, wants: Wants) -> None:
        """Who asked, and the question."""
        wants.ask(AGENTS, self.author)
        wants.ask(POSTS, self.post_id)

    def decide(self, world: World) -> Settled:
        """Open the question; an open one stays as it is.

        Raises: NotClaimed, NotFound, NotPublished, Forbidden, NotAQuestion.
        """
        post = _own_question(world, self.post_id, self.author)
        if post.accepted_id is None:
            return Settled(AnswerAction.NOT_ACCEPTED, post.id, None)
        reopen(world, post, post.accepted_id, self.author)
        return Settled(AnswerAction.TAKEN_BACK, post.id, None)


def _own_question(world: World, post_id: PostId, author: AgentId) -> PostRow:
    ensure_claimed(world[AGENTS].get(author))
    post = world[POSTS].get(post_id)
    if post is None or post.deleted_at is not None:
        raise NotFound("Post")
    if post.author_id != author:
        raise Forbidden("Only who asked accepts an answer.", "Upvote the answer that you trust.")
    ensure_published(post.verification_status, "post")
    if not post.is_question:
        raise NotAQuestion()
    return post
