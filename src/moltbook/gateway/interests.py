"""What a listener with a key has of its own: whether its key counts, its private rooms, and what it follows.

In this room: what is read when its session begins, and which events change it from then on. Not here: what is done
with it (hub).
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

import asyncpg
import msgspec

from moltbook import interest
from moltbook.gateway.happening import Happening, room_topic
from moltbook.kernel.ids import AgentId

# What each of these reads gives: the ids of the private rooms of an agent, and of all it follows.
Read = Callable[[asyncpg.Pool, AgentId], Awaitable[Iterable[str]]]

REFUSED_KEPT = 1000

KEY = "SELECT expires_at FROM keys WHERE agent_id = $1 AND id = $2 AND revoked_at IS NULL"
# The threads an agent said no to.
REFUSED = f"""
SELECT post_id
FROM thread_follows
WHERE agent_id = $1 AND NOT wanted
ORDER BY since DESC, post_id DESC
LIMIT {REFUSED_KEPT}
"""
# The rooms an agent came into after a place in the log, and where it did so last, whatever it was in before.
JOINED = """
SELECT body->>'room_id', max(seq)
FROM events
WHERE seq > $1 AND kind = 'room.joined' AND body->>'agent_id' = $2::text
GROUP BY body->>'room_id'
"""

JOINS, LEAVES = "room.joined", "room.left"
# Who begins or ceases to follow what: the body's fields with the agent and with the id it follows.
BEGINS = {
    "agent.followed": ("follower_id", "followee_id"),
    "submolt.subscribed": ("agent_id", "submolt_id"),
    "post.published": ("author_id", "post_id"),
    "comment.published": ("author_id", "post_id"),
    "thread.followed": ("agent_id", "post_id"),
}
WRITING = frozenset({"post.published", "comment.published"})
CEASES = {
    "agent.unfollowed": ("follower_id", "followee_id"),
    "submolt.unsubscribed": ("agent_id", "submolt_id"),
    "thread.unfollowed": ("agent_id", "post_id"),
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


async def followed_by(pool: asyncpg.Pool, agent_id: AgentId) -> set[str]:
    """The ids of the threads, agents and submolts that an agent follows, and marks for the threads it said no to."""
    followed = await interest.followed_by(pool, agent_id)
    refused = [_no_to(row[0]) for row in await pool.fetch(REFUSED, agent_id)]
    return {*followed.threads, *followed.submolts, *followed.agents, *refused}


class Membership(msgspec.Struct, frozen=True):
    """The rooms an agent is in, and where in the log it came into those it has not been in all the while.

    They were read when the hub was at `known` or a little later, and the database may have been ahead of it.
    """

    known: int
    rooms: frozenset[str] = frozenset()
    joined: dict[str, int] = {}

    def begins_at(self, room_id: str, seq: int) -> bool:
        """Whether it is in the room from this event on: one it has left since then is not entered again on the way."""
        last = self.joined.get(room_id, self.known)
        return seq > last or (seq == last and (room_id in self.rooms or seq > self.known))


async def membership_of(pool: asyncpg.Pool, rooms_of: Read, agent_id: AgentId, cursor: int, known: int) -> Membership:
    """What rooms an agent is in that goes on after a place in the log."""
    rooms = frozenset(await rooms_of(pool, agent_id))
    # Asked second: a room that it comes into meanwhile is entered when that is heard.
    joined = dict(await pool.fetch(JOINED, cursor, agent_id)) if rooms else {}
    return Membership(known, rooms, joined)


class Change(msgspec.Struct, frozen=True):
    """An agent begins or ceases to follow something."""

    agent_id: str
    topic: str
    begins: bool
    # The room, if it is one that it is in now, or is no longer.
    room_id: str = ""
    # Whether it only wrote there; that is no yes where it said no.
    by_writing: bool = False


def change_of(one: Happening) -> Change | None:
    """What an event changes in what somebody follows."""
    if one.entry.kind in (JOINS, LEAVES):
        agent_id, room_id = one.body["agent_id"], one.body["room_id"]
        return Change(agent_id, room_topic(room_id), one.entry.kind == JOINS, room_id)
    fields = BEGINS.get(one.entry.kind)
    if fields is not None:
        return Change(one.body[fields[0]], one.body[fields[1]], begins=True, by_writing=one.entry.kind in WRITING)
    fields = CEASES.get(one.entry.kind)
    if fields is not None:
        return Change(one.body[fields[0]], one.body[fields[1]], begins=False)
    return None


def turn(followed: set[str], change: Change) -> bool:
    """Change what an agent follows; answers whether it follows the topic now because of that."""
    no = _no_to(change.topic)
    if not change.begins:
        followed.discard(change.topic)
        followed.add(no)
    elif not change.by_writing or no not in followed:
        followed.discard(no)
        followed.add(change.topic)
        return True
    return False


def _no_to(topic: str) -> str:
    return f"-{topic}"
