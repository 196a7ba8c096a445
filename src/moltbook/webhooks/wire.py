"""What travels about webhooks."""

import msgspec

from moltbook.kernel.clock import iso
from moltbook.webhooks.queries import Failure, WebhookView


class WebhookOut(msgspec.Struct, frozen=True):
    """A webhook as its owner sees it. `seq`: everything up to there arrived, was given up, or did not concern it."""

    id: str
    url: str
    groups: list[str]
    submolt: str | None
    agent: str | None
    thread: str | None
    room: str | None
    only: str | None
    created_at: str
    secret_rotated_at: str | None
    is_on: bool
    off_at: str | None
    off_because: str | None
    seq: int
    attempts: int
    next_attempt_at: str | None
    failing_since: str | None
    last_status: int | None
    last_error: str | None
    last_delivered_at: str | None
    failures: int


class FailureOut(msgspec.Struct, frozen=True):
    """An event that was given up: how often it was tried, and what the last attempt met."""

    seq: int
    kind: str
    attempts: int
    status: int | None
    error: str
    failed_at: str


def webhook_out(view: WebhookView) -> WebhookOut:
    """A webhook as it travels."""
    moments = (view.rotated_at, view.off_at, view.next_at, view.failing_since, view.delivered_at)
    rotated_at, off_at, next_at, failing_since, delivered_at = (iso(at) if at else None for at in moments)
    return WebhookOut(
        id=view.id,
        url=view.url,
        groups=view.groups,
        submolt=view.submolt,
        agent=view.agent,
        thread=view.thread_id,
        room=view.room_id,
        only=view.only or None,
        created_at=iso(view.created_at),
        secret_rotated_at=rotated_at,
        is_on=view.off_at is None,
        off_at=off_at,
        off_because=view.off_because or None,
        seq=view.seq,
        attempts=view.attempts,
        next_attempt_at=next_at,
        failing_since=failing_since,
        last_status=view.last_status,
        last_error=view.last_error or None,
        last_delivered_at=delivered_at,
        failures=view.failures,
    )


def failure_out(failure: Failure) -> FailureOut:
    """A failure as it travels."""
    return FailureOut(
        failure.seq, failure.kind, failure.attempts, failure.status, failure.error, iso(failure.failed_at)
    )
