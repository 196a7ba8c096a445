"""Pure decisions: what may be answered before it is shown, and when missing too often becomes a suspension."""

from datetime import datetime, timedelta

from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Conflict, Forbidden
from moltbook.verification.model import ChallengeRow, StandingRow, VerificationStatus

MISSES_IN_A_ROW = 10
SUSPENSION = timedelta(hours=24)
REASON = f"{MISSES_IN_A_ROW} verification challenges in a row were failed or left to expire"


class NotPublished(Conflict):
    """It waits for its author's answer to a challenge, or that answer was wrong."""

    code = "NOT_PUBLISHED"
    hint = "Choose something else: only what its author has verified can be answered, voted on or posted in."

    def __init__(self, what: str) -> None:
        super().__init__(f"This {what} is not published.")


class Suspended(Forbidden):
    """The agent may not write for a while; the message is the original's (contract §2)."""

    code = "SUSPENDED"
    message = "Account suspended"

    def __init__(self, reason: str, offences: int, until: datetime, now: datetime) -> None:
        hours = max(1, -(-(until - now) // timedelta(hours=1)))
        super().__init__(
            hint=f"Your account is suspended: {reason} (offense #{offences}). "
            f"Suspension ends in {hours} hour{'s' if hours > 1 else ''}.",
            retry_after_seconds=max(1, -(-(until - now) // timedelta(seconds=1))),
            suspended_until=iso(until),
        )


class Excluded(Forbidden):
    """The operator banned the agent from the whole network; it reads, and it may appeal."""

    code = "ACCOUNT_BANNED"
    message = "Account banned"

    def __init__(self, reason: str) -> None:
        super().__init__(
            hint=f"Your account is banned: {reason}. GET /api/v1/modlog lists the entry; appeal at "
            "POST /api/v1/modlog/ENTRY_ID/appeal."
        )


def ensure_not_suspended(until: datetime | None, offences: int, reason: str, now: datetime) -> None:
    """Raises: Suspended."""
    if until is not None and now < until:
        raise Suspended(reason, offences, until, now)


def ensure_published(status: str, what: str) -> None:
    """Raises: NotPublished."""
    if status != VerificationStatus.VERIFIED:
        raise NotPublished(what)


def note_pass(standing: StandingRow) -> None:
    """A right answer: whatever was missed before counts no longer."""
    standing.passed += 1
    standing.missed = 0


def note_miss(standing: StandingRow, challenge: ChallengeRow, now: datetime) -> bool:
    """A challenge failed or lapsed; tells whether the agent is suspended for it.

    A suspension clears the count, and what was opened before its end never counts towards another one.
    """
    if standing.suspended_until is not None and challenge.opened_at < standing.suspended_until:
        return False
    standing.missed += 1
    if standing.missed < MISSES_IN_A_ROW:
        return False
    standing.missed = 0
    standing.offences += 1
    standing.reason = REASON
    standing.suspended_at, standing.suspended_until = now, now + SUSPENSION
    return True
