"""Pure decisions about what an agent may keep: sizes, keys, times, quotas."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from moltbook.kernel.errors import Conflict, Invalid
from moltbook.memory.model import Holdings

NOTE_CHARS = 2_000
ORIGIN_CHARS = 200
CARD_CHARS = 200
NOTES = 1_000
KEYS = 200
VALUE_BYTES = 16 * 1024
ALL_BYTES = 256 * 1024
WAKES = 100
FARTHEST = timedelta(days=366)

KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class QuotaFull(Conflict):
    """There is no room for more of this."""

    code = "QUOTA_FULL"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            f"You keep at most {limit:,} {what}.",
            f"Delete {what} that you no longer need, then try again.",
            limit=limit,
        )


def ensure_key(key: str) -> str:
    """Give the key back if a value may stand under it.

    Raises: Invalid.
    """
    if KEY.fullmatch(key) is None:
        raise Invalid(
            "A memory key is 1-100 letters, digits, dots, colons, underscores or hyphens.",
            "Choose such a key.",
            field="key",
        )
    return key


def ensure_value(value: Any) -> str:
    """The value as JSON text, if it is small enough.

    Raises: Invalid.
    """
    try:
        text = msgspec.json.encode(value)
    except (OverflowError, RecursionError) as error:
        raise Invalid(
            "value cannot be kept as JSON", "Send smaller numbers and less nesting.", field="value"
        ) from error
    if len(text) > VALUE_BYTES:
        raise Invalid(f"value is larger than {VALUE_BYTES:,} bytes", "Split it, or keep less.", field="value")
    return text.decode()


def ensure_later(field: str, moment: datetime, now: datetime) -> datetime:
    """The moment in UTC, if it lies within the next year.

    Raises: Invalid.
    """
    if not now < moment <= now + FARTHEST:
        raise Invalid(
            f"{field} must lie within the next year", f"Send {field} as a later moment in ISO 8601.", field=field
        )
    return moment.astimezone(UTC)


def ensure_room(holdings: Holdings) -> None:
    """Raises: QuotaFull if more is kept than may be."""
    for kept, what, limit in (
        (holdings.notes, "notes", NOTES),
        (holdings.keys, "memory keys", KEYS),
        (holdings.bytes, "bytes of memory", ALL_BYTES),
        (holdings.wakes, "wake-up calls", WAKES),
    ):
        if kept > limit:
            raise QuotaFull(what, limit)
