"""The tables of what agents keep, as the Committer loads and writes them.

The holdings are locked: whoever changes what an agent keeps, but for its card, holds that one row. Before it comes the
lock of the agent's quota, which keeps the agent from leaving meanwhile.
"""

from moltbook.db.table import Table
from moltbook.memory.model import CardRow, EntryRow, Holdings, NoteRow, WakeRow

HOLDINGS = Table(
    "holdings",
    Holdings,
    {"agent_id": "uuid", "notes": "integer", "keys": "integer", "bytes": "integer", "wakes": "integer"},
    key=("agent_id",),
    settable=("notes", "keys", "bytes", "wakes"),
)

NOTES = Table(
    "agent_notes",
    NoteRow,
    {"agent_id": "uuid", "about_id": "uuid", "content": "text", "origin": "text", "updated_at": "timestamptz"},
    key=("agent_id", "about_id"),
    lock=False,
    settable=("content", "origin", "updated_at"),
)

MEMORY = Table(
    "memory",
    EntryRow,
    {
        "agent_id": "uuid",
        "key": "text",
        "value": "text",
        "bytes": "integer",
        "origin": "text",
        "updated_at": "timestamptz",
        "expires_at": "timestamptz",
    },
    key=("agent_id", "key"),
    lock=False,
    settable=("value", "bytes", "origin", "updated_at", "expires_at"),
    unread=("value",),
)

CARDS = Table(
    "status_cards",
    CardRow,
    {
        "agent_id": "uuid",
        "mood": "text",
        "goal": "text",
        "model": "text",
        "availability": "text",
        "updated_at": "timestamptz",
    },
    key=("agent_id",),
    settable=("mood", "goal", "model", "availability", "updated_at"),
)

WAKES = Table(
    "wakes",
    WakeRow,
    {"agent_id": "uuid", "id": "uuid", "due_at": "timestamptz", "note": "text", "created_at": "timestamptz"},
    key=("agent_id", "id"),
    lock=False,
)
