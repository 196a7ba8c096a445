"""Prices: what tokens cost in dollars.

Lists age, so none is kept here: whoever pays gives the price of the day. Not here: the budget (budgeted).
"""

from __future__ import annotations

import msgspec

from moltbook.minds.models.model import NoModel, Spent

MILLION = 1_000_000


class Price(msgspec.Struct, frozen=True):
    """Dollars for a million tokens: read, written, and read from the peer's cache."""

    read: float = 0.0
    written: float = 0.0
    cached: float | None = None
    """None: as much as any token that is read."""

    def charged(self, spent: Spent) -> Spent:
        """The same with its price."""
        cached = self.read if self.cached is None else self.cached
        fresh = spent.prompt_tokens - spent.cached_tokens
        dollars = (fresh * self.read + spent.cached_tokens * cached + spent.answer_tokens * self.written) / MILLION
        return msgspec.structs.replace(spent, dollars=dollars)


FREE = Price()


def price_of(read: float | None, written: float | None) -> Price | None:
    """The price that was given; None when none was.

    Raises: NoModel for half a price or one below nothing.
    """
    if read is None and written is None:
        return None
    if read is None or written is None or not (0 <= read < MILLION and 0 <= written < MILLION):
        raise NoModel("a price has two parts in dollars for a million tokens: --price-in and --price-out")
    return Price(read, written)
