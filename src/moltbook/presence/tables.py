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
        "at": "timestamptz",
        "until": "timestamptz",
    },
    key=("agent_id",),
    settable=("state", "note", "at", "until"),
)
