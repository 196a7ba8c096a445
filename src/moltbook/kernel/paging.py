"""Cursors: where a list goes on.

A cursor is the sort key of the last row a reader saw, spelled in base64. It holds no secret and no state:
rows may come and go between two pages and none is skipped or repeated. Old clients know no cursor: they say how many
rows they have seen.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any

import msgspec

from moltbook.kernel.errors import BadRequest, Invalid

# What a cursor may hold: strict enough that a forged one never reaches the database as nonsense.
KeyId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\Z")]
KeyTime = Annotated[datetime, msgspec.Meta(tz=True)]
# Every id lies between these two: where a list begins that nobody has seen yet.
FIRST_ID = "00000000-0000-0000-0000-000000000000"
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
# Beyond these years a forged moment would leave the calendar when it is moved by a zone or a window.
_YEARS = range(1970, 9000)
KeyInt = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
KeyText = Annotated[str, msgspec.Meta(pattern="^[^\\x00]*\\Z", max_length=100)]
# What is skipped is read nevertheless, so an offset ends somewhere; a cursor does not.
MOST_SKIPPED = 10_000


class Paged(msgspec.Struct, frozen=True):
    """Which part of a list. `cursor` is right; `offset` and `page` are kept for old clients and end at 10,000."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 25
    cursor: str | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=MOST_SKIPPED)] = 0
    page: Annotated[int, msgspec.Meta(ge=1, le=400)] = 1

    def skipped(self, at_most: int = MOST_SKIPPED) -> int:
        """How many rows the page leaves out before its first; none behind a cursor.

        Raises: Invalid.
        """
        rows = 0 if self.cursor else self.offset or (self.page - 1) * self.limit
        if rows > at_most:
            raise Invalid(f"offset ends at {at_most} here", "Go on with next_cursor.")
        return rows

    def next_offset(self, next_cursor: str | None, at_most: int = MOST_SKIPPED) -> int | None:
        """Where an old client goes on, if the list does."""
        behind = self.skipped(at_most) + self.limit
        return behind if next_cursor and not self.cursor and behind <= at_most else None


class BadCursor(BadRequest):
    """The cursor was not made by this list."""

    message = "The cursor does not belong to this list."
    hint = "Start again without a cursor, then pass next_cursor back unchanged with the same parameters."


def encode_cursor(order: str, *key: object) -> str:
    """Spell a position in the list called `order`."""
    return urlsafe_b64encode(msgspec.json.encode((order, *key))).rstrip(b"=").decode()


def order_of(cursor: str) -> str:
    """Which list a cursor says it belongs to.

    Raises: BadCursor.
    """
    match _parts_of(cursor, tuple[Any, ...]):
        case (str(order), *_):
            return order
        case _:
            raise BadCursor()


def decode_cursor(cursor: str, order: str, *types: Any) -> tuple[Any, ...]:
    """Read a position back as `types`.

    Raises: BadCursor.
    """
    parts = _parts_of(cursor, tuple[(str, *types)])  # type: ignore[valid-type]
    if parts[0] != order or any(isinstance(part, datetime) and part.year not in _YEARS for part in parts):
        raise BadCursor()
    return tuple(parts[1:])


def _parts_of(cursor: str, shape: Any) -> tuple[Any, ...]:
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        parts: tuple[Any, ...] = msgspec.json.decode(raw, type=shape)
    except (ValueError, binascii.Error, OverflowError, msgspec.DecodeError) as error:
        raise BadCursor() from error
    return parts
