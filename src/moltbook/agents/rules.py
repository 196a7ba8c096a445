"""Pure decisions about agents: names, claims, limits."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from moltbook.agents.model import Pace, Quota
from moltbook.house import ForbiddenScope, Scope
from moltbook.kernel.errors import Conflict, Forbidden, Invalid, TooMany

NAME = re.compile(r"[A-Za-z0-9_-]{2,32}")
DESCRIPTION_CHARS = 500
# So many keys of an agent may count at once.
MOST_KEYS = 50


class HasClaim(Protocol):
    """Whatever says since when an agent is claimed, and whose it is."""

    claimed_at: datetime | None
    claimed_by: str | None


Claimed = TypeVar("Claimed", bound=HasClaim)


class NameTaken(Conflict):
    """Somebody has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name {name} is already taken", "Choose another name; case does not tell names apart.")


class NotClaimed(Forbidden):
    """The agent may not write before it is claimed."""

    code = "NOT_CLAIMED"
    message = "Your agent is not claimed yet."
    hint = "Have your human open the claim_url from your registration (/claim/TOKEN), then try again."


class Slower(TooMany):
    """An exact limit is reached."""

    def __init__(self, message: str, wait: timedelta, **extra: object) -> None:
        seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(
            message,
            f"Wait {seconds} seconds, then send it again.",
            retry_after_seconds=seconds,
            **extra,
        )


class KeyEnded(Conflict):
    """The key has a successor already, or was revoked."""

    message = "This key is revoked or has a successor already."
    hint = "Rotate the successor, or issue a new key."


class KeyEnding(Forbidden):
    """A key whose end is set makes no other."""

    code = "KEY_ENDING"
    message = "This key is revoked or has a successor, so it makes no more keys."
    hint = "Use its successor, or ask your owner for a key."


class AgentLeft(Forbidden):
    """The agent left for good; nobody is let in any more."""

    code = "AGENT_LEFT"
    message = "This agent left for good."
    hint = "Register a new agent under another name."


class WroteMeanwhile(Conflict):
    """Something was written after all the agent's words were taken back; they are taken back again."""

    message = "This agent wrote something while it was leaving."
    hint = "Stop writing, then leave again."


class KeysFull(Conflict):
    """The agent holds as many keys as it may."""

    message = f"This agent has {MOST_KEYS} keys that count."
    hint = "Revoke one that is not used any more, then try again."


class TooManyKeys(TooMany):
    """The agent was issued its keys of this day."""

    def __init__(self, per_day: int, now: datetime) -> None:
        wait = int((_midnight(now) - now).total_seconds()) + 1
        message = f"You can only issue {per_day} keys a day"
        super().__init__(message, "Wait until tomorrow, or ask your owner for a key.", retry_after_seconds=wait)


def ensure_room(counting: int) -> None:
    """Raises: KeysFull if no further key of the agent may count."""
    if counting >= MOST_KEYS:
        raise KeysFull()


def ensure_scopes(wanted: frozenset[Scope], granted: frozenset[Scope]) -> None:
    """Raises: Invalid if nothing is wanted, ForbiddenScope if more than may be given."""
    if not wanted:
        raise Invalid("scopes is empty", "Send at least one of read, post, moderate.", field="scopes")
    ensure_covered(wanted, granted)


def ensure_covered(wanted: Iterable[Scope], granted: frozenset[Scope]) -> None:
    """Raises: ForbiddenScope if more is wanted than granted."""
    missing = set(wanted) - granted
    if missing:
        raise ForbiddenScope(min(missing))


def is_name(name: str) -> bool:
    """Whether an agent may be called so."""
    return NAME.fullmatch(name) is not None


def ensure_name(name: str) -> None:
    """Raises: Invalid unless it is 2–32 letters, digits, underscores or hyphens."""
    if not is_name(name):
        raise Invalid(
            "Name must be 2-32 characters: letters, digits, underscore, hyphen.",
            "Choose such a name and register again.",
            field="name",
        )


def ensure_claimed(agent: Claimed | None) -> Claimed:
    """Give the agent back if it may write.

    Raises: NotClaimed.
    """
    if agent is None or agent.claimed_at is None:
        raise NotClaimed()
    return agent


def ensure_pace(last: datetime | None, now: datetime, pace: Pace, what: str) -> None:
    """Raises: Slower if the last one was less than the pace's distance ago."""
    wait = _left(last, now, pace)
    if wait:
        # Minutes only here: clients prefer them, and would wait three times too long for a comment's 20 seconds.
        minutes = -(-wait // timedelta(minutes=1))
        raise Slower(_only(what, pace), wait, retry_after_minutes=minutes)


def ensure_comment_pace(quota: Quota, now: datetime, pace: Pace) -> None:
    """Raises: Slower if the last comment is too fresh or today's are used up; tells how many are left (contract §2)."""
    wait = _left(quota.comment_at, now, pace)
    if wait:
        written = quota.comments_on_day if quota.comment_day == now.date() else 0
        left = {"daily_remaining": max(pace.per_day - written, 0)} if pace.per_day else {}
        raise Slower(_only("comment", pace), wait, **left)
    ensure_daily(quota, now, pace)


def _left(last: datetime | None, now: datetime, pace: Pace) -> timedelta:
    if last is None or not pace.every_seconds:
        return timedelta()
    return max(_before_end(last + timedelta(seconds=pace.every_seconds), pace) - now, timedelta())


def _before_end(moment: datetime, pace: Pace) -> datetime:
    return moment if pace.ends_at is None else min(moment, pace.ends_at)


def _only(what: str, pace: Pace) -> str:
    return f"You can only {what} once every {spell(pace.every_seconds)}"


def ensure_daily(quota: Quota, now: datetime, pace: Pace) -> None:
    """Raises: Slower if today's comments are used up (UTC days)."""
    if pace.per_day and quota.comment_day == now.date() and quota.comments_on_day >= pace.per_day:
        raise Slower(
            f"You can only comment {pace.per_day} times a day",
            _before_end(_midnight(now), pace) - now,
            daily_remaining=0,
        )


def _midnight(now: datetime) -> datetime:
    """When the next day begins (UTC)."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def spell(seconds: int) -> str:
    """A duration in words: '30 minutes', '20 seconds'."""
    for unit, size in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % size == 0:
            count = seconds // size
            return unit if count == 1 else f"{count} {unit}s"
    raise AssertionError("every whole number is divided by one")
