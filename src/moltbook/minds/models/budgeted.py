"""Budgets: tokens and dollars that were granted, and not one more.

In this room: the purse and a wrapper that is a model itself. Before each request the most it can cost is put aside, so
that requests side by side cannot overspend together; afterwards what it did cost is booked. Towards its end a purse
therefore refuses what would probably still have fitted.
Not here: what tokens cost (prices).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from moltbook.minds.models.model import (
    NOTHING,
    Answered,
    Completed,
    Completion,
    Model,
    OutOfBudget,
    Question,
    Spent,
    Trouble,
)
from moltbook.minds.models.prices import FREE, Price

Got = TypeVar("Got", Completed, Answered)

FRAME_TOKENS = 64
"""What a peer's template adds to a request, and to each line of it; generous."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What may be spent; None is no bound."""

    tokens: int | None = None
    dollars: float | None = None


class Purse:
    """What was granted and what is left of it: one for a whole run, or one for each agent."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant
        self.spent = NOTHING
        self._held_tokens = 0
        self._held_dollars: list[float] = []

    def ensure_room(self, most: Spent) -> None:
        """Raises: OutOfBudget, when so much more is not granted."""
        tokens, dollars = self.grant.tokens, self.grant.dollars
        if tokens is not None and self.spent.tokens + self._held_tokens + most.tokens > tokens:
            raise OutOfBudget(f"{self.spent.tokens:,} of {tokens:,} tokens are spent; the next request may not fit")
        if dollars is not None and self.spent.dollars + sum(self._held_dollars) + most.dollars > dollars:
            raise OutOfBudget(f"${self.spent.dollars:.4f} of ${dollars:.2f} are spent; the next request may not fit")

    def hold(self, most: Spent) -> None:
        """Put aside what a request can cost at most."""
        self._held_tokens += most.tokens
        self._held_dollars.append(most.dollars)

    def book(self, most: Spent, spent: Spent) -> None:
        """Give back what was put aside and take what it did cost."""
        self._held_tokens -= most.tokens
        self._held_dollars.remove(most.dollars)
        self.spent = self.spent + spent


def most_of(ask: Completion | Question, price: Price) -> Spent:
    """The most a request can cost. No tokeniser in use makes more tokens than bytes; a question may be asked twice."""
    match ask:
        case Completion():
            prompt = (len(ask.prompt.encode()) + FRAME_TOKENS) * ask.candidates
            most = Spent(prompt_tokens=prompt, answer_tokens=ask.most_tokens * ask.candidates)
        case Question():
            schema = len(msgspec.json.encode(ask.schema))
            lines = sum(len(line.text.encode()) + FRAME_TOKENS for line in ask.lines)
            again = ask.most_tokens + schema + 2 * FRAME_TOKENS
            most = Spent(
                prompt_tokens=2 * (lines + 2 * schema + FRAME_TOKENS) + again,
                answer_tokens=2 * ask.most_tokens,
            )
    return price.charged(most)


class Budgeted:
    """Asks as long as there is money; fills the port `Model`."""

    def __init__(self, model: Model, purse: Purse, price: Price = FREE) -> None:
        self.name, self.thinks = model.name, model.thinks
        self.purse = purse
        self._model = model
        self._price = price

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text.

        Raises: OutOfBudget, and what the model raises.
        """
        return await self._paying(ask, lambda: self._model.complete(ask))

    async def answer(self, question: Question) -> Answered:
        """Answer a question.

        Raises: OutOfBudget, and what the model raises.
        """
        return await self._paying(question, lambda: self._model.answer(question))

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()

    async def _paying(self, ask: Completion | Question, go: Callable[[], Awaitable[Got]]) -> Got:
        most = most_of(ask, self._price)
        self.purse.ensure_room(most)
        self.purse.hold(most)
        spent = NOTHING
        try:
            got = await go()
            spent = got.spent
        except Trouble as trouble:
            spent = trouble.spent
            raise
        finally:
            # Who was cancelled may have been served: what that cost nobody tells us.
            self.purse.book(most, spent)
        return got


class Share(Budgeted):
    """One agent's share of a model that all use; whoever opened the model closes it."""

    async def close(self) -> None:
        """Let go of nothing."""
