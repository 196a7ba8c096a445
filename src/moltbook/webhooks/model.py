"""What a webhook is, and what happens to it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.house import Group
from moltbook.kernel.ids import AgentId


class Only(StrEnum):
    """Whose events: everybody's, what is addressed to the agent, what it follows."""

    ALL = ""
    MINE = "mine"
    FOLLOWED = "followed"


class OffBecause(StrEnum):
    """Why a webhook sends nothing."""

    ON = ""
    GONE = "gone"
    FAILING = "failing"
    KEY_REVOKED = "key_revoked"


class Narrowing(msgspec.Struct, frozen=True):
    """Changes of what a webhook is narrowed to: None leaves a part as it is, an empty one takes it away."""

    groups: tuple[Group, ...] | None = None
    submolt_id: str | None = None
    subject_id: str | None = None
    thread_id: str | None = None
    room_id: str | None = None
    only: Only | None = None


class WebhookRow(msgspec.Struct, gc=False):
    """An agent's webhook: where to, what of, how far."""

    agent_id: AgentId
    id: str
    url: str
    groups: tuple[Group, ...]
    submolt_id: str | None
    subject_id: str | None
    thread_id: str | None
    room_id: str | None
    whose: Only
    key_id: str
    created_at: datetime
    generation: int
    rotated_at: datetime | None
    off_at: datetime | None
    off_because: OffBecause
    epoch: int
    seq: int
    attempts: int
    next_at: datetime | None
    failing_since: datetime | None
    last_status: int | None
    last_error: str
    delivered_at: datetime | None


class CountRow(msgspec.Struct, gc=False):
    """How many webhooks an agent has."""

    agent_id: AgentId
    held: int


class WebhookAdded(Event, frozen=True, tag="webhook.added"):
    """An agent wants its events sent to an address."""

    agent_id: AgentId
    webhook_id: str


class WebhookChanged(Event, frozen=True, tag="webhook.changed"):
    """Its owner changed a webhook: its address, its filters, its secret, its place in the log; or turned it on."""

    agent_id: AgentId
    webhook_id: str


class WebhookRemoved(Event, frozen=True, tag="webhook.removed"):
    """A webhook is gone."""

    agent_id: AgentId
    webhook_id: str


class WebhookDisabled(Event, frozen=True, tag="webhook.disabled"):
    """A webhook was turned off, by the house."""

    agent_id: AgentId
    webhook_id: str
    reason: OffBecause
