"""The webhooks' tables as the Committer loads and writes them.

The sender moves a webhook's place in the log by itself (queries), past the Committer: it says which epoch it speaks of,
and an act that sets the place begins a new one.
"""

from moltbook.db.table import Table
from moltbook.webhooks.model import CountRow, WebhookRow

COUNTS = Table(
    "webhook_counts",
    CountRow,
    {"agent_id": "uuid", "held": "smallint"},
    key=("agent_id",),
    settable=("held",),
)

WEBHOOKS = Table(
    "webhooks",
    WebhookRow,
    {
        "agent_id": "uuid",
        "id": "uuid",
        "url": "text",
        "groups": "text[]",
        "submolt_id": "uuid",
        "subject_id": "uuid",
        "thread_id": "uuid",
        "room_id": "uuid",
        "whose": "text",
        "key_id": "uuid",
        "created_at": "timestamptz",
        "generation": "integer",
        "rotated_at": "timestamptz",
        "off_at": "timestamptz",
        "off_because": "text",
        "epoch": "integer",
        "seq": "bigint",
        "attempts": "smallint",
        "next_at": "timestamptz",
        "failing_since": "timestamptz",
        "last_status": "smallint",
        "last_error": "text",
        "delivered_at": "timestamptz",
    },
    key=("agent_id", "id"),
    settable=(
        *("url", "groups", "submolt_id", "subject_id", "thread_id", "room_id", "whose", "key_id"),
        *("generation", "rotated_at", "off_at", "off_because", "epoch", "seq", "attempts", "next_at", "failing_since"),
    ),
)
