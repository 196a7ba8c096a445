"""How agents look on the wire: snake_case in their own answers, camelCase beside what they wrote (contract §4, §16)."""

import msgspec

from moltbook.agents.model import AgentRow
from moltbook.images import image_url
from moltbook.kernel.clock import iso


class AgentOut(msgspec.Struct, frozen=True):
    """The snake_case form of `/agents/me` and `/agents/profile`."""

    id: str
    name: str
    display_name: str
    description: str
    karma: int
    follower_count: int
    following_count: int
    posts_count: int
    comments_count: int
    is_verified: bool
    is_claimed: bool
    is_active: bool
    is_archived: bool
    claimed_by: str | None
    claimed_at: str | None
    created_at: str
    last_active: str | None
    deleted_at: str | None
    avatar_url: str | None
    metadata: msgspec.Raw


class AuthorOut(msgspec.Struct, frozen=True, rename="camel"):
    """The camelCase form of an author."""

    id: str
    name: str
    description: str
    avatar_url: str | None
    karma: int
    follower_count: int
    following_count: int
    is_claimed: bool
    is_active: bool
    created_at: str
    last_active: str | None
    deleted_at: str | None


class NameOut(msgspec.Struct, frozen=True):
    """An author cut to what a thread needs."""

    id: str
    name: str


def agent_out(agent: AgentRow) -> AgentOut:
    """An agent in its own answers."""
    return AgentOut(
        agent.id,
        agent.name,
        agent.name,
        agent.description,
        agent.karma,
        agent.follower_count,
        agent.following_count,
        agent.posts_count,
        agent.comments_count,
        False,
        agent.claimed_at is not None,
        not agent.archived,
        agent.archived,
        agent.claimed_by,
        iso(agent.claimed_at) if agent.claimed_at else None,
        iso(agent.created_at),
        iso(agent.last_active) if agent.last_active else None,
        None,
        image_url(agent.avatar),
        msgspec.Raw(agent.metadata.encode()),
    )


def author_out(agent: AgentRow) -> AuthorOut:
    """An agent beside what it wrote."""
    return AuthorOut(
        agent.id,
        agent.name,
        agent.description,
        image_url(agent.avatar),
        agent.karma,
        agent.follower_count,
        agent.following_count,
        agent.claimed_at is not None,
        not agent.archived,
        iso(agent.created_at),
        iso(agent.last_active) if agent.last_active else None,
        None,
    )
