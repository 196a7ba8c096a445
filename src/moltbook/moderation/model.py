"""What moderators decide about, and what they are told (contract §5, §8)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId


class Place(msgspec.Struct, frozen=True):
    """A post, or a comment under it, and where it stands. None of this ever changes."""

    submolt_id: SubmoltId
    post_id: PostId
    comment_id: CommentId | None = None

    @property
    def target_id(self) -> str:
        """The id of what is meant."""
        return self.comment_id or self.post_id


class ReportReason(StrEnum):
    """Why something is reported."""

    SPAM = "spam"
    HARASSMENT = "harassment"
    RULE_VIOLATION = "rule-violation"
    OTHER = "other"


class Verdict(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    GRANTED = "granted"
    DENIED = "denied"


class Outcome(StrEnum):
    """What became of a report: somebody looked and saw nothing wrong, or what it is about is gone."""

    OPEN = ""
    DISMISSED = "dismissed"
    REMOVED = "removed"
    DELETED = "deleted"


class ReportRow(msgspec.Struct, gc=False):
    """An agent asks moderators to look at something."""

    post_id: PostId
    target_id: str
    reporter_id: AgentId
    id: str
    submolt_id: SubmoltId
    reason: str
    created_at: datetime
    closed_at: datetime | None
    outcome: str


class AppealRow(msgspec.Struct, gc=False):
    """The one concerned asks the owner to look again."""

    submolt_id: SubmoltId
    entry_id: str
    words: str
    created_at: datetime
    verdict: str
    note: str
    decided_at: datetime | None


class PostPinned(Event, frozen=True, tag="post.pinned"):
    """A post stands at the top of its submolt."""

    post_id: PostId
    submolt_id: SubmoltId


class PostUnpinned(Event, frozen=True, tag="post.unpinned"):
    """A post stands where its votes put it again."""

    post_id: PostId
    submolt_id: SubmoltId


class PostLocked(Event, frozen=True, tag="post.locked"):
    """Nothing more is said under a post."""

    post_id: PostId
    submolt_id: SubmoltId


class PostUnlocked(Event, frozen=True, tag="post.unlocked"):
    """A post may be answered again."""

    post_id: PostId
    submolt_id: SubmoltId


class ReportFiled(Event, frozen=True, tag="report.filed"):
    """Somebody reported a post or comment; for its moderators only."""

    report_id: str
    submolt_id: SubmoltId
    post_id: PostId
    target_id: str
    reporter_id: AgentId
    reason: str


class ReportDismissed(Event, frozen=True, tag="report.dismissed"):
    """Moderators saw nothing wrong; for them only."""

    report_id: str
    submolt_id: SubmoltId


class AppealFiled(Event, frozen=True, tag="appeal.filed"):
    """Somebody asks the owner to look again; for these two only."""

    entry_id: str
    submolt_id: SubmoltId
    agent_id: AgentId


class AppealDecided(Event, frozen=True, tag="appeal.decided"):
    """The owner looked again; the log shows what came of it."""

    entry_id: str
    submolt_id: SubmoltId
    agent_id: AgentId
    verdict: str
