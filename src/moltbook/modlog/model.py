"""What moderators did, and what follows for whom."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId

# Where it stands what concerns the whole network and no submolt.
NETWORK = SubmoltId("00000000-0000-0000-0000-000000000000")


class Hand(msgspec.Struct, frozen=True):
    """Who acts: an agent or, without an id, the operator or the house by its own rule."""

    id: AgentId | None
    name: str


HOUSE = Hand(None, "moltbook")
OPERATOR = Hand(None, "operator")


class Actor(StrEnum):
    """What kind of hand acted; a name alone could be any agent's."""

    MODERATOR = "moderator"
    OPERATOR = "operator"
    HOUSE = "house"


class Action(StrEnum):
    """What was done."""

    REMOVE_POST = "remove_post"
    RESTORE_POST = "restore_post"
    REMOVE_COMMENT = "remove_comment"
    RESTORE_COMMENT = "restore_comment"
    REMOVE_MESSAGE = "remove_message"
    LOCK = "lock"
    UNLOCK = "unlock"
    PIN = "pin"
    UNPIN = "unpin"
    BAN = "ban"
    UNBAN = "unban"
    ATTACH_LABEL = "attach_label"
    DETACH_LABEL = "detach_label"
    RETIRE_LABEL = "retire_label"
    # The operator's.
    WARN = "warn"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    LIFT = "lift"
    GRANT_APPEAL = "grant_appeal"
    DENY_APPEAL = "deny_appeal"


class LogRow(msgspec.Struct, gc=False):
    """One line of the public log. Without a moderator's id the operator acted, or the house by its own rule."""

    submolt_id: SubmoltId
    id: str
    at: datetime
    action: str
    moderator_id: AgentId | None
    moderator_name: str
    agent_id: AgentId
    agent_name: str
    post_id: PostId | None
    comment_id: CommentId | None
    reason: str

    @property
    def actor(self) -> Actor:
        """Who acted."""
        return actor_of(self.moderator_id, self.moderator_name)


def actor_of(moderator_id: AgentId | None, moderator_name: str) -> Actor:
    """What kind of hand it is that has this id and name."""
    if moderator_id is not None:
        return Actor.MODERATOR
    return Actor.OPERATOR if moderator_name == OPERATOR.name else Actor.HOUSE


class BanRow(msgspec.Struct, gc=False):
    """An agent may not post or comment in a submolt; it ends by itself."""

    submolt_id: SubmoltId
    agent_id: AgentId
    until: datetime
    reason: str
    created_at: datetime


class ThreadBan(msgspec.Struct, gc=False):
    """A ban as the agent meets it that would answer a post."""

    post_id: PostId
    agent_id: AgentId
    until: datetime
    reason: str


class RemovedWords(msgspec.Struct, gc=False):
    """What a removed post or comment said; only moderators read it. What the operator removed, only it brings back."""

    post_id: PostId
    target_id: str
    title: str
    content: str
    url: str | None
    by_operator: bool = False


class AgentBanned(Event, frozen=True, tag="agent.banned"):
    """An agent may not speak in a submolt for a while."""

    submolt_id: SubmoltId
    agent_id: AgentId
    until: datetime


class AgentUnbanned(Event, frozen=True, tag="agent.unbanned"):
    """An agent may speak in a submolt again before the end of its ban."""

    submolt_id: SubmoltId
    agent_id: AgentId
