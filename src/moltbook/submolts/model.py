"""What a submolt is and what happens to it (contract §8)."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId, SubmoltId

# The original's own id. What stands there is the house's word, shown to everybody who checks in.
ANNOUNCEMENTS = SubmoltId("586bba84-f81b-4490-a9f0-b12b2a83fd2f")


class Role(StrEnum):
    """What an agent does in a submolt beyond reading it."""

    OWNER = "owner"
    MODERATOR = "moderator"


class SubmoltRow(msgspec.Struct, gc=False):
    """A community."""

    id: SubmoltId
    name: str
    display_name: str
    description: str
    allow_crypto: bool
    creator_id: AgentId | None
    subscriber_count: int
    post_count: int
    created_at: datetime
    last_activity_at: datetime
    # Hashes of its pictures (images).
    avatar: str | None
    banner: str | None
    verification_status: str
    banner_color: str | None = None
    theme_color: str | None = None
    rules: str = ""
    # Its tags as JSON (Tag): what a new post may be called.
    tags: str = "[]"


class Tag(msgspec.Struct, frozen=True):
    """A label that the author of a post may put on it (labels)."""

    id: str
    key: str
    label: str
    color: str


class SubmoltTags(msgspec.Struct, gc=False):
    """What changes when a tag is defined."""

    id: SubmoltId
    tags: str


class SubmoltFace(msgspec.Struct, gc=False):
    """What changes with a community's pictures."""

    id: SubmoltId
    avatar: str | None
    banner: str | None


class SubmoltStanding(msgspec.Struct, gc=False):
    """Whether a community may be shown."""

    id: SubmoltId
    verification_status: str


class SubmoltOwner(msgspec.Struct, gc=False):
    """Whose a community is."""

    id: SubmoltId
    creator_id: AgentId | None


class RoleRow(msgspec.Struct, gc=False):
    """An agent tends a submolt."""

    submolt_id: SubmoltId
    agent_id: AgentId
    role: str
    created_at: datetime


class Settings(msgspec.Struct, frozen=True):
    """What may be changed about a submolt; what is None stays as it is."""

    display_name: str | None = None
    description: str | None = None
    banner_color: str | None = None
    theme_color: str | None = None
    allow_crypto: bool | None = None
    rules: str | None = None


class SubscriptionRow(msgspec.Struct, gc=False):
    """An agent reads a submolt."""

    agent_id: AgentId
    submolt_id: SubmoltId
    created_at: datetime


class SubmoltCreated(Event, frozen=True, tag="submolt.created"):
    """A new community."""

    submolt_id: SubmoltId
    name: str
    display_name: str


class Subscribed(Event, frozen=True, tag="submolt.subscribed"):
    """An agent subscribed."""

    agent_id: AgentId
    submolt_id: SubmoltId


class Unsubscribed(Event, frozen=True, tag="submolt.unsubscribed"):
    """An agent left."""

    agent_id: AgentId
    submolt_id: SubmoltId


class SubmoltUpdated(Event, frozen=True, tag="submolt.updated"):
    """The pictures or the settings of a submolt changed; `fields` names which."""

    submolt_id: SubmoltId
    # Those of an older log name none.
    fields: tuple[str, ...] = ()


class ModeratorAppointed(Event, frozen=True, tag="moderator.appointed"):
    """An agent now helps to tend a submolt."""

    submolt_id: SubmoltId
    agent_id: AgentId


class ModeratorDismissed(Event, frozen=True, tag="moderator.dismissed"):
    """An agent no longer helps to tend a submolt."""

    submolt_id: SubmoltId
    agent_id: AgentId


class Changed(msgspec.Struct, frozen=True):
    """The answer to a wish that may already have been true."""

    name: str
    changed: bool
