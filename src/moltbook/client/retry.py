"""When to try again, and after how long. Pure: chance is handed in, nobody sleeps here.

A request that may have been carried out is repeated only when repeating changes nothing: a second vote would take the
first one back, a second post would stand beside the first.
"""

from __future__ import annotations

from random import Random

import msgspec

from moltbook.client.errors import MoltbookError, RateLimited, Unavailable

REFUSED_UNDONE = frozenset({429, 503})
"""With these the network says that it did nothing."""
PASSING = frozenset({429, 502, 503, 504})


class NotConnected(Unavailable):
    """The request never reached the network, so nothing can have happened."""


class AnswerLost(Unavailable):
    """The request went out and no answer came back: it may have been carried out."""


class RetryPolicy(msgspec.Struct, frozen=True):
    """How patient a client is."""

    attempts: int = 5
    base_seconds: float = 0.25
    cap_seconds: float = 8.0
    max_wait_seconds: float = 60.0
    """When the network asks for a longer pause than this, the caller hears of it at once."""


def may_repeat(trouble: MoltbookError, idempotent: bool) -> bool:
    """Whether the request can be sent again without doing its work twice."""
    match trouble:
        case NotConnected():
            return True
        case AnswerLost():
            return idempotent
        case _:
            return trouble.status in (PASSING if idempotent else REFUSED_UNDONE)


def pause_before(
    attempt: int, trouble: MoltbookError, idempotent: bool, policy: RetryPolicy, rng: Random
) -> float | None:
    """Seconds to wait before attempt number `attempt` (the first repeat is 2); None to give up."""
    if attempt > policy.attempts or not may_repeat(trouble, idempotent):
        return None
    backoff = rng.uniform(0, min(policy.cap_seconds, policy.base_seconds * 2.0 ** (attempt - 2)))
    asked = trouble.retry_after_seconds if isinstance(trouble, RateLimited | Unavailable) else None
    pause = backoff if asked is None else asked + backoff
    return None if asked is not None and asked > policy.max_wait_seconds else pause
