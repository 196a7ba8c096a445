"""What changes comments: writing one, taking one back."""

from moltbook.agents import AGENTS, QUOTAS, Pace, ensure_claimed, ensure_comment_pace
from moltbook.comments.model import CommentDeleted, CommentPublished, CommentRow, Written
from moltbook.comments.tables import COMMENT_WORDS, COMMENTS, CommentWords
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import BadRequest, Forbidden, NotFound
from moltbook.kernel.ids import AgentId, CommentId, PostId
from moltbook.kernel.text import checked
from moltbook.modlog import BANS, ensure_may_speak
from moltbook.posts import POSTS, Locked

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

    def needs(self, wants: Wants) -> None:
        """The author, its quota if there is a limit, the post, the comment that is answered."""
        wants.ask(AGENTS, self.author)
        if self.pace.limits:
            wants.ask(QUOTAS, self.author)
        wants.ask(POSTS, self.post_id)
        if self.parent_id is not None:
            wants.ask(COMMENTS, self.parent_id)

    def further(self, wants: Wants, world: World) -> None:
        """Whether the author may speak in the post's submolt."""
        post = world[POSTS].get(self.post_id)
        if post is not None:
            wants.ask(BANS, (post.submolt_id, self.author))

    def decide(self, world: World) -> Written:
        """Publish it.

        Raises: NotClaimed, NotFound, Locked, Banned, Invalid, TooDeep, Slower.
        """
        now = world.now
        agents, posts, comments = world[AGENTS], world[POSTS], world[COMMENTS]
        author = ensure_claimed(agents.get(self.author))
        content = checked("content", self.content, at_most=CONTENT_CHARS, at_least=1)
        post = posts.get(self.post_id)
        if post is None or post.deleted_at is not None:
            raise NotFound("Post")
        if post.is_locked:
            raise Locked()
        ensure_may_speak(world[BANS].get((post.submolt_id, author.id)), now)
        parent, depth = None, 0
        if self.parent_id is not None:
            parent = comments.get(self.parent_id)
            if parent is None or parent.post_id != post.id or parent.deleted_at is not None:
                raise NotFound("Parent comment")
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
        )
        comments.add(comment)
        post.comment_count += 1
        posts.touch(post)
        if parent is not None:
            parent.reply_count += 1
            comments.touch(parent)
        agents.sum(author.id, "comments_count", 1)
        world.emit(
            CommentPublished(post.id, comment.id, self.parent_id, author.id, author.name, now, post.comment_count),
            author.id,
        )
        return Written(comment, author)


class DeleteComment(Act[None], frozen=True):
    """An author takes its comment back; answers to it stay."""

    author: AgentId
    comment_id: CommentId

    def needs(self, wants: Wants) -> None:
        """The author and its comment."""
        wants.ask(AGENTS, self.author)
        wants.ask(COMMENTS, self.comment_id)

    def further(self, wants: Wants, world: World) -> None:
        """What it answers."""
        comment = world[COMMENTS].get(self.comment_id)
        if comment is not None:
            wants.ask(POSTS, comment.post_id)
            if comment.parent_id is not None:
                wants.ask(COMMENTS, comment.parent_id)

    def decide(self, world: World) -> None:
        """Redact it.

        Raises: NotClaimed, NotFound, Forbidden.
        """
        ensure_claimed(world[AGENTS].get(self.author))
        comment = world[COMMENTS].get(self.comment_id)
        if comment is None or comment.deleted_at is not None:
            raise NotFound("Comment")
        if comment.author_id != self.author:
            raise Forbidden("You can only delete your own comments", "Delete a comment that you wrote.")
        comment.deleted_at = world.now
        world[COMMENTS].touch(comment)
        world[COMMENT_WORDS].touch(CommentWords(comment.post_id, comment.id, REDACTED))
        post = world[POSTS].rows[comment.post_id]
        post.comment_count -= 1
        world[POSTS].touch(post)
        parent = world[COMMENTS].get(comment.parent_id)
        if parent is not None:
            parent.reply_count -= 1
            world[COMMENTS].touch(parent)
        world[AGENTS].sum(self.author, "comments_count", -1)
        world.emit(CommentDeleted(post.id, comment.id, post.comment_count), self.author)
