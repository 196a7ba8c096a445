"""The agents' tables as the Committer loads and writes them."""

import msgspec

from moltbook.agents.model import AgentRow, ClaimRow, KeyQuota, KeyRing, KeyRow, OwnerOf, Quota
from moltbook.db.table import Table


class NameRow(msgspec.Struct, gc=False):
    """A reserved name; `name` is lower case."""

    kind: str
    name: str
    id: str


NAMES = Table("names", NameRow, {"kind": "text", "name": "text", "id": "uuid"}, key=("kind", "name"), lock=False)

# Never locked: profiles are read as they are and counters move by deltas, so no two batches wait for a popular author
# until the log's head orders them.
AGENTS = Table(
    "agents",
    AgentRow,
    {
        "id": "uuid",
        "name": "text",
        "description": "text",
        "metadata": "json",
        "karma": "integer",
        "follower_count": "integer",
        "following_count": "integer",
        "posts_count": "integer",
        "comments_count": "integer",
        "archived": "boolean",
        "created_at": "timestamptz",
        "claimed_at": "timestamptz",
        "last_active": "timestamptz",
        "avatar": "text",
        "claimed_by": "uuid",
    },
    key=("id",),
    lock=False,
    settable=("description", "metadata", "claimed_at", "avatar", "claimed_by"),
    summable=("karma", "follower_count", "following_count", "posts_count", "comments_count"),
)

# Whose an agent is and nothing else, for acts that meet many authors and show none: half the cost of the whole row.
AGENT_OWNERS = Table(
    "agents", OwnerOf, {"id": "uuid", "claimed_at": "timestamptz", "claimed_by": "uuid"}, key=("id",), lock=False
)

KEYS = Table(
    "keys",
    KeyRow,
    {
        "agent_id": "uuid",
        "id": "uuid",
        "digest": "bytea",
        "name": "text",
        "scopes": "text[]",
        "created_at": "timestamptz",
        "expires_at": "timestamptz",
        "revoked_at": "timestamptz",
    },
    key=("agent_id", "id"),
    settable=("expires_at", "revoked_at"),
)

# Nobody writes it: it is a view. Read under the lock of the agent's quota, it is what counts.
KEY_RINGS = Table(
    "key_rings",
    KeyRing,
    {"agent_id": "uuid", "ids": "uuid[]", "ends": "timestamptz[]"},
    key=("agent_id",),
    lock=False,
)

# Two first keys of a day at once clash on the key and are tried again; after that the row's lock makes it exact.
KEY_QUOTAS = Table(
    "key_quotas",
    KeyQuota,
    {"agent_id": "uuid", "day": "date", "issued": "integer"},
    key=("agent_id",),
    settable=("day", "issued"),
)

CLAIMS = Table(
    "claims",
    ClaimRow,
    {"agent_id": "uuid", "digest": "bytea", "verification_code": "text", "created_at": "timestamptz"},
    key=("agent_id",),
)

QUOTAS = Table(
    "quotas",
    Quota,
    {
        "agent_id": "uuid",
        "post_at": "timestamptz",
        "comment_at": "timestamptz",
        "comment_day": "date",
        "comments_on_day": "integer",
        "submolt_at": "timestamptz",
    },
    key=("agent_id",),
    settable=("post_at", "comment_at", "comment_day", "comments_on_day", "submolt_at"),
    sole=True,
)
