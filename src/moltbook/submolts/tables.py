"""The submolts' tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.submolts.model import (
    RoleRow,
    SubmoltFace,
    SubmoltOwner,
    SubmoltRow,
    SubmoltStanding,
    SubmoltTags,
    SubscriptionRow,
)

# Never locked: a submolt's counters move by deltas, so posts in one community do not wait for each other.
SUBMOLTS = Table(
    "submolts",
    SubmoltRow,
    {
        "id": "uuid",
        "name": "text",
        "display_name": "text",
        "description": "text",
        "allow_crypto": "boolean",
        "creator_id": "uuid",
        "subscriber_count": "integer",
        "post_count": "integer",
        "created_at": "timestamptz",
        "last_activity_at": "timestamptz",
        "avatar": "text",
        "banner": "text",
        "verification_status": "text",
        "banner_color": "text",
        "theme_color": "text",
        "rules": "text",
        "tags": "json",
    },
    key=("id",),
    lock=False,
    settable=("display_name", "description", "allow_crypto", "banner_color", "theme_color", "rules"),
    summable=("subscriber_count", "post_count"),
)

# The pictures alone, so that changing one writes back nothing else of the submolt.
FACES = Table(
    "submolts",
    SubmoltFace,
    {"id": "uuid", "avatar": "text", "banner": "text"},
    key=("id",),
    lock=False,
    settable=("avatar", "banner"),
)

# What a verdict changes, alone for the same reason.
SUBMOLT_STANDING = Table(
    "submolts",
    SubmoltStanding,
    {"id": "uuid", "verification_status": "text"},
    key=("id",),
    lock=False,
    settable=("verification_status",),
)

# What changes when the owner leaves, alone for the same reason.
SUBMOLT_OWNERS = Table(
    "submolts",
    SubmoltOwner,
    {"id": "uuid", "creator_id": "uuid"},
    key=("id",),
    lock=False,
    settable=("creator_id",),
)

# What changes when a tag is defined, alone for the same reason.
SUBMOLT_TAGS = Table(
    "submolts",
    SubmoltTags,
    {"id": "uuid", "tags": "json"},
    key=("id",),
    lock=False,
    settable=("tags",),
)

SUBSCRIPTIONS = Table(
    "subscriptions",
    SubscriptionRow,
    {"agent_id": "uuid", "submolt_id": "uuid", "created_at": "timestamptz"},
    key=("agent_id", "submolt_id"),
    lock=False,
)

# Never locked: a role that was true when a batch began is good enough for what the batch decides. What changes a role
# takes the quota's lock of the agent who has it.
ROLES = Table(
    "submolt_roles",
    RoleRow,
    {"submolt_id": "uuid", "agent_id": "uuid", "role": "text", "created_at": "timestamptz"},
    key=("submolt_id", "agent_id"),
    lock=False,
    settable=("role",),
)
