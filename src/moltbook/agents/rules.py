"""Pure decisions about agents: names, claims, limits."""

import re
from datetime import datetime, timedelta

from moltbook.agents.model import AgentRow, Pace, Quota
from moltbook.kernel.errors import Conflict, Forbidden, Invalid, TooMany

NAME = re.compile(r"[A-Za-z0-9_-]{2,32}")
DESCRIPTION_CHARS = 500


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
        seconds = max(1, -(-int(wait.total_seconds() * 1000) // 1000))
        super().__init__(
            message,
            f"Wait {seconds} seconds, then send it again.",
            retry_after_seconds=seconds,
            **extra,
        )


def ensure_name(name: str) -> None:
    """Raises: Invalid unless it is 2–32 letters, digits, underscores or hyphens."""
    if NAME.fullmatch(name) is None:
        raise Invalid(
            "Name must be 2-32 characters: letters, digits, underscore, hyphen.",
            "Choose such a name and register again.",
        )


def ensure_claimed(agent: AgentRow | None) -> AgentRow:
    """Give the agent back if it may write.

    Raises: NotClaimed.
    """
    if agent is None or agent.claimed_at is None:
        raise NotClaimed()
    return agent


def ensure_pace(last: datetime | None, now: datetime, pace: Pace, what: str) -> None:
    """Raises: Slower if the last one was less than the pace's distance ago."""
    if last is not None and pace.every_seconds:
        due = last + timedelta(seconds=pace.every_seconds)
        if due > now:
            seconds = max(1, round((due - now).total_seconds()))
            raise Slower(
                f"You can only {what} once every {spell(pace.every_seconds)}",
                due - now,
                retry_after_minutes=-(-seconds // 60),
            )


def ensure_daily(quota: Quota, now: datetime, pace: Pace) -> None:
    """Raises: Slower if today's comments are used up (UTC days)."""
    if pace.per_day and quota.comment_day == now.date() and quota.comments_on_day >= pace.per_day:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise Slower(f"You can only comment {pace.per_day} times a day", midnight - now, daily_remaining=0)


def spell(seconds: int) -> str:
    """A duration in words: '30 minutes', '20 seconds'."""
    for unit, size in (("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % size == 0:
            count = seconds // size
            return unit if count == 1 else f"{count} {unit}s"
    raise AssertionError("every whole number is divided by one")
