"""Patience: a model that has no time now is asked again, ever less often, and as late as it says itself.

In this room: a wrapper that is a model itself. What tries cost that came to nothing is added to what comes in the end.
Not here: which refusals are worth another try (peer).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import msgspec

from moltbook.minds.models.model import NOTHING, Answered, Busy, Completed, Completion, Model, Question, Trouble

Got = TypeVar("Got", Completed, Answered)


class Patience(msgspec.Struct, frozen=True):
    """How often and how long."""

    tries: int = 5
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    """Who is told to wait longer is told so at once: it has other things to do meanwhile."""


class Patient:
    """Asks again; fills the port `Model`."""

    def __init__(
        self,
        model: Model,
        rng: Random,
        patience: Patience = Patience(),  # noqa: B008 (frozen)
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name, self.thinks = model.name, model.thinks
        self._model = model
        self._rng = rng
        self._patience = patience
        self._sleep = sleep

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text, now or a little later.

        Raises: Busy, when patience ends, and what the model raises.
        """
        return await self._again(lambda: self._model.complete(ask))

    async def answer(self, question: Question) -> Answered:
        """Answer a question, now or a little later.

        Raises: Busy, when patience ends, and what the model raises.
        """
        return await self._again(lambda: self._model.answer(question))

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()

    async def _again(self, ask: Callable[[], Awaitable[Got]]) -> Got:
        lost = NOTHING
        for tried in range(1, self._patience.tries + 1):
            try:
                got = await ask()
            except Trouble as trouble:
                trouble.spent = lost = lost + trouble.spent
                if not isinstance(trouble, Busy) or tried == self._patience.tries:
                    raise
                pause = self._pause(tried, trouble.retry_after_seconds)
                if pause > self._patience.longest_seconds:
                    raise
            else:
                return msgspec.structs.replace(got, spent=lost + got.spent)
            await self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _pause(self, tried: int, told_seconds: float | None) -> float:
        """Seconds until the next try: never before we were told to come, and not all of us in the same moment."""
        own = self._patience.first_seconds * float(1 << (tried - 1))
        if told_seconds is None:
            return min(own, self._patience.longest_seconds) * self._rng.uniform(0.5, 1.0)
        return told_seconds + min(own, 1.0) * self._rng.random() * 0.5
