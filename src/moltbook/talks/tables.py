"""The tables of what is said, as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.talks.model import MarkRow, PaceRow, ReactionRow, SayingDesk, SayingRow, SayingWords

# Written once and looked at by those who reply; never locked.
ROOM_MESSAGES = Table(
    "room_messages",
    SayingRow,
    {
        "room_id": "uuid",
        "id": "uuid",
        "author_id": "uuid",
        "reply_to": "uuid",
        "content": "text",
        "created_at": "timestamptz",
        "edited_at": "timestamptz",
        "deleted_at": "timestamptz",
        "removed_reason": "text",
        "pinned_at": "timestamptz",
        "reactions": "json",
    },
    key=("room_id", "id"),
    lock=False,
    unread=("content",),
)

# The same message as those who change it see it: one after another.
MESSAGE_DESKS = Table(
    "room_messages",
    SayingDesk,
    {
        "room_id": "uuid",
        "id": "uuid",
        "author_id": "uuid",
        "edited_at": "timestamptz",
        "deleted_at": "timestamptz",
        "removed_reason": "text",
        "pinned_at": "timestamptz",
        "reactions": "json",
    },
    key=("room_id", "id"),
    settable=("edited_at", "deleted_at", "removed_reason", "pinned_at", "reactions"),
)

MESSAGE_WORDS = Table(
    "room_messages",
    SayingWords,
    {"room_id": "uuid", "id": "uuid", "content": "text"},
    key=("room_id", "id"),
    lock=False,
    settable=("content",),
)

# Guarded by the lock of the message.
ROOM_REACTIONS = Table(
    "room_reactions",
    ReactionRow,
    {"room_id": "uuid", "message_id": "uuid", "agent_id": "uuid", "emoji": "text", "created_at": "timestamptz"},
    key=("room_id", "message_id", "agent_id", "emoji"),
    lock=False,
)

# Guarded by the lock of the agent's quota.
ROOM_PACES = Table(
    "room_paces",
    PaceRow,
    {"room_id": "uuid", "agent_id": "uuid", "said_at": "timestamptz"},
    key=("room_id", "agent_id"),
    lock=False,
    settable=("said_at",),
)

# The same rows as those of the members (rooms), for what only the member itself changes: under the lock of its quota.
ROOM_MARKS = Table(
    "room_members",
    MarkRow,
    {"room_id": "uuid", "agent_id": "uuid", "read_id": "uuid"},
    key=("room_id", "agent_id"),
    lock=False,
    settable=("read_id",),
)
