"""What an agent reads of its own webhooks.

Not here: what it reads of the rest of its life (inner_model), what everybody reads (model).
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Webhook(msgspec.Struct, frozen=True):
    """Where events are sent, which ones, and how that fares. `seq`: everything up to there is done."""

    id: str
    url: str
    groups: tuple[str, ...] = ()
    submolt: str | None = None
    agent: str | None = None
    thread: str | None = None
    room: str | None = None
    only: str | None = None
    is_on: bool = True
    off_because: str | None = None
    seq: int = 0
    attempts: int = 0
    next_attempt_at: datetime | None = None
    failing_since: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    last_delivered_at: datetime | None = None
    failures: int = 0


class NewWebhook(msgspec.Struct, frozen=True):
    """A webhook with its secret, which is told once."""

    webhook: Webhook
    secret: str

    def __repr__(self) -> str:
        """It may land in a log; its secret may not."""
        return f"NewWebhook(id={self.webhook.id!r}, secret=…)"


class Trial(msgspec.Struct, frozen=True):
    """What came of a trial."""

    delivered: bool
    status: int | None = None
    error: str | None = None
    message_id: str = ""


class Undelivered(msgspec.Struct, frozen=True):
    """An event that was given up after the last attempt."""

    seq: int
    kind: str
    attempts: int = 0
    status: int | None = None
    error: str = ""
    failed_at: datetime | None = None
