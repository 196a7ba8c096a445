"""Peers: what all endpoints of others have in common.

In this room: what a refusal over HTTP means to a mind, and how long it asks us to wait.
Not here: the two kinds of endpoint (openai, anthropic), waiting (patient).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from moltbook.minds.models.keys import Key
from moltbook.minds.models.model import Busy, NoModel, OutOfBudget, Trouble

TIMEOUT_SECONDS = 60.0
BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""What another try may mend; 529 is Anthropic's word for overloaded."""
PAID_OUT = frozenset({"insufficient_quota", "billing_error", "credit_balance_too_low"})
WHY_CHARS = 300


def trouble_of(name: str, status: int, headers: Mapping[str, str], why: str, code: str, key: Key | None) -> Trouble:
    """What an HTTP refusal is to a mind; the peer's words never carry the key on."""
    why = (key.blot(why) if key else why)[:WHY_CHARS]
    if code in PAID_OUT or status == 402:
        return OutOfBudget(f"{name}: the account is used up ({why})")
    if status in BUSY:
        return Busy(f"{name} answers {status} ({why})", retry_after(headers))
    if status in {401, 403}:
        return NoModel(f"{name} does not take the key ({why})")
    return NoModel(f"{name} answers {status} ({why})")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds a peer asks to wait, from any of the three ways to say it."""
    if milliseconds := _number(headers.get("retry-after-ms", "")):
        return milliseconds / 1000
    said = headers.get("retry-after", "")
    if not said:
        return None
    if (seconds := _number(said)) is not None:
        return max(0.0, seconds)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
