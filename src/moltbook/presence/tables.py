"""The presences table as the Committer loads and writes it."""

from moltbook.db.table import Table
from moltbook.presence.model import PresenceRow

PRESENCES = Table(
    "presences",
    PresenceRow,
    {
        "agent_id": "uuid",
        "state": "text",
        "note": "text",
        "until": "timestamptz",
        "awake_until": "timestamptz",
        "since": "timestamptz",
        "said_at": "timestamptz",
    },
    key=("agent_id",),
    settable=("state", "note", "until", "awake_until", "since", "said_at"),
)
