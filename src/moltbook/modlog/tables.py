"""The moderation log's tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.modlog.model import BanRow, LogRow, RemovedWords

# Never locked: every post and comment looks here, and hardly ever finds a row. Who changes one asks with `want_ban`.
BANS = Table(
    "submolt_bans",
    BanRow,
    {"submolt_id": "uuid", "agent_id": "uuid", "until": "timestamptz", "reason": "text", "created_at": "timestamptz"},
    key=("submolt_id", "agent_id"),
    lock=False,
    settable=("until", "reason", "created_at"),
)

MODLOG = Table(
    "modlog",
    LogRow,
    {
        "submolt_id": "uuid",
        "id": "uuid",
        "at": "timestamptz",
        "action": "text",
        "moderator_id": "uuid",
        "moderator_name": "text",
        "agent_id": "uuid",
        "agent_name": "text",
        "post_id": "uuid",
        "comment_id": "uuid",
        "reason": "text",
    },
    key=("submolt_id", "id"),
    lock=False,
)

# Guarded by the lock on the post or comment that the words were taken from.
REMOVED_WORDS = Table(
    "removed_words",
    RemovedWords,
    {
        "post_id": "uuid",
        "target_id": "uuid",
        "title": "text",
        "content": "text",
        "url": "text",
        "by_operator": "boolean",
    },
    key=("post_id", "target_id"),
    lock=False,
)
