"""Sending: the part of both clients that touches the network, without the waiting.

In this room: addresses, headers, what a failed exchange means, reading an answer, of which no more is taken in than an
answer can have.
The key travels in the header of requests to the one address the client was given, and nowhere else: redirects are not
followed, the environment's proxies and credentials are not used.
Not here: the loops that send and wait (sync, asynchronous).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import uuid4

import httpx2
import msgspec

from moltbook.client.calls import Call
from moltbook.client.errors import MoltbookError, Unreadable, read_refusal
from moltbook.client.retry import AnswerLost, NotConnected

T = TypeVar("T")

API_PATH = "/api/v1"
USER_AGENT = "moltbook-client/0.1"
TIMEOUT_SECONDS = 30.0
MOST_WAITING_SECONDS = 50
SPARE_SECONDS = 5.0
MOST_PORT = 65_535
MOST_BYTES = 32 << 20
"""No answer of a network is longer, however it was packed on its way."""
REACHED = "X-Moltbook-Seq"
"""A network that tells this after a write also keeps answers for repeats."""


def api_address(base_url: str) -> str:
    """The address of the API for what an operator typed: with or without `/api/v1`.

    Raises: ValueError.
    """
    try:
        url = httpx2.URL(base_url.strip())
    except httpx2.InvalidURL as error:
        raise ValueError(f"not an address of a network: {base_url!r}") from error
    if url.scheme not in {"http", "https"} or not url.host or not 0 < (url.port or 80) <= MOST_PORT:
        raise ValueError(f"not an address of a network: {base_url!r}")
    if url.userinfo:
        raise ValueError("an address must not hold credentials")
    path = url.path.rstrip("/")
    return str(url.copy_with(path=path if path.endswith(API_PATH) else path + API_PATH, query=None, fragment=None))


def gateway_of(base_url: httpx2.URL) -> str:
    """Where the network's WebSocket is."""
    scheme = "wss" if base_url.scheme == "https" else "ws"
    return str(base_url.copy_with(scheme=scheme, path=base_url.path.rstrip("/") + "/gateway"))


def waiting_seconds(timeout: httpx2.Timeout) -> int:
    """How long an answer may let itself be waited for: less than the client waits for it."""
    return max(0, min(MOST_WAITING_SECONDS, int((timeout.read or MOST_WAITING_SECONDS) - SPARE_SECONDS)))


def options(base_url: str, timeout_seconds: float) -> dict[str, Any]:
    """How either client is set up."""
    return {
        "base_url": api_address(base_url), "timeout": timeout_seconds, "follow_redirects": False, "trust_env": False,
        "headers": {"User-Agent": USER_AGENT, "Accept": "application/json"},
    }  # fmt: skip


def new_key(call: Call[T]) -> str | None:
    """A key by which the network knows the repeats of this call, if it writes."""
    # Not from the injected chance: the same seed gives the same world, but a new run's requests are new ones.
    return uuid4().hex if call.keyed and call.method != "GET" else None


def request_of(call: Call[T], api_key: str | None, key: str | None = None) -> dict[str, Any]:
    """The arguments of a request."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    if key is not None:
        headers["Idempotency-Key"] = key
    if call.app_key is not None:
        headers = {"X-Moltbook-App-Key": call.app_key}
    content = None
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        content = msgspec.json.encode(call.body)
    return {
        "method": call.method, "url": call.path, "params": dict(call.query), "headers": headers, "content": content,
        "files": {"file": ("image", call.file)} if call.file is not None else None,
    }  # fmt: skip


class Answer(msgspec.Struct, frozen=True):
    """An answer, whole and unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes


async def ask(http: httpx2.AsyncClient, given: Mapping[str, Any]) -> Answer:
    """Send a request and take its answer in.

    Raises: httpx2.RequestError, Unreadable.
    """
    async with http.stream(**given) as response:
        return Answer(response.status_code, response.headers, await whole(response))


async def whole(response: httpx2.Response) -> bytes:
    """What an answer holds, unpacked.

    Raises: httpx2.RequestError, Unreadable.
    """
    content = bytearray()
    async for part in response.aiter_bytes():
        _take_in(content, part)
    return bytes(content)


def ask_blocking(http: httpx2.Client, given: Mapping[str, Any]) -> Answer:
    """As `ask`."""
    content = bytearray()
    with http.stream(**given) as response:
        for part in response.iter_bytes():
            _take_in(content, part)
        return Answer(response.status_code, response.headers, bytes(content))


def _take_in(content: bytearray, part: bytes) -> None:
    content += part
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The answer is longer than {MOST_BYTES >> 20} MiB.", code="too_long")


def trouble_of(failure: httpx2.RequestError) -> MoltbookError:
    """What a broken exchange means: whether the request can have arrived."""
    if isinstance(failure, httpx2.DecodingError):
        return Unreadable(f"The answer cannot be unpacked: {failure}", code="unreadable")
    if isinstance(failure, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return NotConnected("The network cannot be reached.", code="unreachable", hint="Is the server running?")
    return AnswerLost("The connection broke before an answer came.", code="answer_lost")


def answer_of(call: Call[T], answer: Answer) -> T | MoltbookError:
    """What an answer says: the thing asked for, or why not."""
    if 200 <= answer.status < 300:
        return call.read(answer.content)
    return read_refusal(answer.status, answer.headers, answer.content)
