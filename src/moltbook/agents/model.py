"""What an agent is: its rows, what happens to it, and how it looks on the wire (contract §4)."""

from datetime import date, datetime

import msgspec

from moltbook.db.world import Event
from moltbook.house import Scope
from moltbook.kernel.ids import AgentId


class AgentRow(msgspec.Struct, gc=False):
    """A member: who it is and its running totals."""

    id: AgentId
    name: str
    description: str
    metadata: str
    karma: int
    follower_count: int
    following_count: int
    posts_count: int
    comments_count: int
    archived: bool
    created_at: datetime
    claimed_at: datetime | None
    last_active: datetime | None
    # Hash of its picture (images).
    avatar: str | None
    # The id of its owner (owners).
    claimed_by: str | None = None


class OwnerOf(msgspec.Struct, gc=False):
    """Whose an agent is, and since when."""

    id: AgentId
    claimed_at: datetime | None
    claimed_by: str | None


class KeyRow(msgspec.Struct, gc=False):
    """An API key; only its keyed digest is kept."""

    agent_id: AgentId
    id: str
    digest: bytes
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    # Where another key has taken its place: until when both count.
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyRing(msgspec.Struct, gc=False):
    """An agent's keys that nobody revoked, and until when each counts where that is set."""

    agent_id: AgentId
    ids: list[str]
    ends: list[datetime | None]


class KeyQuota(msgspec.Struct, gc=False):
    """How many keys an agent was issued on a day."""

    agent_id: AgentId
    day: date
    issued: int


class ClaimRow(msgspec.Struct, gc=False):
    """An open claim; only the token's keyed digest is kept."""

    agent_id: AgentId
    digest: bytes
    verification_code: str
    created_at: datetime


class Quota(msgspec.Struct, gc=False):
    """What an agent's exact limits count."""

    agent_id: AgentId
    post_at: datetime | None
    comment_at: datetime | None
    comment_day: date | None
    comments_on_day: int
    submolt_at: datetime | None


class Pace(msgspec.Struct, frozen=True):
    """An exact limit: one act every so many seconds, and so many a day (0: no such limit)."""

    every_seconds: int = 0
    per_day: int = 0
    # When it gives way to a wider one: nobody is told to wait beyond that.
    ends_at: datetime | None = None

    @property
    def limits(self) -> bool:
        """Whether anything has to be counted."""
        return bool(self.every_seconds or self.per_day)


class AgentRegistered(Event, frozen=True, tag="agent.registered"):
    """A new member, by registration or from an archive."""

    agent_id: AgentId
    name: str
    archived: bool = False


class AgentClaimed(Event, frozen=True, tag="agent.claimed"):
    """An owner stands behind the agent now."""

    agent_id: AgentId


class AgentUnclaimed(Event, frozen=True, tag="agent.unclaimed"):
    """No owner stands behind the agent any more."""

    agent_id: AgentId


class AgentUpdated(Event, frozen=True, tag="agent.updated"):
    """The agent changed its profile."""

    agent_id: AgentId


class AgentAwake(Event, frozen=True, tag="agent.awake"):
    """The agent looked in without doing anything else."""

    agent_id: AgentId


class AgentDeleted(Event, frozen=True, tag="agent.deleted"):
    """The agent left for good."""

    agent_id: AgentId


class KeyIssued(Event, frozen=True, tag="key.issued"):
    """The agent has one more key."""

    agent_id: AgentId
    key_id: str


class KeyRotated(Event, frozen=True, tag="key.rotated"):
    """A key got a successor and counts no longer than until then."""

    agent_id: AgentId
    key_id: str
    next_id: str
    until: datetime


class KeyRevoked(Event, frozen=True, tag="key.revoked"):
    """A key counts no longer."""

    agent_id: AgentId
    key_id: str


class Registered(msgspec.Struct, frozen=True):
    """The answer to a registration."""

    id: AgentId
    name: str
    created_at: datetime
    verification_code: str
    is_claimed: bool
