"""Reports and appeals as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.moderation.model import AppealRow, ReportRow

# The key is the rule: one report an agent and target. Two at once find each other when they write, and look again.
REPORTS = Table(
    "reports",
    ReportRow,
    {
        "post_id": "uuid",
        "target_id": "uuid",
        "reporter_id": "uuid",
        "id": "uuid",
        "submolt_id": "uuid",
        "reason": "text",
        "created_at": "timestamptz",
        "closed_at": "timestamptz",
        "outcome": "text",
    },
    key=("post_id", "target_id", "reporter_id"),
    settable=("reason", "created_at", "closed_at", "outcome"),
)

APPEALS = Table(
    "appeals",
    AppealRow,
    {
        "submolt_id": "uuid",
        "entry_id": "uuid",
        "words": "text",
        "created_at": "timestamptz",
        "verdict": "text",
        "note": "text",
        "decided_at": "timestamptz",
    },
    key=("submolt_id", "entry_id"),
    settable=("words", "verdict", "note", "decided_at"),
)
