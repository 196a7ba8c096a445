"""What moderators decided about a post and what is said under it, and why: their public log, read for a page.

Not here: the log's own page, how a decision looks (templates, thread).
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import asyncpg
from msgspec import Struct

from moltbook.kernel.ids import PostId
from moltbook.modlog import OPERATOR, Action, Actor

# All about one thread in one look. An author's entries are found by index, and only a thread about which moderators
# decided something, or one of the past, is looked up at all.
DECIDED = """
SELECT l.id, l.action, l.at, l.moderator_id IS NOT NULL, l.moderator_name, l.post_id, l.comment_id, l.reason
FROM modlog l
WHERE l.agent_id = ANY($1::uuid[]) AND l.post_id = $2 AND l.action = ANY($3::text[])
ORDER BY l.id
"""
_UNDONE = {
    Action.RESTORE_POST: Action.REMOVE_POST,
    Action.RESTORE_COMMENT: Action.REMOVE_COMMENT,
    Action.UNLOCK: Action.LOCK,
    Action.UNPIN: Action.PIN,
}
_LOOKED_FOR = [*_UNDONE, *_UNDONE.values()]
# What was removed since is without its words on a page of the past too, and says why; a lock tells of its own time.
_OF_THEIR_TIME = {Action.LOCK, Action.UNLOCK, Action.PIN, Action.UNPIN}


class Decision(Struct, frozen=True, gc=False):
    """What was decided: by what kind of hand and whose, why, when; `entry` is its line in the public log.

    Of what came with an archive the log knows nothing but that it is so.
    """

    actor: Actor | None = None
    by: str = ""
    reason: str = ""
    at: datetime | None = None
    entry: str = ""


class Decisions:
    """What holds in one thread, by what was done and to what."""

    def __init__(self, found: Mapping[tuple[Action, str], Decision]) -> None:
        self._found = found

    def get(self, action: Action, target_id: str) -> Decision | None:
        """The decision that holds, if the log knows it."""
        return self._found.get((action, target_id))


async def decisions(
    pool: asyncpg.Pool, post_id: PostId, author_ids: Collection[str], at: datetime | None = None
) -> Decisions:
    """What holds of a post and of comments under it, by the authors of these; locks and pins as of a moment."""
    found: dict[tuple[Action, str], Decision] = {}
    for entry, done, done_at, is_agent, by, of_post, of_comment, reason in await pool.fetch(
        DECIDED, author_ids, post_id, _LOOKED_FOR
    ):
        action, target = Action(done), of_comment or of_post
        if at is not None and action in _OF_THEIR_TIME and done_at >= at:
            continue
        undone = _UNDONE.get(action)
        if undone is not None:
            found.pop((undone, target), None)
            continue
        actor = Actor.MODERATOR if is_agent else Actor.OPERATOR if by == OPERATOR.name else Actor.HOUSE
        found[action, target] = Decision(actor, by, reason, done_at, entry)
    return Decisions(found)


NO_DECISIONS = Decisions({})
