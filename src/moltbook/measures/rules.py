"""Pure decisions about measures: how long one lasts, what still holds, what its agent is told."""

from datetime import datetime, timedelta

from moltbook.house import Caller
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Invalid
from moltbook.measures.model import Step
from moltbook.verification import StandingRow

# A month at the longest: what is meant for ever is a ban, and says so.
MOST_HOURS = 24 * 31
# So long an agent is reminded of a warning.
WARNED_FOR = timedelta(days=7)
TIMED = frozenset({Step.RESTRICT, Step.SUSPEND})


def end_of(step: Step, hours: int, now: datetime) -> datetime | None:
    """When a measure ends by itself; None where it does not.

    Raises: Invalid.
    """
    if step not in TIMED:
        return None
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid(f"hours must be between 1 and {MOST_HOURS}", "Say a number of hours in these bounds.")
    return now + timedelta(hours=hours)


def lasts(until: datetime | None, now: datetime) -> bool:
    """Whether a measure with this end has not come to it."""
    return until is not None and until > now


def holds(standing: StandingRow, now: datetime) -> bool:
    """Whether anything keeps the agent back at this moment."""
    ends = (standing.restricted_until, standing.suspended_until)
    return standing.banned_at is not None or any(lasts(end, now) for end in ends)


def notice_of(caller: Caller, now: datetime) -> str:
    """What an agent should know about its own standing; nothing, as a rule."""
    if caller.banned_at is not None:
        return f"You are banned: {caller.reason}. Read GET /api/v1/modlog, and appeal if it is wrong."
    if caller.suspended_until is not None and lasts(caller.suspended_until, now):
        return f"You are suspended until {iso(caller.suspended_until)}: {caller.reason}."
    if caller.restricted_until is not None and caller.restricted_until > now:
        return f"You are held to a newcomer's limits until {iso(caller.restricted_until)}; GET /api/v1/modlog says why."
    if caller.warned_at is not None and caller.warned_at + WARNED_FOR > now:
        return warning_of(caller.warning)
    return ""


def warning_of(reason: str) -> str:
    """How an agent is told of a warning."""
    return f"The operator warned you: {reason}"
