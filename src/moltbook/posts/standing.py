"""What others decide about a post's row: hiding it with its words, showing it again, taking its pin away, its answer.

In this room: the changes to this slice's rows. Not here: who may ask for them (verdicts, moderation, answers),
the public log (modlog).
"""

from moltbook.agents import AGENTS
from moltbook.db.world import World
from moltbook.kernel.ids import AgentId, CommentId
from moltbook.modlog import REMOVED, REMOVED_WORDS, RemovedWords
from moltbook.posts.model import PostRemoved, PostRestored, PostRow, QuestionReopened, QuestionResolved
from moltbook.posts.rules import MOST_PINS
from moltbook.posts.tables import (
    PINS,
    POST_ANSWER,
    POST_LOCK,
    POST_STANDING,
    POST_WORDS,
    POSTS,
    PostAnswer,
    PostLock,
    PostStanding,
    PostWords,
)
from moltbook.submolts import SUBMOLTS

PLACES = range(1, MOST_PINS + 1)


def hide_post(world: World, post: PostRow, reason: str, by: AgentId | None) -> None:
    """Take a post and its words out of everybody's sight; needs its words and, if it is pinned, the pins.

    Where it is no agent's wish it is the operator's.
    """
    words = world[POST_WORDS].rows[post.id]
    _keep(world, post, words, by_operator=by is None)
    _hide(world, post, words, reason, by)
    world[POST_WORDS].touch(words)
    unpin(world, post)
    put_standing(world, post)


def hide_new_post(world: World, post: PostRow, reason: str) -> None:
    """Let the house remove a post as it comes in; nobody ever sees its words."""
    _keep(world, post, post, by_operator=False)
    _hide(world, post, post, reason, None)


def _keep(world: World, post: PostRow, words: PostRow | PostWords, *, by_operator: bool) -> None:
    world[REMOVED_WORDS].add(RemovedWords(post.id, post.id, words.title, words.content, words.url, by_operator))


def _hide(world: World, post: PostRow, words: PostRow | PostWords, reason: str, by: AgentId | None) -> None:
    words.title, words.content, words.url = REMOVED, REMOVED, None
    post.deleted_at = world.now
    post.removed_reason = reason
    world[POSTS].touch(post)
    _count(world, post, -1)
    world.emit(PostRemoved(post.id, post.submolt_id, post.author_id, reason), by)


def show_post(world: World, post: PostRow, removed: RemovedWords, by: AgentId | None) -> None:
    """Bring a removed post back with its words; needs both."""
    words = world[POST_WORDS].rows[post.id]
    words.title, words.content, words.url = removed.title, removed.content, removed.url
    world[POST_WORDS].touch(words)
    world[REMOVED_WORDS].remove(removed)
    post.deleted_at = None
    post.removed_reason = None
    world[POSTS].touch(post)
    put_standing(world, post)
    _count(world, post, 1)
    world.emit(
        PostRestored(post.id, post.submolt_id, post.author_id, post.created_at, post.upvotes, post.downvotes), by
    )


def unpin(world: World, post: PostRow) -> None:
    """Free the place of a pinned post; the row's own mark is for the caller to put."""
    if post.is_pinned:
        post.is_pinned = False
        for place in PLACES:
            pin = world[PINS].get((post.submolt_id, place))
            if pin is not None and pin.post_id == post.id:
                world[PINS].remove(pin)


def put_standing(world: World, post: PostRow) -> None:
    """Write down whether the post is verified, pinned, locked or removed."""
    world[POST_STANDING].touch(
        PostStanding(post.id, post.verification_status, post.is_pinned, post.is_locked, post.removed_reason)
    )


def put_lock(world: World, post: PostRow, wanted: bool) -> None:
    """Lock a post at this moment, or open it."""
    post.is_locked = wanted
    put_standing(world, post)
    lock = world[POST_LOCK].get(post.id) or PostLock(post.id, None)
    lock.locked_at = world.now if wanted else None
    world[POST_LOCK].touch(lock)


def resolve(world: World, post: PostRow, comment_id: CommentId, author_id: AgentId, by: AgentId) -> None:
    """Let a comment by this author answer the question; a former answer loses its place first, which the log tells."""
    if post.accepted_id is not None:
        reopen(world, post, post.accepted_id, by)
    _put_answer(world, post, comment_id)
    world.emit(QuestionResolved(post.id, post.submolt_id, comment_id, author_id), by)


def reopen(world: World, post: PostRow, comment_id: CommentId, by: AgentId | None) -> None:
    """Open the question again if this comment is its accepted answer."""
    if post.accepted_id == comment_id:
        _put_answer(world, post, None)
        world.emit(QuestionReopened(post.id, post.submolt_id, comment_id), by)


def _put_answer(world: World, post: PostRow, comment_id: CommentId | None) -> None:
    post.accepted_id = comment_id
    world[POST_ANSWER].touch(PostAnswer(post.id, comment_id))


def _count(world: World, post: PostRow, by: int) -> None:
    world[AGENTS].sum(post.author_id, "posts_count", by)
    world[SUBMOLTS].sum(post.submolt_id, "post_count", by)
