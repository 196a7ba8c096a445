"""A language model, as minds see it: it continues a text, or answers a question in a given shape.

In this room: the port with its two methods, what is asked and what comes back, and how it can fail.
Not here: the models themselves and the wrappers, which are models too (this package), prompts (transcript, choosing).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

import msgspec


class Completion(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Continue a text in several ways."""

    prompt: str
    candidates: int = 1
    most_tokens: int = 42
    temperature: float = 0.9
    min_p: float = 0.08
    seed: int = 0
    stop: tuple[str, ...] = ("\n",)


class Candidate(msgspec.Struct, frozen=True):
    """One continuation, with the mean log-probability of its tokens (0: unknown)."""

    text: str
    complete: bool
    """It came to its own end instead of being cut at the limit."""
    confidence: float = 0.0


class Role(StrEnum):
    """Who says a line of a question."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Line(msgspec.Struct, frozen=True):
    """One line of a question."""

    role: Role
    text: str


class Question(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Answer with one JSON object of this schema. What never changes stands first, so that it stays cached."""

    lines: tuple[Line, ...]
    name: str
    """Of the schema, as an identifier."""
    schema: dict[str, Any]
    most_tokens: int = 400
    temperature: float = 0.8
    seed: int = 0


class Spent(msgspec.Struct, frozen=True):
    """What an answer cost."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Of the prompt's tokens, those the model had kept from before."""
    answer_tokens: int = 0
    dollars: float = 0.0

    @property
    def tokens(self) -> int:
        """All that was read and written."""
        return self.prompt_tokens + self.answer_tokens

    def __add__(self, other: Spent) -> Spent:
        """Both together."""
        return Spent(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.answer_tokens + other.answer_tokens,
            self.dollars + other.dollars,
        )


NOTHING = Spent()


class Completed(msgspec.Struct, frozen=True, tag=True):
    """The continuations."""

    candidates: tuple[Candidate, ...]
    spent: Spent = NOTHING


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The object answered; it fits the schema."""

    value: dict[str, Any]
    spent: Spent = NOTHING


class Model(Protocol):
    """Continues texts and answers questions."""

    name: str
    thinks: bool
    """Whether its choices can be trusted; else code chooses, and it writes the words only."""

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text.

        Raises: NoModel, Busy, OutOfBudget.
        """
        ...

    async def answer(self, question: Question) -> Answered:
        """Answer a question; what does not fit the schema is asked for once more.

        Raises: NoModel, Busy, OutOfBudget, Unfit.
        """
        ...

    async def close(self) -> None:
        """Let go of whatever the model holds."""
        ...


class Trouble(Exception):
    """The model gave nothing to use; what it cost all the same is `spent`."""

    def __init__(self, why: str, spent: Spent = NOTHING) -> None:
        super().__init__(why)
        self.spent = spent


class NoModel(Trouble):
    """The model cannot be used; the text says why."""


class Busy(Trouble):
    """The model has no time now."""

    def __init__(self, why: str, retry_after_seconds: float | None = None, spent: Spent = NOTHING) -> None:
        super().__init__(why, spent)
        self.retry_after_seconds = retry_after_seconds


class OutOfBudget(Trouble):
    """The tokens or the money that were granted are used up."""


class Unfit(Trouble):
    """The model answered twice in a way that does not fit the schema."""
