"""Cursors: where a list goes on.

A cursor is the sort key of the last row a reader saw, spelled in base64. It holds no secret and no state:
rows may come and go between two pages and none is skipped or repeated.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any

import msgspec

from moltbook.kernel.errors import BadRequest

# What a cursor may hold: strict enough that a forged one never reaches the database as nonsense.
KeyId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\Z")]
KeyTime = Annotated[datetime, msgspec.Meta(tz=True)]
# Beyond these years a forged moment would leave the calendar when it is moved by a zone or a window.
_YEARS = range(1970, 9000)
KeyInt = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
KeyText = Annotated[str, msgspec.Meta(pattern="^[^\\x00]*\\Z", max_length=100)]


class BadCursor(BadRequest):
    """The cursor was not made by this list."""

    message = "The cursor does not belong to this list."
    hint = "Start again without a cursor, then pass next_cursor back unchanged with the same parameters."


def encode_cursor(order: str, *key: object) -> str:
    """Spell a position in the list called `order`."""
    return urlsafe_b64encode(msgspec.json.encode((order, *key))).rstrip(b"=").decode()


def decode_cursor(cursor: str, order: str, *types: Any) -> tuple[Any, ...]:
    """Read a position back as `types`.

    Raises: BadCursor.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        parts = msgspec.json.decode(raw, type=tuple[(str, *types)])  # type: ignore[valid-type]
    except (ValueError, binascii.Error, OverflowError, msgspec.DecodeError) as error:
        raise BadCursor() from error
    if parts[0] != order or any(isinstance(part, datetime) and part.year not in _YEARS for part in parts):
        raise BadCursor()
    return tuple(parts[1:])
