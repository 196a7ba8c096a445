"""Any endpoint that speaks OpenAI's API, through the official SDK: OpenAI, Ollama, vLLM, llama.cpp and many more.

In this room: asking, learning what a peer does not take, reading what it says.
Peers differ: what one refuses by name is left out from then on, and a peer without schemas gets the schema in words.
Not here: retries (patient), prices (prices), keys (keys).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

import msgspec

from moltbook.minds.models.fit import Said, answer_fitting
from moltbook.minds.models.keys import Key, ensure_address, is_loopback
from moltbook.minds.models.model import (
    Answered,
    Busy,
    Candidate,
    Completed,
    Completion,
    Line,
    NoModel,
    Question,
    Role,
    Spent,
)
from moltbook.minds.models.peer import TIMEOUT_SECONDS, WHY_CHARS, trouble_of
from moltbook.minds.models.prices import FREE, Price

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI_URL = "https://api.openai.com/v1"
MOST_LESSONS = 6
"""So many things a peer may refuse, one after another, before we give up on it."""
OPTIONAL = ("temperature", "seed", "min_p", "logprobs", "n", "stop")
RENAMED = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class Form(StrEnum):
    """How a peer is told the shape of its answer, the strictest first."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    WORDS = "words"


class OpenAIModel:
    """A model behind an endpoint; fills the port `Model`."""

    thinks = True

    def __init__(
        self, model: str, key: Key | None, url: str = OPENAI_URL, price: Price = FREE, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._key = key
        self._price = price
        self._url = ensure_address(url)
        self._is_openai = self._url == OPENAI_URL
        self._timeout = timeout
        self._form = Form.SCHEMA
        # Newer models of OpenAI take only the new word for it, everybody else at least the old one.
        self._limit = "max_completion_tokens" if self._is_openai else "max_tokens"
        self._left_out: set[str] = {"min_p"} if self._is_openai else set()
        self._client: AsyncOpenAI | None = None

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text, at a peer that still offers it.

        Raises: NoModel, Busy, OutOfBudget.
        """
        wanted: dict[str, Any] = {
            "prompt": ask.prompt, "n": ask.candidates, "max_tokens": ask.most_tokens, "stop": list(ask.stop),
            "temperature": ask.temperature, "seed": ask.seed, "logprobs": 1, "min_p": ask.min_p,
        }  # fmt: skip
        told = await self._post(self._connected().completions.create, wanted)
        tokens = [_logprobs(choice.logprobs) for choice in told.choices]
        candidates = tuple(
            Candidate(choice.text or "", choice.finish_reason == "stop", sum(logs) / len(logs) if logs else 0.0)
            for choice, logs in zip(told.choices, tokens, strict=True)
        )
        # Of several choices llama.cpp counts the first alone.
        return Completed(candidates, self._spent(told.usage, sum(map(len, tokens))))

    async def answer(self, question: Question) -> Answered:
        """Answer a question.

        Raises: NoModel, Busy, OutOfBudget, Unfit.
        """

        async def say(lines: tuple[Line, ...]) -> Said:
            wanted: dict[str, Any] = {
                "messages": lines, "temperature": question.temperature, "seed": question.seed,
                "max_tokens": question.most_tokens, "response_format": question,
            }  # fmt: skip
            told = await self._post(self._connected().chat.completions.create, wanted)
            choice = told.choices[0] if told.choices else None
            text = (choice.message.content or choice.message.refusal or "") if choice else ""
            return Said(text, self._spent(told.usage), choice is not None and choice.finish_reason != "length")

        return await answer_fitting(question, say)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            # Here and not above: the SDK takes most of a second to import, and most commands need none of it.
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Omit

            self._client = AsyncOpenAI(
                api_key=self._key.show() if self._key else "none",
                base_url=self._url,
                timeout=self._timeout,
                max_retries=0,
                # What the environment says of an account at OpenAI is nobody else's business.
                default_headers=(
                    {} if self._is_openai else {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}  # type: ignore[dict-item]
                ),
                http_client=DefaultAsyncHttpxClient(trust_env=False) if is_loopback(self._url) else None,
            )
        return self._client

    async def _post(self, create: Any, wanted: dict[str, Any]) -> Any:
        """Send a request, leaving out what the peer does not take.

        Raises: NoModel, Busy, OutOfBudget.
        """
        from openai import APIConnectionError, APIError, APIStatusError

        for _ in range(MOST_LESSONS):
            try:
                told = await create(model=self._model, **self._worded(wanted))
            except APIStatusError as refusal:
                why = _said_by(refusal)
                if refusal.status_code in {400, 422} and self._learns(refusal.param or "", why, wanted):
                    continue
                code = str(refusal.code or refusal.type or "")
                raise trouble_of(
                    self.name, refusal.status_code, refusal.response.headers, why, code, self._key
                ) from None
            except APIConnectionError as trouble:
                raise Busy(f"the model at {self._url} cannot be reached ({type(trouble).__name__})") from None
            except (APIError, ValueError) as trouble:
                raise NoModel(f"{self.name} answers what the SDK cannot read ({type(trouble).__name__})") from None
            # The SDK hands on as text what is no JSON: a page of a gateway, or of an address without its /v1.
            if getattr(told, "choices", None) is None:
                raise NoModel(f"{self.name} answers what the SDK cannot read; is its address right?")
            return told
        raise NoModel(f"{self.name} refuses one thing after another")

    def _worded(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The request in the words this peer takes."""
        sent = {name: value for name, value in wanted.items() if name not in self._left_out}
        if "messages" in sent:
            sent[self._limit] = sent.pop("max_tokens")
            question: Question = sent.pop("response_format")
            lines: tuple[Line, ...] = sent["messages"]
            match self._form:
                case Form.SCHEMA:
                    named = {"name": question.name, "schema": question.schema, "strict": self._is_openai}
                    sent["response_format"] = {"type": "json_schema", "json_schema": named}
                case Form.OBJECT:
                    sent["response_format"] = {"type": "json_object"}
                case Form.WORDS:
                    pass
                case _:
                    assert_never(self._form)
            if self._form is not Form.SCHEMA:
                schema = msgspec.json.encode(question.schema).decode()
                lines = (*lines, Line(Role.USER, f"Answer with one JSON object that fits this schema: {schema}"))
            sent["messages"] = [{"role": line.role.value, "content": line.text} for line in lines]
        if "min_p" in sent:
            sent["extra_body"] = {"min_p": sent.pop("min_p")}
        return sent

    def _learns(self, param: str, why: str, wanted: dict[str, Any]) -> bool:
        """Whether a refusal taught something about the peer, so that another try is worth it."""
        named = param.split(".", maxsplit=1)[0] if param else ""
        if self._limit in wanted or "messages" in wanted:
            about_limit = named == self._limit or (not named and re.search(rf"\b{self._limit}\b", why) is not None)
            if about_limit and "nsupported" in why:
                self._limit = RENAMED[self._limit]
                return True
        for name in OPTIONAL:
            if name in wanted and name not in self._left_out and (named == name or re.search(rf"['\"`]{name}\b", why)):
                self._left_out.add(name)
                return True
        about_form = named == "response_format" or re.search(r"response_format|json_schema|schema|grammar", why)
        if "response_format" in wanted and about_form and self._form is not Form.WORDS:
            self._form = Form.OBJECT if self._form is Form.SCHEMA else Form.WORDS
            return True
        return False

    def _spent(self, usage: Any, at_least: int = 0) -> Spent:
        if usage is None:
            return self._price.charged(Spent(calls=1, answer_tokens=at_least))
        details = getattr(usage, "prompt_tokens_details", None)
        return self._price.charged(
            Spent(
                calls=1,
                prompt_tokens=usage.prompt_tokens or 0,
                cached_tokens=(getattr(details, "cached_tokens", None) or 0) if details else 0,
                answer_tokens=max(usage.completion_tokens or 0, at_least),
            )
        )


def _said_by(refusal: Any) -> str:
    """A refusal in the peer's own words."""
    body = refusal.body
    said = body.get("message") if isinstance(body, dict) else None
    return str(said or refusal.message)[:WHY_CHARS]


def _logprobs(told: Any) -> list[float]:
    """The log-probabilities of a completion's tokens, as OpenAI or as llama.cpp tells them; none where nobody does."""
    if told is None:
        return []
    values = [value for value in told.token_logprobs or () if value is not None]
    return values or [token["logprob"] for token in getattr(told, "content", None) or ()]
