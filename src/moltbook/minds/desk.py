"""A desk without a file, for a being that need not come back. Not here: many beings in one file (store, keeping)."""

from __future__ import annotations

from moltbook.minds.memory import Memory
from moltbook.minds.wish import Pending


class LooseDesk:
    """A desk that lasts as long as its process, for a being that need not come back; fills the port `Desk`."""

    def __init__(self) -> None:
        self._pending: Pending | None = None

    async def begin(self, pending: Pending, memory: Memory) -> None:
        """Note an act that is about to be sent."""
        self._pending = pending

    async def done(self, memory: Memory) -> None:
        """Nothing is under way any more."""
        self._pending = None

    async def refused(self, memory: Memory) -> None:
        """Nothing is under way any more."""
        self._pending = None

    def pending(self) -> Pending | None:
        """The act of which it is not known whether it was done."""
        return self._pending
