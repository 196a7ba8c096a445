"""Why a post stands where it does: its place, the number it is ordered by, and how that number is made of its own.

In this room: the ranks' formulas with a post's numbers put in. Not here: the ranks themselves (feeds), why something
was removed (the moderation log).
"""

from datetime import datetime
from math import copysign, log10
from typing import Protocol

from msgspec import Struct

from moltbook.web.words import HOUR_SECONDS, count, stamp

# As in feeds: so many seconds of age weigh as much as ten times the votes.
HOT_SECONDS = 45_000
# One more vote than there are, so that what nobody voted on yet has a value, over its age, which weighs more and more.
RISING_HOURS = 2
RISING_POWER = 1.5

MOVES = {
    "hot": "Ten times the votes outweigh 12.5 hours.",
    "rising": "Each vote lifts it, each hour sinks it.",
    "top": "Only votes move it.",
    "new": "Only newer posts move it.",
}
PIN = "pin"
# Their value is more than what stands in the formula.
COMPUTED = frozenset({"hot", "rising"})


class Voted(Protocol):
    """What has votes and an age."""

    @property
    def upvotes(self) -> int: ...
    @property
    def downvotes(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...


class Why(Struct, frozen=True):
    """Why a post stands here: `formula` makes `value` of its numbers; `rank` 0 is a post outside of any list."""

    order: str
    rank: int
    value: float
    formula: str
    moves: str

    @property
    def text(self) -> str:
        """All of it in a line."""
        if self.order == PIN:
            return f"{self.formula}. {self.moves}"
        place = f"No. {count(self.rank)} by {self.order}" if self.rank else f"By {self.order}"
        result = f" = {self.value:.3f}" if self.order in COMPUTED else ""
        return f"{place}: {self.formula}{result}. {self.moves}"


def why(post: Voted, sort: str, rank: int, now: datetime, window: str = "all") -> Why:
    """Say why a post stands at this place of this order at this moment."""
    votes = post.upvotes - post.downvotes
    match sort:
        case "hot":
            value, formula = _hot(votes, post.created_at)
        case "rising":
            value, formula = _rising(votes, post.created_at, now)
        case "top":
            value = float(votes)
            formula = f"{count(votes)} of {count(post.upvotes)} up and {count(post.downvotes)} down"
        case "new":
            value, formula = post.created_at.timestamp(), f"posted {stamp(post.created_at)}"
        case _:
            raise ValueError(f"{sort} is no order")
    order = f"top of the {window}" if sort == "top" and window != "all" else sort
    return Why(order, rank, value, formula, MOVES[sort])


PINNED = Why(PIN, 0, 0.0, "Pinned by those who tend the submolt", "It stands first in every order.")


def _hot(votes: int, created_at: datetime) -> tuple[float, str]:
    """The votes' power of ten, and when it was posted: the later the more, so that what is new passes what is old."""
    seconds = created_at.timestamp()
    power = log10(max(abs(votes), 1))
    sign = "\N{MINUS SIGN}" if votes < 0 else ""
    formula = f"{sign}log10({max(abs(votes), 1)}) for votes + {seconds:.0f} / {HOT_SECONDS} for when it was posted"
    return copysign(power, votes) + seconds / HOT_SECONDS, formula


def _rising(votes: int, created_at: datetime, now: datetime) -> tuple[float, str]:
    hours = max((now - created_at).total_seconds(), 0.0) / HOUR_SECONDS
    # Word for word what feeds computes: in doubles, and in this order.
    value = (votes + 1) / (hours + RISING_HOURS) ** RISING_POWER
    return value, f"({count(votes)} + 1) / ({hours:.2f} h + {RISING_HOURS})^{RISING_POWER}"
