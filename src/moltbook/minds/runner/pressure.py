"""Back-pressure: how much of the population may ask something of the network at the same moment.

In this room: the window that narrows when the network is full or away and widens while it answers, and the line that
all agents of a runner share, which is where it is seen how the network fares.
Not here: one agent's own limits (429), which its life waits for; whose turn it is (schedule).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable
from random import Random

import httpx2

from moltbook.client import AsyncMoltbook, MoltbookError
from moltbook.client.errors import seconds_of
from moltbook.client.transport import REACHED, whole

NARROWEST = 1.0
WIDEST = 64.0
BEGIN_WITH = 8.0
SHRINK = 0.5
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10.0
FULL = frozenset({502, 503, 504})
PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""What is true of an answer only while it is packed."""
MOST_DIGITS = 18
LISTENING = ("/events", "/gateway")
"""Whoever waits for events waits for nobody else's turn."""
SETTLING_TOKENS = 200
SETTLING_SECONDS = 0.005


class Window:
    """How many requests may be under way: one more with every round of answers, half as many when the network is full.

    After a failure nobody asks for a while, ever longer while it lasts; then the window begins again from its least, so
    that a network that comes back meets a few and not a herd.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        rng: Random,
        *,
        widest: float = WIDEST,
        begin_with: float = BEGIN_WITH,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._widest = widest
        self._first_pause_seconds = first_pause_seconds
        self.size = min(begin_with, widest)
        self.under_way = 0
        self.failures = 0
        self._shut_until = 0.0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def is_shut(self) -> bool:
        """Whether nobody may ask at this moment."""
        return self._clock() < self._shut_until

    async def enter(self) -> None:
        """Wait for a place."""
        while True:
            while (shut := self._shut_until - self._clock()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(shut)
            if self.under_way < int(self.size):
                self.under_way += 1
                return
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._call(1)  # the place that was offered goes to the next
                raise

    def leave(self, answered: bool | None, retry_after_seconds: float | None = None) -> None:
        """Give the place back, and say whether the network could answer; None: nobody knows."""
        self.under_way -= 1
        if answered:
            self.failures = 0
            self.size = min(self._widest, self.size + 1.0 / self.size)
        elif answered is False and not self.is_shut:
            # Of all that fail together only the first counts: they are one trouble.
            self.failures += 1
            self.size = max(NARROWEST, self.size * SHRINK) if self.failures == 1 else NARROWEST
            grown = self._first_pause_seconds * 2.0 ** min(self.failures - 1, 20)
            pause = max(retry_after_seconds or 0.0, min(LONGEST_PAUSE_SECONDS, grown))
            self._shut_until = self._clock() + pause * self._rng.uniform(1.0, 1.5)
        self._call(int(self.size) - self.under_way)

    def _call(self, places: int) -> None:
        while places > 0 and self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                places -= 1


class Line(httpx2.AsyncBaseTransport):
    """The connections that all agents of a runner share, behind one window."""

    def __init__(self, window: Window, *, most_connections: int = int(WIDEST)) -> None:
        self.window = window
        self.statuses: Counter[int] = Counter()
        """How often the network answered what; 0: it did not answer."""
        self.reached = 0
        """How far the network's log was after the latest of our writes, where it tells."""
        limits = httpx2.Limits(max_connections=most_connections, max_keepalive_connections=most_connections)
        self._wires = httpx2.AsyncHTTPTransport(trust_env=False, limits=limits)
        # Long questions have connections of their own: they would keep the others' for as long as they wait.
        self._long_wires = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request when there is a place for it."""
        if request.method == "GET" and request.url.path.endswith(LISTENING):
            return await self._long_wires.handle_async_request(request)
        await self.window.enter()
        answered: bool | None = None
        retry_after: float | None = None
        try:
            response = await self._taken_in(request)
            self.statuses[response.status_code] += 1
            self.reached = max(self.reached, _seq(response.headers.get(REACHED, "")))
            answered = response.status_code not in FULL
            if not answered:
                retry_after = seconds_of(response.headers.get("retry-after"))
            return response
        except httpx2.RequestError:
            self.statuses[0] += 1
            answered = False
            raise
        finally:
            self.window.leave(answered, retry_after)

    async def _taken_in(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer: only then is the place free for another."""
        response = await self._wires.handle_async_request(request)
        try:
            content = await whole(response)
        finally:
            await response.aclose()
        headers = [pair for pair in response.headers.multi_items() if pair[0] not in PACKING]
        return httpx2.Response(response.status_code, headers=headers, content=content)

    async def settle(self, api: AsyncMoltbook) -> None:
        """Wait until the network has told everybody what was just done, so that the next turn always sees it."""
        async with api:
            with contextlib.suppress(MoltbookError):
                while (await api.home(budget=SETTLING_TOKENS)).seq < self.reached:  # noqa: ASYNC110
                    await asyncio.sleep(SETTLING_SECONDS)

    async def aclose(self) -> None:
        """One agent leaves; the line stays for the others."""

    async def hang_up(self) -> None:
        """Close the connections."""
        await self._wires.aclose()
        await self._long_wires.aclose()


def _seq(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) <= MOST_DIGITS else 0
