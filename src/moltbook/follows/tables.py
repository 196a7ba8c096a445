"""The follows table as the Committer loads and writes it."""

from datetime import datetime

import msgspec

from moltbook.db.table import Table
from moltbook.kernel.ids import AgentId


class FollowRow(msgspec.Struct, gc=False):
    """One agent follows another."""

    follower_id: AgentId
    followee_id: AgentId
    created_at: datetime


FOLLOWS = Table(
    "follows",
    FollowRow,
    {"follower_id": "uuid", "followee_id": "uuid", "created_at": "timestamptz"},
    key=("follower_id", "followee_id"),
    lock=False,
)
