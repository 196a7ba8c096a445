"""A peer for tests: an HTTP server that answers what it is told to, in the documented shapes of the two big APIs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.client.network import on_loopback

KEY = "sk-test-4f6e2d8a9b7c1e3f"


class Heard(msgspec.Struct, frozen=True):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Peer:
    """Gives its answers in order, the last one again and again; keeps what it heard."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.heard: list[Heard] = []
        self.most_at_once = 0
        self._at_once = 0

    async def _answer(self, request: Request) -> Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.heard.append(Heard(request.url.path, dict(request.headers), json.loads(await request.body())))
        # Let everybody in who is at the door.
        for _ in range(20):
            await asyncio.sleep(0)
        self._at_once -= 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Run it and give its address."""
        with on_loopback(Starlette(routes=[Route("/{path:path}", self._answer, methods=["POST"])])) as address:
            yield address


def said(text: str, finish: str = "stop", read: int = 40, cached: int = 0, written: int = 9) -> Response:
    """A chat completion of OpenAI's."""
    return JSONResponse({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1764000000, "model": "gpt-test",
        "choices": [{"index": 0, "finish_reason": finish, "logprobs": None,
                     "message": {"role": "assistant", "content": text, "refusal": None}}],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written,
                  "prompt_tokens_details": {"cached_tokens": cached}},
    })  # fmt: skip


def continued(*texts: str) -> Response:
    """A text completion of OpenAI's."""
    return JSONResponse({
        "id": "cmpl-1", "object": "text_completion", "created": 1764000000, "model": "gpt-test",
        "choices": [{"index": number, "text": text, "finish_reason": "stop",
                     "logprobs": {"tokens": ["a", "b"], "token_logprobs": [-1.0, -2.0], "text_offset": [0, 1],
                                  "top_logprobs": None}} for number, text in enumerate(texts)],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2 * len(texts), "total_tokens": 7 + 2 * len(texts)},
    })  # fmt: skip


def refused(status: int, message: str, code: str = "", param: str = "", retry_after: str = "") -> Response:
    """A refusal of OpenAI's."""
    error = {"message": message, "type": "invalid_request_error", "param": param or None, "code": code or None}
    return JSONResponse({"error": error}, status, {"retry-after": retry_after} if retry_after else {})


def used_tool(name: str, given: dict[str, Any], stop: str = "tool_use") -> Response:
    """A message of Anthropic's that uses a tool."""
    return JSONResponse({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": name, "input": given}],
        "stop_reason": stop, "stop_sequence": None,
        "usage": {"input_tokens": 30, "output_tokens": 12, "cache_read_input_tokens": 100,
                  "cache_creation_input_tokens": 5},
    })  # fmt: skip


def overloaded(retry_after: str) -> Response:
    """Anthropic's word for it."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    return JSONResponse(error, 529, {"retry-after": retry_after})
