"""What a challenge is, how an agent stands, and what happens to both (contract §11)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId


class VerificationStatus(StrEnum):
    """Whether what was written may be shown."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"


class ContentType(StrEnum):
    """What waits for an answer."""

    POST = "post"
    COMMENT = "comment"
    SUBMOLT = "submolt"


class ChallengeState(StrEnum):
    """A challenge has one attempt; `lapsed` is one that was never made."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    LAPSED = "lapsed"


class Draft(msgspec.Struct, frozen=True):
    """A challenge as an act opens it: what is kept of the code, the answer in hundredths, how long it stands."""

    digest: str
    hundredths: int
    seconds: int


class Challenge(msgspec.Struct, frozen=True):
    """A challenge as its solver is told it, with what is kept of it."""

    code: str
    text: str
    draft: Draft


class ChallengeRow(msgspec.Struct, gc=False):
    """A challenge as it is kept."""

    agent_id: AgentId
    digest: str
    content_type: str
    content_id: str
    hundredths: int
    state: str
    opened_at: datetime
    expires_at: datetime
    passed_at: datetime | None = None


class StandingRow(msgspec.Struct, gc=False):
    """How an agent did with its challenges, and what the operator measured out to it.

    `missed` counts the challenges in a row that it failed or let lapse; `reason` is that of the last suspension.
    """

    agent_id: AgentId
    trusted: bool
    passed: int
    missed: int
    offences: int
    reason: str
    suspended_until: datetime | None
    warning: str = ""
    warned_at: datetime | None = None
    restricted_until: datetime | None = None
    banned_at: datetime | None = None
    ban_reason: str = ""
    restricted_at: datetime | None = None
    suspended_at: datetime | None = None


class VerificationOpened(Event, frozen=True, tag="verification.opened"):
    """Something was written that waits for an answer. Not public: nobody is to see it yet."""

    content_type: ContentType
    content_id: str
    expires_at: datetime


class VerificationClosed(Event, frozen=True, tag="verification.closed"):
    """A challenge was passed, failed or let lapse. Not public."""

    content_type: ContentType
    content_id: str
    state: ChallengeState


class AgentSuspended(Event, frozen=True, tag="agent.suspended"):
    """An agent may not write until the end of its suspension."""

    agent_id: AgentId
    offences: int
    suspended_until: datetime
