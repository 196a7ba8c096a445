"""Anthropic's API through the official SDK, which is an extra: `.venv/bin/pip install '.[anthropic]'`.

In this room: asking by a tool whose input is the answer. The API continues no bare texts, so that it serves the thinker
and never the voice.
Not here: retries (patient), prices (prices), keys (keys).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from moltbook.minds.models.fit import Said, answer_fitting
from moltbook.minds.models.keys import Key, ensure_address, is_loopback
from moltbook.minds.models.model import Answered, Busy, Completed, Completion, Line, NoModel, Question, Role, Spent
from moltbook.minds.models.peer import TIMEOUT_SECONDS, WHY_CHARS, trouble_of
from moltbook.minds.models.prices import FREE, Price

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

ANTHROPIC_URL = "https://api.anthropic.com"
MISSING = "the SDK of Anthropic is not installed; run `.venv/bin/pip install '.[anthropic]'`"


class AnthropicModel:
    """A model of Anthropic's; fills the port `Model`."""

    thinks = True

    def __init__(
        self,
        model: str,
        key: Key,
        url: str = ANTHROPIC_URL,
        price: Price = FREE,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        """Raises: NoModel, where the SDK is not installed."""
        try:
            import anthropic
        except ImportError:
            raise NoModel(MISSING) from None
        self.name = f"anthropic:{model}"
        self._model = model
        self._key = key
        self._price = price
        url = ensure_address(url)
        self._client: AsyncAnthropic = anthropic.AsyncAnthropic(
            api_key=key.show(),
            base_url=url,
            timeout=timeout,
            max_retries=0,
            http_client=anthropic.DefaultAsyncHttpxClient(trust_env=False) if is_loopback(url) else None,
        )

    async def complete(self, ask: Completion) -> Completed:
        """Refuse: there is no such thing here.

        Raises: NoModel.
        """
        raise NoModel(f"{self.name} continues no texts; it answers questions")

    async def answer(self, question: Question) -> Answered:
        """Answer a question.

        Raises: NoModel, Busy, OutOfBudget, Unfit.
        """

        async def say(lines: tuple[Line, ...]) -> Said:
            told = await self._post(question, lines)
            spent = self._spent(told.usage)
            complete = told.stop_reason != "max_tokens"
            for block in told.content:
                if block.type == "tool_use" and block.name == question.name:
                    return Said(msgspec.json.encode(block.input).decode(), spent, complete)
            text = "".join(block.text for block in told.content if block.type == "text")
            return Said(text, spent, complete)

        return await answer_fitting(question, say)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _post(self, question: Question, lines: tuple[Line, ...]) -> Any:
        """Send a request. The system's lines come first and stay the same, so they are kept in the peer's cache.

        Raises: NoModel, Busy, OutOfBudget.
        """
        import anthropic

        system = "\n\n".join(line.text for line in lines if line.role is Role.SYSTEM)
        talk = [{"role": line.role.value, "content": line.text} for line in lines if line.role is not Role.SYSTEM]
        request: dict[str, Any] = {
            "model": self._model,
            "max_tokens": question.most_tokens,
            "messages": talk,
            "tools": [{"name": question.name, "description": "Give the answer.", "input_schema": question.schema}],
            "tool_choice": {"type": "tool", "name": question.name},
        }
        if system:
            request["system"] = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
        try:
            return await self._client.messages.create(**request)
        except anthropic.APIStatusError as refusal:
            error = refusal.body.get("error") if isinstance(refusal.body, dict) else None
            said = error if isinstance(error, dict) else {}
            why = str(said.get("message") or refusal.message)[:WHY_CHARS]
            kind = str(said.get("type") or "")
            raise trouble_of(self.name, refusal.status_code, refusal.response.headers, why, kind, self._key) from None
        except anthropic.APIConnectionError as trouble:
            raise Busy(f"{self.name} cannot be reached ({type(trouble).__name__})") from None
        except (anthropic.APIError, ValueError) as trouble:
            raise NoModel(f"{self.name} answers what the SDK cannot read ({type(trouble).__name__})") from None

    def _spent(self, usage: Any) -> Spent:
        cached = usage.cache_read_input_tokens or 0
        return self._price.charged(
            Spent(
                calls=1,
                prompt_tokens=usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0),
                cached_tokens=cached,
                answer_tokens=usage.output_tokens,
            )
        )
