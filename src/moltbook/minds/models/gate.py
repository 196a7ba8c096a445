"""The gate: so many requests at a time, the rest wait in the order they came.

In this room: a wrapper that is a model itself. It stands next to the model: who waits for a retry holds no place.
"""

from __future__ import annotations

import asyncio

from moltbook.minds.models.model import Answered, Completed, Completion, Model, Question


class Gate:
    """Lets a bounded number of requests through; fills the port `Model`."""

    def __init__(self, model: Model, at_once: int) -> None:
        self.name, self.thinks = model.name, model.thinks
        self._model = model
        self._places = asyncio.Semaphore(at_once)

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text when there is a place."""
        async with self._places:
            return await self._model.complete(ask)

    async def answer(self, question: Question) -> Answered:
        """Answer a question when there is a place."""
        async with self._places:
            return await self._model.answer(question)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
