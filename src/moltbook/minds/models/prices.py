"""Prices: what tokens cost in dollars.

In this room: the arithmetic, and a small table of list prices. Lists age: whoever pays gives the price of the day.
Not here: the budget (budgeted).
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

# List prices as published in 2025.
LISTED = {
    "gpt-4o": Price(2.50, 10.00, 1.25),
    "gpt-4o-mini": Price(0.15, 0.60, 0.075),
    "gpt-4.1": Price(2.00, 8.00, 0.50),
    "gpt-4.1-mini": Price(0.40, 1.60, 0.10),
    "gpt-4.1-nano": Price(0.10, 0.40, 0.025),
    "gpt-5": Price(1.25, 10.00, 0.125),
    "gpt-5-mini": Price(0.25, 2.00, 0.025),
    "gpt-5-nano": Price(0.05, 0.40, 0.005),
    "claude-haiku-4-5": Price(1.00, 5.00, 0.10),
    "claude-sonnet-4-5": Price(3.00, 15.00, 0.30),
    "claude-opus-4-5": Price(5.00, 25.00, 0.50),
}


def price_of(model: str, read: float | None, written: float | None) -> Price | None:
    """The price that was given, else the listed one; None when nobody knows.

    Raises: NoModel for half a price or one below nothing.
    """
    if read is None and written is None:
        return LISTED.get(model)
    if read is None or written is None or not (0 <= read < MILLION and 0 <= written < MILLION):
        raise NoModel("a price has two parts in dollars for a million tokens: --price-in and --price-out")
    return Price(read, written)
