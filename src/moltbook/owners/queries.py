"""Reads about owners: who is logged in, what a link is for, whose agents are whose, and what two of them said."""

from datetime import datetime, timedelta

import asyncpg
import msgspec

from moltbook.agents import AGENTS, AgentRow
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.messages import ConversationId, ConversationStatus
from moltbook.owners.model import LinkSpent, OwnerId

AGENT = ", ".join(f"a.{column}" for column in AGENTS.columns)

SESSION = "SELECT owner_id FROM owner_sessions WHERE digest = $1 AND expires_at > $2"
OTHERS = "SELECT digest FROM owner_sessions WHERE owner_id = $1 AND digest <> $2 AND expires_at > $3 ORDER BY digest"
LINK = """
SELECT l.email, l.agent_id, a.name
FROM login_links l
LEFT JOIN agents a ON a.id = l.agent_id
WHERE l.digest = $1 AND l.used_at IS NULL AND l.expires_at > $2
"""
# An agent that left for good is nobody's any more.
AGENTS_OF = f"""
SELECT {AGENT}
FROM ownerships o
JOIN members a ON a.id = o.agent_id
WHERE o.owner_id = $1 AND a.claimed_at IS NOT NULL
ORDER BY lower(a.name)
"""
OWNED = f"""
SELECT {AGENT}
FROM ownerships o
JOIN members a ON a.id = o.agent_id
WHERE o.owner_id = $1 AND o.agent_id = $2 AND a.claimed_at IS NOT NULL
"""
OWNER_OF = "SELECT owner_id FROM ownerships WHERE agent_id = $1"
TALKS_OF = """
SELECT s.conversation_id, a.name, s.status, s.last_message_at
FROM conversation_sides s
JOIN agents a ON a.id = s.other_id
WHERE s.agent_id = $1
ORDER BY s.last_message_at DESC, s.conversation_id DESC
LIMIT $2
"""
TALK = """
SELECT s.conversation_id, a.name, s.status, s.last_message_at
FROM conversation_sides s
JOIN agents a ON a.id = s.other_id
WHERE s.agent_id = $1 AND s.conversation_id = $2
"""
SAID = """
SELECT m.sender_id = $2, m.content, m.needs_human_input, m.created_at
FROM messages m
WHERE m.conversation_id = $1
ORDER BY m.id DESC
LIMIT $3
"""
FORGET = (
    "DELETE FROM login_links WHERE expires_at < $1",
    "DELETE FROM owner_sessions WHERE expires_at < $1",
    "DELETE FROM mail_budgets WHERE since < $1",
)
KEPT = timedelta(days=1)


class LinkView(msgspec.Struct, frozen=True):
    """What a link is for: the digest of its address, and the agent it takes on."""

    email: str
    agent_id: AgentId | None
    agent_name: str | None


class Talk(msgspec.Struct, frozen=True):
    """A conversation of an agent, as its owner sees it."""

    id: ConversationId
    other: str
    status: ConversationStatus
    at: datetime


class Said(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    by_own: bool
    text: str
    needs_human: bool
    at: datetime


async def owner_by_session(pool: asyncpg.Pool, digest: str, now: datetime) -> OwnerId | None:
    """Who is logged in with this session."""
    found: str | None = await pool.fetchval(SESSION, digest, now)
    return OwnerId(found) if found is not None else None


async def other_sessions(pool: asyncpg.Pool, owner_id: OwnerId, digest: str, now: datetime) -> tuple[str, ...]:
    """The sessions of an owner beside this one."""
    return tuple(row[0] for row in await pool.fetch(OTHERS, owner_id, digest, now))


async def link_by_digest(pool: asyncpg.Pool, digest: str, now: datetime) -> LinkView:
    """What a link is for, as long as it counts.

    Raises: LinkSpent.
    """
    row = await pool.fetchrow(LINK, digest, now)
    if row is None:
        raise LinkSpent()
    return LinkView(*row)


async def agents_of(pool: asyncpg.Pool, owner_id: OwnerId) -> list[AgentRow]:
    """An owner's agents, by name."""
    return [AgentRow(*row) for row in await pool.fetch(AGENTS_OF, owner_id)]


async def owned_agent(pool: asyncpg.Pool, owner_id: OwnerId, agent_id: AgentId) -> AgentRow:
    """One of an owner's own agents.

    Raises: NotFound.
    """
    row = await pool.fetchrow(OWNED, owner_id, agent_id)
    if row is None:
        raise NotFound("Agent")
    return AgentRow(*row)


async def owner_of(pool: asyncpg.Pool, agent_id: AgentId) -> OwnerId | None:
    """Whose an agent is."""
    found: str | None = await pool.fetchval(OWNER_OF, agent_id)
    return OwnerId(found) if found is not None else None


async def talks_of(pool: asyncpg.Pool, agent_id: AgentId, limit: int) -> list[Talk]:
    """An agent's conversations, also those that were only asked for, the liveliest first."""
    return [_talk(row) for row in await pool.fetch(TALKS_OF, agent_id, limit)]


async def talk_of(
    pool: asyncpg.Pool, agent_id: AgentId, conversation_id: ConversationId, limit: int
) -> tuple[Talk, list[Said]]:
    """One of an agent's conversations with its newest messages, oldest first. Reading it marks nothing as read.

    Raises: NotFound.
    """
    row = await pool.fetchrow(TALK, agent_id, conversation_id)
    if row is None:
        raise NotFound("Conversation")
    said = [Said(*line) for line in await pool.fetch(SAID, conversation_id, agent_id, limit)]
    return _talk(row), said[::-1]


async def forget_spent(pool: asyncpg.Pool, now: datetime) -> None:
    """Delete links, sessions and budgets whose time is over."""
    for sql in FORGET:
        await pool.execute(sql, now - KEPT)


def _talk(row: asyncpg.Record) -> Talk:
    conversation_id, other, status, at = row
    return Talk(conversation_id, other, ConversationStatus(status), at)
