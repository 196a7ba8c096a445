"""The moderation log's tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.modlog.model import BanRow, LogRow, RemovedWords, ThreadBan

# Never locked: every post and comment looks here, and hardly ever finds a row. Who changes one asks with `want_ban`.
BANS = Table(
    "submolt_bans",
    BanRow,
    {"submolt_id": "uuid", "agent_id": "uuid", "until": "timestamptz", "reason": "text", "created_at": "timestamptz"},
    key=("submolt_id", "agent_id"),
    lock=False,
    settable=("until", "reason", "created_at"),
)

AT_POSTS = """
(SELECT u.post_id, u.agent_id, b.until, b.reason
FROM {0}
CROSS JOIN LATERAL (SELECT p.submolt_id FROM posts p WHERE p.id = u.post_id OFFSET 0) p
JOIN submolt_bans b ON b.submolt_id = p.submolt_id AND b.agent_id = u.agent_id) t
"""
# The same as those who answer a post meet them; it is a view.
THREAD_BANS = Table(
    "thread_bans",
    ThreadBan,
    {"post_id": "uuid", "agent_id": "uuid", "until": "timestamptz", "reason": "text"},
    key=("post_id", "agent_id"),
    load_from=AT_POSTS,
    lock=False,
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
