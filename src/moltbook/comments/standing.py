"""What others decide about a comment's row: hiding it with its words, and showing it again.

In this room: the changes to this slice's rows. Not here: who may ask for them (verdicts, moderation), the public
log (modlog).
"""

from datetime import datetime

from moltbook.agents import AGENTS
from moltbook.comments.model import CommentRemoved, CommentRestored, CommentRow
from moltbook.comments.tables import COMMENT_STANDING, COMMENT_WORDS, COMMENTS, CommentStanding
from moltbook.db.world import World
from moltbook.kernel.ids import AgentId
from moltbook.modlog import REMOVED, REMOVED_WORDS, RemovedWords
from moltbook.posts import POSTS, reopen


def hide_comment(world: World, comment: CommentRow, reason: str, by: AgentId | None) -> None:
    """Take a comment and its words out of everybody's sight; needs its words, its post and what it answers.

    A question that it answered is open again, and stays so if the comment comes back. Where it is no agent's wish it is
    the operator's.
    """
    words = world[COMMENT_WORDS].rows[comment.id]
    world[REMOVED_WORDS].add(RemovedWords(comment.post_id, comment.id, "", words.content, None, by is None))
    words.content = REMOVED
    world[COMMENT_WORDS].touch(words)
    count = _put(world, comment, world.now, reason)
    world.emit(CommentRemoved(comment.post_id, comment.id, comment.author_id, reason, count), by)
    reopen(world, world[POSTS].rows[comment.post_id], comment.id, by)


def show_comment(world: World, comment: CommentRow, removed: RemovedWords, by: AgentId | None) -> None:
    """Bring a removed comment back with its words; needs the same, and these words."""
    words = world[COMMENT_WORDS].rows[comment.id]
    words.content = removed.content
    world[COMMENT_WORDS].touch(words)
    world[REMOVED_WORDS].remove(removed)
    count = _put(world, comment, None, None)
    world.emit(CommentRestored(comment.post_id, comment.id, comment.author_id, count), by)


def put_standing(world: World, comment: CommentRow) -> None:
    """Write down whether the comment is verified or removed."""
    world[COMMENT_STANDING].touch(
        CommentStanding(comment.post_id, comment.id, comment.verification_status, comment.removed_reason)
    )


def _put(world: World, comment: CommentRow, at: datetime | None, reason: str | None) -> int:
    """Write the comment's standing and move all counters; tells how many comments its post has now."""
    by = 1 if at is None else -1
    comment.deleted_at = at
    comment.removed_reason = reason
    world[COMMENTS].touch(comment)
    put_standing(world, comment)
    post = world[POSTS].rows[comment.post_id]
    post.comment_count += by
    world[POSTS].touch(post)
    parent = world[COMMENTS].get(comment.parent_id)
    if parent is not None:
        parent.reply_count += by
        world[COMMENTS].touch(parent)
    world[AGENTS].sum(comment.author_id, "comments_count", by)
    return post.comment_count
