"""Listening, asynchronously: the ways events come on, and coming back when a line breaks.

Its twin `live_sync` knows the long poll only. Not here: cursor and messages (live), the WebSocket (live_wire).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from functools import partial
from random import Random

import httpx2

from moltbook.client.calls import Call
from moltbook.client.errors import MoltbookError, read_refusal
from moltbook.client.live import STREAM, Course, Polled, StreamReader, Trouble, poll, query_of, read_event
from moltbook.client.live_model import Event, Transport, Wish
from moltbook.client.retry import AnswerLost, RetryPolicy
from moltbook.client.transport import (
    TIMEOUT_SECONDS,
    answer_of,
    ask,
    gateway_of,
    request_of,
    trouble_of,
    waiting_seconds,
    whole,
)

Way = Callable[[], AsyncGenerator[Event, None]]

SILENCE_SECONDS = 45.0
"""A stream says every 15 seconds that it is there."""


class AsyncListening:
    """One listener: what it wishes to hear, and how far it is."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        api_key: str | None,
        wish: Wish,
        since: int | None,
        *,
        retry: RetryPolicy,
        rng: Random,
        sleep: Callable[[float], Awaitable[None]],
        on_trouble: Trouble | None,
    ) -> None:
        self._http = http
        self._api_key = api_key
        self._wish = wish
        self._course = Course(since)
        self._retry = retry
        self._rng = rng
        self._sleep = sleep
        self._on_trouble = on_trouble

    async def events(self, transport: Transport) -> AsyncGenerator[Event, None]:
        """Every event, once and in order, whatever becomes of the line.

        Raises: MoltbookError.
        """
        ways = self._ways(transport)
        way = next(ways)
        while True:
            trouble: MoltbookError
            try:
                async with aclosing(way()) as happening:
                    async for event in happening:
                        yield event
                trouble = AnswerLost("The line ended.", code="ended")
            except MoltbookError as refusal:
                if refusal.code == "no_gateway" and (other := next(ways, None)) is not None:
                    way = other
                    continue
                trouble = refusal
            pause = self._course.pause_after(trouble, self._retry, self._rng)
            if pause is None:
                raise trouble
            if self._on_trouble is not None:
                self._on_trouble(trouble)
            await self._sleep(pause)

    def _ways(self, transport: Transport) -> Iterator[Way]:
        """How events may come, the wished way first."""
        if transport in (Transport.ANY, Transport.WEBSOCKET):
            # Only who listens this way waits a tenth of a second for the library.
            from moltbook.client.live_wire import Gateway

            seconds = self._http.timeout.connect or TIMEOUT_SECONDS
            gateway = Gateway(gateway_of(self._http.base_url), self._api_key, self._wish, seconds)
            yield partial(gateway.events, self._course)
        if transport in (Transport.ANY, Transport.POLL):
            yield self._poll
        if transport is Transport.SSE:
            yield self._stream

    async def _poll(self) -> AsyncGenerator[Event, None]:
        """Ask and wait, again and again. The first question only asks where one is, so that nothing can be missed."""
        course = self._course
        while True:
            seconds = 0 if course.seq is None else waiting_seconds(self._http.timeout)
            answer = await self._ask(poll(self._wish, course.seq, seconds))
            for event in answer.events:
                course.reach(event.seq)
                yield event
            course.reach(answer.seq)

    async def _stream(self) -> AsyncGenerator[Event, None]:
        """Read one answer that does not end."""
        course = self._course
        if course.seq is None:
            course.begin((await self._ask(poll(self._wish, None, 0))).seq)
        given = request_of(Call("GET", "/events", read_event, query=query_of(self._wish, course.seq)), self._api_key)
        given["headers"]["Accept"] = STREAM
        timeout = httpx2.Timeout(self._http.timeout.connect, read=SILENCE_SECONDS)
        try:
            async with self._http.stream(**given, timeout=timeout) as answer:
                if not answer.is_success:
                    raise read_refusal(answer.status_code, answer.headers, await whole(answer))
                reader = StreamReader()
                async for some in answer.aiter_bytes():
                    for told in reader.feed(some):
                        if told.seq is not None:
                            course.reach(told.seq)
                        if told.data:
                            yield read_event(told.data)
        except httpx2.RequestError as failure:
            raise trouble_of(failure) from failure

    async def _ask(self, call: Call[Polled]) -> Polled:
        """Send a question once; patience is elsewhere.

        Raises: MoltbookError.
        """
        try:
            answer = answer_of(call, await ask(self._http, request_of(call, self._api_key)))
        except httpx2.RequestError as failure:
            raise trouble_of(failure) from failure
        if isinstance(answer, MoltbookError):
            raise answer
        return answer
