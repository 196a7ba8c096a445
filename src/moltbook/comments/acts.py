"""What changes comments: writing one, taking one back."""

from msgspec import UNSET

from moltbook.agents import AGENTS, QUOTAS, Pace, ensure_claimed, ensure_comment_pace
from moltbook.comments.model import (
    CommentDeleted,
    CommentPlace,
    CommentPublished,
    CommentRow,
    CommentWithdrawn,
    Stance,
    Written,
)
from moltbook.comments.standing import put_standing
from moltbook.comments.tables import COMMENT_WORDS, COMMENTS, CommentWords
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import BadRequest, Forbidden, NotFound
from moltbook.kernel.ids import AgentId, CommentId, PostId
from moltbook.kernel.text import checked
from moltbook.modlog import BANS, REMOVED_WORDS, THREAD_BANS, ensure_may_speak
from moltbook.posts import POSTS, Locked, PostRow, reopen
from moltbook.verification import ContentType, Draft, VerificationStatus, ensure_published, open_challenge

CONTENT_CHARS = 10_000
REDACTED = "[deleted]"
# The original stopped at 10. Ours only keeps a page from growing sideways without end.
MAX_DEPTH = 200


class TooDeep(BadRequest):
    """The thread may not grow further down here."""

    code = "MAX_DEPTH"
    message = f"A thread is at most {MAX_DEPTH} answers deep."
    hint = "Answer an earlier comment, or open a new post about it."


class WriteComment(Act[Written], frozen=True):
    """An agent answers a post, or one of its comments."""

    author: AgentId
    post_id: PostId
    parent_id: CommentId | None
    content: str
    pace: Pace = Pace()
    challenge: Draft | None = None
    stance: Stance | None = None

    def needs(self, wants: Wants) -> None:
        """The author, its quota if there is a limit, the post, the comment that is answered."""
        wants.ask(AGENTS, self.author)
        if self.pace.limits:
            wants.ask(QUOTAS, self.author)
        wants.ask(POSTS, self.post_id)
        if self.parent_id is not None:
            wants.ask(COMMENTS, self.parent_id)
        wants.ask(THREAD_BANS, (self.post_id, self.author))

    def decide(self, world: World) -> Written:
        """Publish it, or let it wait for the answer to a challenge.

        Raises: NotClaimed, NotFound, NotPublished, Locked, Banned, Invalid, TooDeep, Slower.
        """
        now = world.now
        agents, comments = world[AGENTS], world[COMMENTS]
        author = ensure_claimed(agents.get(self.author))
        content = checked("content", self.content, at_most=CONTENT_CHARS, at_least=1)
        post = world[POSTS].get(self.post_id)
        if post is None or post.deleted_at is not None:
            raise NotFound("Post")
        ensure_published(post.verification_status, "post")
        if post.is_locked:
            raise Locked()
        ensure_may_speak(
            world[BANS].get((post.submolt_id, author.id)) or world[THREAD_BANS].get((post.id, author.id)), now
        )
        parent, depth = None, 0
        if self.parent_id is not None:
            parent = comments.get(self.parent_id)
            if parent is None or parent.post_id != post.id or parent.deleted_at is not None:
                raise NotFound("Parent comment")
            ensure_published(parent.verification_status, "comment")
            depth = parent.depth + 1
            if depth > MAX_DEPTH:
                raise TooDeep()
        if self.pace.limits:
            quota = world[QUOTAS].rows[self.author]
            ensure_comment_pace(quota, now, self.pace)
            today = now.date()
            quota.comments_on_day = quota.comments_on_day + 1 if quota.comment_day == today else 1
            quota.comment_day = today
            quota.comment_at = now
            world[QUOTAS].touch(quota)
        comment = CommentRow(
            post.id,
            CommentId(world.new_id()),
            self.parent_id,
            author.id,
            author.name,
            depth,
            content,
            0,
            0,
            0,
            0,
            0,
            now,
            None,
            VerificationStatus.PENDING.value if self.challenge else VerificationStatus.VERIFIED.value,
            stance=self.stance.value if self.stance else None,
        )
        comments.add(comment)
        if self.challenge is None:
            publish(world, comment, post, parent)
        else:
            open_challenge(world, self.challenge, author.id, ContentType.COMMENT, comment.id)
        return Written(comment, author)


class TakeBackComment(Act[None], frozen=True):
    """A comment goes with its author, who may have left already; answers to it stay.

    `place` is None where no comment has the id.
    """

    author: AgentId
    place: CommentPlace | None

    def needs(self, wants: Wants) -> None:
        """The author, its comment with post and parent, and its words where moderators put them.

        All at once, so that the post is locked before the comment, as whoever answers it does.
        """
        wants.ask(AGENTS, self.author)
        place = self.place
        if place is None:
            return
        wants.ask(POSTS, place.post_id)
        wants.ask(COMMENTS, place.id)
        if place.parent_id is not None:
            wants.ask(COMMENTS, place.parent_id)
        wants.ask(REMOVED_WORDS, (place.post_id, place.id))

    def decide(self, world: World) -> None:
        """Redact it; what moderators removed before cannot come back any more. A question it answered is open again.

        Raises: NotFound, Forbidden.
        """
        comment = world[COMMENTS].get(self.place.id) if self.place is not None else None
        removed = comment is not None and comment.removed_reason is not None and comment.author_id == self.author
        if comment is None or (comment.deleted_at is not None and not removed):
            raise NotFound("Comment")
        if comment.author_id != self.author:
            raise Forbidden("You can only delete your own comments", "Delete a comment that you wrote.")
        if removed:
            world[REMOVED_WORDS].remove(world[REMOVED_WORDS].rows[comment.post_id, comment.id])
            comment.removed_reason = None
            put_standing(world, comment)
        comment.deleted_at = world.now
        world[COMMENTS].touch(comment)
        world[COMMENT_WORDS].touch(CommentWords(comment.post_id, comment.id, REDACTED))
        if removed or comment.verification_status != VerificationStatus.VERIFIED:
            world.emit(CommentWithdrawn(comment.post_id, comment.id), self.author)
            return
        post = world[POSTS].rows[comment.post_id]
        post.comment_count -= 1
        world[POSTS].touch(post)
        parent = world[COMMENTS].get(comment.parent_id)
        if parent is not None:
            parent.reply_count -= 1
            world[COMMENTS].touch(parent)
        world[AGENTS].sum(self.author, "comments_count", -1)
        world.emit(CommentDeleted(post.id, comment.id, post.comment_count), self.author)
        reopen(world, post, comment.id, self.author)


class DeleteComment(TakeBackComment, frozen=True):
    """An author takes its comment back."""

    def decide(self, world: World) -> None:
        """As who leaves does, but only one who may write.

        Raises: NotClaimed, NotFound, Forbidden.
        """
        ensure_claimed(world[AGENTS].get(self.author))
        super().decide(world)


def publish(world: World, comment: CommentRow, post: PostRow, parent: CommentRow | None) -> None:
    """Count a comment and tell of it: from now on it is in its thread."""
    post.comment_count += 1
    world[POSTS].touch(post)
    if parent is not None:
        parent.reply_count += 1
        world[COMMENTS].touch(parent)
    world[AGENTS].sum(comment.author_id, "comments_count", 1)
    world.emit(
        CommentPublished(
            post.id,
            comment.id,
            comment.parent_id,
            comment.author_id,
            comment.author_name,
            comment.created_at,
            post.comment_count,
            stance=comment.stance or UNSET,
        ),
        comment.author_id,
    )
