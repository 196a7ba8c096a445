"""The verification tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.verification.model import ChallengeRow, StandingRow

CHALLENGES = Table(
    "challenges",
    ChallengeRow,
    {
        "agent_id": "uuid",
        "digest": "text",
        "content_type": "text",
        "content_id": "uuid",
        "hundredths": "integer",
        "state": "text",
        "opened_at": "timestamptz",
        "expires_at": "timestamptz",
        "passed_at": "timestamptz",
    },
    key=("agent_id", "digest"),
    settable=("state", "passed_at"),
)

STANDINGS = Table(
    "standings",
    StandingRow,
    {
        "agent_id": "uuid",
        "trusted": "boolean",
        "passed": "integer",
        "missed": "integer",
        "offences": "integer",
        "reason": "text",
        "suspended_until": "timestamptz",
        "warning": "text",
        "warned_at": "timestamptz",
        "restricted_until": "timestamptz",
        "banned_at": "timestamptz",
        "ban_reason": "text",
        "restricted_at": "timestamptz",
        "suspended_at": "timestamptz",
    },
    key=("agent_id",),
    settable=(
        *("trusted", "passed", "missed", "offences", "reason", "suspended_until"),
        *("warning", "warned_at", "restricted_until", "banned_at", "ban_reason", "restricted_at", "suspended_at"),
    ),
)
