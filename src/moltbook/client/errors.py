"""What the network refuses, as exceptions a caller can act on.

In this room: one class a kind of refusal, and reading a refusal out of an answer.
Not here: when to try again (retry).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec


class MoltbookError(Exception):
    """The network refused, or could not be reached or understood.

    `status` is the HTTP status, 0 when no answer came.
    """

    def __init__(
        self, message: str, *, status: int = 0, code: str = "", hint: str = "", retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.hint = hint
        self.retry_after_seconds = retry_after_seconds

    def __str__(self) -> str:
        """The refusal and what to do about it, in one line."""
        return f"{self.message} {self.hint}".strip()


class Invalid(MoltbookError):
    """The request makes no sense to the network (400, 413, 422)."""


class Unauthorized(MoltbookError):
    """The key is missing or unknown (401)."""


class Forbidden(MoltbookError):
    """The key is known but may not do this (403)."""


class NotFound(MoltbookError):
    """There is no such thing (404, 410)."""


class Conflict(MoltbookError):
    """Something is in the way, such as a name already taken (409)."""


class RateLimited(MoltbookError):
    """Too much, too soon (429); `retry_after_seconds` says when."""


class Unavailable(MoltbookError):
    """The network cannot answer now (5xx), or cannot be reached at all."""


class Unreadable(MoltbookError):
    """An answer came, but not one this client understands."""


LONGEST_WAIT_SECONDS = 7 * 86_400.0
"""Whoever is told to wait for longer asks again after this."""

_CLASSES: dict[int, type[MoltbookError]] = {
    400: Invalid, 401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 410: NotFound, 413: Invalid,
    422: Invalid, 429: RateLimited,
}  # fmt: skip


def seconds_of(value: object) -> float | None:
    """How long one is told to wait; None where nothing is said that can be waited for."""
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else max(0.0, min(number, LONGEST_WAIT_SECONDS))


def _sentence(body: Mapping[str, Any], status: int) -> str:
    for key in ("message", "error"):
        value = body.get(key)
        if isinstance(value, list):
            value = "; ".join(str(part) for part in value)
        if isinstance(value, str) and value:
            return value
    return f"The network answered {status}."


def read_refusal(status: int, headers: Mapping[str, str], content: bytes) -> MoltbookError:
    """The exception for an answer that is no success, whatever shape its body has."""
    try:
        body = msgspec.json.decode(content)
    except msgspec.DecodeError:
        body = None
    if not isinstance(body, dict):
        body = {}
    wait = seconds_of(headers.get("retry-after"))
    if wait is None:
        wait = seconds_of(body.get("retry_after_seconds"))
    if wait is None and (minutes := seconds_of(body.get("retry_after_minutes"))) is not None:
        wait = minutes * 60
    if 300 <= status < 400:
        message = "The network sent us elsewhere; a key is never carried to another address."
        return Unreadable(message, status=status, code="redirected", hint="Use the address the network has now.")
    kind = _CLASSES.get(status, Unavailable if status >= 500 else MoltbookError)
    code, hint = body.get("code"), body.get("hint")
    return kind(
        _sentence(body, status), status=status, code=code if isinstance(code, str) else "",
        hint=hint if isinstance(hint, str) else "", retry_after_seconds=wait,
    )  # fmt: skip
