"""The time machine: which moment a page is asked for, what stands around a page of the past, how its links stay there.

Not here: what was to be seen at a moment (past), how the bar looks (templates/then), playing (static/replay.js).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlencode

import asyncpg
import msgspec

from moltbook.house import House
from moltbook.kernel.errors import BadRequest
from moltbook.past import acts_at, minute_of, next_minute, span, stops
from moltbook.web.frame import Frame, Side
from moltbook.web.health import Health
from moltbook.web.page import AT
from moltbook.web.rising import Rising

# The slider's positions, an equal share of all that happened between two of them.
STOPS = 240
NOTHING = timedelta(0)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# Links of ours to pages, and the twins of the page itself; what an agent wrote is escaped and holds no tag.
_LINK = re.compile(rb'(<(?:a|link rel="alternate")\b[^>]*? href=")(/[^"#]*)([^"]*")')
_AT = re.compile(rb"[?&;]at=")
_SEARCH = re.compile(rb'<form\b[^>]* action="/search"[^>]*>')
_TIMELESS = re.compile(rb"/(?:static|images|api|cards|docs|about|join|owner|enter|skill)\b")


class BadMoment(BadRequest):
    """`at` names no moment."""

    message = "That is no moment."
    hint = "Write it as 2026-01-30T14:05Z."


class Moment(msgspec.Struct, frozen=True):
    """Where a moment lies: between the first and the last there is, and what follows it next.

    `stops` are the slider's moments, `query` what else the page was asked with.
    """

    at: datetime
    first: datetime
    last: datetime
    next: datetime | None
    stops: Sequence[datetime]
    query: Mapping[str, str]

    @property
    def step(self) -> int:
        """The slider's position: the last stop not after this moment."""
        return max(sum(stop <= self.at for stop in self.stops) - 1, 0)

    def beside(self, by: timedelta) -> datetime | None:
        """The moment so much earlier or later, if anything had happened by then; after the last it is quiet."""
        moment = min(self.at + by, self.last + MINUTE)
        return moment if moment > self.first and moment != self.at and (moment > self.at) == (by > NOTHING) else None

    def address(self, path: str, at: datetime | None) -> str:
        """The same page of another moment; of none, of now."""
        query = {**self.query, **({"at": at.strftime(AT)} if at is not None else {})}
        return f"{path}?{urlencode(query, safe=':')}" if query else path


class PastFrame(Frame, frozen=True, kw_only=True):
    """What stands around a page of the past. Of the side column the acts are of then; totals of then nobody counted."""

    moment: Moment


async def asked_moment(house: House, query: Mapping[str, str]) -> datetime | None:
    """The past minute that a query asks for, by its name or by a stop of the slider; one that is not over yet is now.

    Raises: BadMoment.
    """
    at: datetime | None = None
    if query.get("at"):
        at = _named(query["at"])
    elif query.get("step", "").isdecimal():
        there = await stops(house.pool, house.clock(), STOPS)
        at = there[min(int(query["step"][:6]), len(there) - 1)] if there else None
    return at if at is not None and at < minute_of(house.clock()) else None


def _named(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = minute_of((at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        raise BadMoment from None
    if at < EARLIEST:
        raise BadMoment
    return at


async def frame_at(pool: asyncpg.Pool, around: Frame, at: datetime, query: Mapping[str, str]) -> PastFrame:
    """What stands around a page of this moment, which is over."""
    first, last = await span(pool) or (at, at)
    there = await stops(pool, around.now, STOPS)
    moment = Moment(at, first, min(last, around.now), await next_minute(pool, at), there, query)
    known = {name: getattr(around, name) for name in Frame.__struct_fields__}
    side = Side(await acts_at(pool, at), (), Rising(), Health(), (), around.side.invitation)
    return PastFrame(**{**known, "now": at, "at": at, "seq": 0, "side": side}, moment=moment)


def an_hour_before(path: str, now: datetime) -> str:
    """The door to the time machine: this page as it was an hour ago."""
    return f"{path}?at={minute_of(now - HOUR).strftime(AT)}"


def kept_in(page: bytes, at: datetime) -> bytes:
    """A page of the past whose links lead to pages of the same moment."""
    asked = f"at={at.strftime(AT)}".encode()

    def led(found: re.Match[bytes]) -> bytes:
        before, path, after = found.groups()
        if _TIMELESS.match(path) or b"data-leaves" in before or _AT.search(path):
            return found[0]
        return before + path + (b"&amp;" if b"?" in path else b"?") + asked + after

    hidden = b'<input type="hidden" name="at" value="' + escape(at.strftime(AT)).encode() + b'">'
    return _SEARCH.sub(lambda form: form[0] + hidden, _LINK.sub(led, page))
