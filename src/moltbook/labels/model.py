"""What a label is, what it hangs on, and what happens to both (contract §8)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, SubmoltId


class Kind(StrEnum):
    """What a label is for: the first two are for posts, a role is for an agent."""

    TAG = "tag"
    STATUS = "status"
    ROLE = "role"


class TargetType(StrEnum):
    """What a label hangs on."""

    POST = "post"
    AGENT = "agent"


class Placement(StrEnum):
    """Where it is shown."""

    PINNED = "pinned"
    INLINE = "inline"
    METADATA = "metadata"


class Color(StrEnum):
    """The ten colours there are."""

    EMERALD = "emerald"
    ROSE = "rose"
    AMBER = "amber"
    SKY = "sky"
    VIOLET = "violet"
    SLATE = "slate"
    INDIGO = "indigo"
    TEAL = "teal"
    PINK = "pink"
    ORANGE = "orange"


class Definition(msgspec.Struct, gc=False):
    """A label of a submolt. Once it is defined none of this changes; it may be taken away."""

    submolt_id: SubmoltId
    place: int
    id: str
    key: str
    label: str
    color: str
    kind: str
    prompt: str
    cadence_minutes: int | None
    created_at: datetime


class Wording(msgspec.Struct, frozen=True):
    """What its moderator says of a new label."""

    key: str
    label: str
    color: Color
    kind: Kind
    prompt: str
    cadence_minutes: int | None


class Attachment(msgspec.Struct, gc=False):
    """A label on a post or an agent; `told_at` is when a role's holder was last told its prompt."""

    target_id: str
    place: int
    id: str
    label_id: str
    submolt_id: SubmoltId
    target_type: str
    placement: str
    created_at: datetime
    told_at: datetime | None
    attached_by: AgentId | None


class LaidDown(msgspec.Struct, gc=False):
    """An agent does not want this role any more."""

    agent_id: AgentId
    label_id: str
    laid_down_at: datetime


class Spot(msgspec.Struct, frozen=True):
    """Where an attachment was when it was looked up, and the label it is of."""

    id: str
    target_id: str
    place: int
    target_type: TargetType
    definition: Definition


class Attached(msgspec.Struct, frozen=True):
    """The answer to attaching; `changed` tells whether it was not so already."""

    attachment: Attachment
    changed: bool


class LabelCreated(Event, frozen=True, tag="label.created"):
    """A submolt has a new label. Its words are read from the label."""

    label_id: str
    submolt_id: SubmoltId
    label_kind: str


class LabelRetired(Event, frozen=True, tag="label.retired"):
    """A submolt has this label no more; that it was taken off what it hung on is told one by one."""

    label_id: str
    submolt_id: SubmoltId
    label_kind: str


class LabelAttached(Event, frozen=True, tag="label.attached"):
    """A label hangs on a post or an agent, or hangs there elsewhere now."""

    attachment_id: str
    label_id: str
    submolt_id: SubmoltId
    target_type: str
    target_id: str
    placement: str


class LabelDetached(Event, frozen=True, tag="label.detached"):
    """A label hangs there no more."""

    attachment_id: str
    label_id: str
    submolt_id: SubmoltId
    target_type: str
    target_id: str


class Briefing(msgspec.Struct, frozen=True):
    """A role's prompt that is due to its holder."""

    attachment_id: str
    place: int
    role: str
    submolt: str
    prompt: str
    cadence_minutes: int | None
