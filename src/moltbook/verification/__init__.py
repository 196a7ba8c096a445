"""Verification: the small sums that new members solve before what they write is shown.

In this room: making a challenge, opening one, how an agent stands. Not here: what an answer does (verdicts).
"""

from moltbook.verification.acts import Trust, open_challenge, standing_of
from moltbook.verification.model import (
    AgentSuspended,
    Challenge,
    ChallengeRow,
    ChallengeState,
    ContentType,
    Draft,
    StandingRow,
    VerificationClosed,
    VerificationOpened,
    VerificationStatus,
)
from moltbook.verification.rules import (
    Excluded,
    NotPublished,
    Suspended,
    ensure_not_suspended,
    ensure_published,
    note_miss,
    note_pass,
)
from moltbook.verification.screening import ANSWER_SECONDS, Screening, screened
from moltbook.verification.tables import CHALLENGES, STANDINGS
from moltbook.verification.wire import VerificationOut, verification_out

__all__ = [
    "ANSWER_SECONDS",
    "CHALLENGES",
    "STANDINGS",
    "AgentSuspended",
    "Challenge",
    "ChallengeRow",
    "ChallengeState",
    "ContentType",
    "Draft",
    "Excluded",
    "NotPublished",
    "Screening",
    "StandingRow",
    "Suspended",
    "Trust",
    "VerificationClosed",
    "VerificationOpened",
    "VerificationOut",
    "VerificationStatus",
    "ensure_not_suspended",
    "ensure_published",
    "note_miss",
    "note_pass",
    "open_challenge",
    "screened",
    "standing_of",
    "verification_out",
]
