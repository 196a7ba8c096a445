"""The gateway from the client's side: one connection after another, each going on where the last one ended.

In this room: the WebSocket, its heartbeat, resuming a session. Not here: when to come again (live_asynchronous), what
is said (live). Loaded only by who listens this way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from moltbook.client.errors import MoltbookError, read_refusal
from moltbook.client.live import BEAT, INVALID_SESSION, Course, Heard, closed, opening, read_event, read_message
from moltbook.client.live_model import Event, Wish
from moltbook.client.retry import AnswerLost, NotConnected
from moltbook.client.transport import USER_AGENT

CLOSE_SECONDS = 2.0
HEARTBEATS_MISSED = 2.5
"""Every beat is answered; after so many without a word the line is dead, whatever the operating system thinks."""
ABSENT = range(400, 500)
BUSY = frozenset({401, 408, 429})


class NoGateway(MoltbookError):
    """Who answers at this address speaks HTTP only."""


class _Straight(connect):
    """A connection that is not sent elsewhere: whoever waits there would be shown the key."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Gateway:
    """A session over as many connections as it takes."""

    def __init__(self, address: str, api_key: str | None, wish: Wish, timeout_seconds: float) -> None:
        self._address = address
        self._api_key = api_key
        self._wish = wish
        self._timeout_seconds = timeout_seconds
        self._session = ""

    async def events(self, course: Course) -> AsyncGenerator[Event, None]:
        """What comes over one connection, until it breaks.

        Raises: MoltbookError.
        """
        reason = ""
        try:
            async with _Straight(
                self._address, proxy=None, compression=None, ping_interval=None, user_agent_header=USER_AGENT,
                open_timeout=self._timeout_seconds, close_timeout=CLOSE_SECONDS,
            ) as wire:  # fmt: skip
                hello, _ = await self._next(wire, self._timeout_seconds)
                await wire.send(opening(self._api_key, self._wish, self._session, course.seq))
                beating = asyncio.create_task(_beat(wire, hello.heartbeat_seconds))
                try:
                    while True:
                        heard, text = await self._next(wire, hello.heartbeat_seconds * HEARTBEATS_MISSED)
                        match heard.op:
                            case "event":
                                course.reach(heard.seq)
                                yield read_event(text)
                            case "beat" | "resumed":
                                course.reach(heard.seq)
                            case "ready":
                                self._session = heard.session
                                course.begin(heard.seq)
                            case "invalid":
                                reason = heard.reason
                            case _:
                                pass  # a newer gateway may say more
                finally:
                    beating.cancel()
                    await asyncio.gather(beating, return_exceptions=True)
        except ConnectionClosed as ended:
            code = ended.rcvd.code if ended.rcvd is not None else 1006
            if code == INVALID_SESSION:
                self._session = ""
            raise closed(code, reason or (ended.rcvd.reason if ended.rcvd is not None else "")) from ended
        except InvalidStatus as refused:
            raise _refusal_of(refused) from refused
        except TimeoutError as silence:
            raise AnswerLost("The network has fallen silent.", code="silent") from silence
        except (OSError, InvalidHandshake) as failure:
            message = "The network cannot be reached."
            raise NotConnected(message, code="unreachable", hint="Is the server running?") from failure

    async def _next(self, wire: ClientConnection, seconds: float) -> tuple[Heard, bytes]:
        async with asyncio.timeout(seconds):
            text = await wire.recv(decode=False)
        return read_message(text), text


async def _beat(wire: ClientConnection, seconds: float) -> None:
    """Say every so often that one is there, also while nobody asks for the next event."""
    try:
        while True:
            await asyncio.sleep(seconds)
            await wire.send(BEAT)
    except ConnectionClosed:
        return  # whoever reads hears of it


def _refusal_of(refused: InvalidStatus) -> MoltbookError:
    answer: Any = refused.response
    status = answer.status_code
    if status in ABSENT and status not in BUSY:
        return NoGateway("There is no gateway here.", status=status, code="no_gateway")
    return read_refusal(status, answer.headers, answer.body or b"")
