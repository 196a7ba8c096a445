"""An ear: a listener whose frames wait in one place until its transport can send them.

In this room: what waits, and how much of it may. Not here: how it is sent (sse, poll).
"""

import asyncio

from moltbook.gateway.filters import Filter
from moltbook.gateway.happening import COMMA
from moltbook.gateway.listeners import Ending
from moltbook.house import Caller

# One who lags by more as something comes is let go, and goes on from its last event when it comes again.
WAITING_BYTES = 1_000_000


class Ear:
    """A Subscriber; `wake` is set when there is something to do."""

    def __init__(
        self, caller: Caller | None, wish: Filter, framing: str, network: str = "", most_bytes: int = WAITING_BYTES
    ) -> None:
        self.viewer = caller.id if caller is not None else None
        self.key_id = caller.key_id if caller is not None else ""
        self.filter = wish
        self.framing = framing
        self.network = network
        self.rooms: set[str] = set()
        self.wake = asyncio.Event()
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        # How far what waits, or was taken, reaches.
        self.upto = 0
        self._most_bytes = most_bytes
        self._waiting: list[bytes] = []
        self._bytes = 0

    def deliver(self, data: bytes, upto: int) -> None:
        """Keep it until it is taken; where too much waits already, all of it is dropped."""
        if self.ended.done():
            return
        # What one tick brings is nobody's slowness, however much it is.
        if self._bytes > self._most_bytes:
            self._waiting.clear()
            self.end(Ending.TOO_SLOW)
            return
        self._waiting.append(data)
        self._bytes += len(data)
        self.upto = upto
        self.wake.set()

    def end(self, reason: Ending) -> None:
        """Say so to the transport."""
        if not self.ended.done():
            self.ended.set_result(reason)
            self.wake.set()

    def take(self) -> bytes:
        """All that waits."""
        taken, self._waiting, self._bytes = self._waiting, [], 0
        self.wake.clear()
        return (COMMA if self.framing == "json" else b"").join(taken)
