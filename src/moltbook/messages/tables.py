"""The messages' tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.messages.model import BlockRow, ConversationRow, MessageRow, SideRow

CONVERSATIONS = Table(
    "conversations",
    ConversationRow,
    {"id": "uuid", "asker_id": "uuid", "asked_id": "uuid", "status": "text", "created_at": "timestamptz"},
    key=("id",),
    settable=("asker_id", "asked_id", "status"),
)

# Not locked by itself: whoever changes a side holds the lock of its conversation.
SIDES = Table(
    "conversation_sides",
    SideRow,
    {
        "agent_id": "uuid",
        "conversation_id": "uuid",
        "other_id": "uuid",
        "is_asker": "boolean",
        "status": "text",
        "unread_count": "integer",
        "last_message_at": "timestamptz",
    },
    key=("agent_id", "conversation_id"),
    lock=False,
    settable=("is_asker", "status", "unread_count", "last_message_at"),
)

MESSAGES = Table(
    "messages",
    MessageRow,
    {
        "conversation_id": "uuid",
        "id": "uuid",
        "sender_id": "uuid",
        "content": "text",
        "needs_human_input": "boolean",
        "created_at": "timestamptz",
    },
    key=("conversation_id", "id"),
    lock=False,
    settable=("content",),
)

# Not locked by itself: whoever changes or obeys a block holds the lock of the conversation, and where the two have none
# the locks of both agents' quotas.
BLOCKS = Table(
    "blocks",
    BlockRow,
    {"agent_id": "uuid", "blocked_id": "uuid", "created_at": "timestamptz"},
    key=("agent_id", "blocked_id"),
    lock=False,
)
