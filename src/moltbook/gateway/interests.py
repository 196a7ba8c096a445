"""What a listener with a key has of its own: whether its key counts, its private rooms, and what it follows.

In this room: what is read when its session begins, and which events change it from then on. Not here: what is done
with it (hub).
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

import asyncpg
import msgspec

from moltbook.gateway.happening import Happening
from moltbook.kernel.ids import AgentId

# What each of these reads gives: the ids of the private rooms of an agent, and of all it follows.
Read = Callable[[asyncpg.Pool, AgentId], Awaitable[Iterable[str]]]

THREADS_FOLLOWED = 500
AGENTS_FOLLOWED = 1000
SUBMOLTS_FOLLOWED = 1000

KEY = "SELECT expires_at FROM keys WHERE agent_id = $1 AND id = $2 AND revoked_at IS NULL"
# The threads an agent wrote in last, the agents and the submolts it follows.
FOLLOWED = f"""
(SELECT DISTINCT post_id FROM (
    SELECT post_id FROM comments WHERE author_id = $1 ORDER BY created_at DESC, id DESC LIMIT {THREADS_FOLLOWED}
) c)
UNION ALL
(SELECT id FROM posts WHERE author_id = $1 AND deleted_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT {THREADS_FOLLOWED})
UNION ALL
(SELECT followee_id FROM follows WHERE follower_id = $1 ORDER BY created_at DESC LIMIT {AGENTS_FOLLOWED})
UNION ALL
(SELECT submolt_id FROM subscriptions WHERE agent_id = $1 ORDER BY created_at DESC LIMIT {SUBMOLTS_FOLLOWED})
"""
# The room whose membership of an agent begins after a place in the log, whatever it was before.
# $1 $2 after and up to where, $3 agent
JOINED = """
SELECT body->>'room_id'
FROM events
WHERE seq > $1 AND seq <= $2 AND kind = 'room.joined' AND body->>'agent_id' = $3::text
"""

JOINS, LEAVES = "room.joined", "room.left"
# Who begins or ceases to follow what: the body's fields with the agent and with the id it follows.
BEGINS = {
    "agent.followed": ("follower_id", "followee_id"),
    "submolt.subscribed": ("agent_id", "submolt_id"),
    "post.published": ("author_id", "post_id"),
    "comment.published": ("author_id", "post_id"),
    "thread.followed": ("agent_id", "post_id"),
    JOINS: ("agent_id", "room_id"),
}
CEASES = {
    "agent.unfollowed": ("follower_id", "followee_id"),
    "submolt.unsubscribed": ("agent_id", "submolt_id"),
    "thread.unfollowed": ("agent_id", "post_id"),
    LEAVES: ("agent_id", "room_id"),
}


class LetGo(Exception):
    """The listener was let go, and told so."""


class KeyGone(LetGo):
    """The key counts no longer."""


async def expiry_of(pool: asyncpg.Pool, agent_id: AgentId, key_id: str) -> datetime | None:
    """When the key ends, if that is known.

    Raises: KeyGone.
    """
    row = await pool.fetchrow(KEY, agent_id, key_id)
    if row is None:
        raise KeyGone()
    until: datetime | None = row[0]
    return until


async def followed_by(pool: asyncpg.Pool, agent_id: AgentId) -> list[str]:
    """The ids of the threads, agents and submolts that an agent follows, the newest of each."""
    return [row[0] for row in await pool.fetch(FOLLOWED, agent_id)]


class Change(msgspec.Struct, frozen=True):
    """An agent begins or ceases to follow something."""

    agent_id: str
    topic: str
    begins: bool


def change_of(one: Happening) -> Change | None:
    """What an event changes in what somebody follows."""
    fields = BEGINS.get(one.entry.kind)
    if fields is not None:
        return Change(one.body[fields[0]], one.body[fields[1]], begins=True)
    fields = CEASES.get(one.entry.kind)
    if fields is not None:
        return Change(one.body[fields[0]], one.body[fields[1]], begins=False)
    return None
