"""How a refusal is spelled: one superset that clients of every era can read (contract §2)."""

from datetime import datetime
from typing import Any

import msgspec

from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Refusal, TooMany

_encode = msgspec.json.Encoder().encode


class NotAllowed(Refusal):
    """The path is there, the method is not."""

    code = "METHOD_NOT_ALLOWED"
    status = 405


class TooLarge(Refusal):
    """The body is larger than any honest request."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413


class Broken(Refusal):
    """Our fault."""

    code = "INTERNAL_ERROR"
    status = 500
    message = "Something broke on our side."
    hint = "Try again later; the operator's log names the request."


def refusal_body(refusal: Refusal, path: str, now: datetime) -> bytes:
    """The body of an error: the sentence under `error` and under `message`, then what a client can act on."""
    body: dict[str, Any] = {
        "success": False,
        "statusCode": refusal.status,
        "error": refusal.message,
        "message": refusal.message,
        "code": refusal.code,
        "hint": refusal.hint,
        "timestamp": iso(now),
        "path": path[:200],
    }
    if refusal.retry_after_seconds is not None:
        body["retry_after_seconds"] = refusal.retry_after_seconds
    if isinstance(refusal, TooMany):
        seconds = refusal.retry_after_seconds or 1
        body["retryAfter"] = seconds
        body["remaining"] = 0
        body["reset_at"] = iso(datetime.fromtimestamp(now.timestamp() + seconds, tz=now.tzinfo))
    body.update(refusal.extra)
    return _encode(body)
