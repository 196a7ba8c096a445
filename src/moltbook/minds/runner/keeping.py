"""Where a population is kept, and the desk of each being there.

In this room: the port that the file and its like on a cluster fill, and a being's own corner of it.
Not here: the file (store), the cluster (cluster).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from moltbook.minds.memory.model import Account, Memory
from moltbook.minds.store import Begun, Kept
from moltbook.minds.wish import Pending


class Keeping(Protocol):
    """A store, here or elsewhere. Every call returns when what it was told lasts."""

    async def fetch(self, numbers: Sequence[int]) -> list[Kept]:
        """Those of these agents that it knows."""
        ...

    async def intend(self, number: int, persona: str, name: str) -> bool:
        """An agent is about to register under this name; False where another of the population has it."""
        ...

    async def move_in(self, number: int, account: Account) -> None:
        """An agent has an account."""
        ...

    async def lose(self, number: int) -> None:
        """The network does not know the account any more."""
        ...

    async def begin(self, number: int, begun: Begun, memory: Memory) -> None:
        """An act is about to be sent."""
        ...

    async def done(self, number: int, memory: Memory) -> None:
        """It was done, or nothing was under way; this is what is remembered."""
        ...

    async def refused(self, number: int, memory: Memory) -> None:
        """It was not done and will not be tried again."""
        ...

    async def rest(self, number: int, next_at: float) -> None:
        """A turn is over."""
        ...

    async def note(self, **facts: Any) -> None:
        """A fact of the population."""
        ...


class StoreDesk:
    """One being's corner of a store; fills the port `Desk`."""

    def __init__(self, keeping: Keeping, kept: Kept, tell: Callable[[Pending], None]) -> None:
        self._keeping = keeping
        self._number = kept.number
        self._pending = msgspec.json.decode(kept.pending.act, type=Pending) if kept.pending else None
        self._tell = tell

    async def begin(self, pending: Pending, memory: Memory) -> None:
        """Keep an act that is about to be sent."""
        # What it heard has served its turn: nobody else's words are kept but in a memory, where they can be purged.
        bare = msgspec.structs.replace(pending, wish=msgspec.structs.replace(pending.wish, heard=""))
        begun = Begun(pending.key, pending.at.timestamp(), msgspec.json.encode(bare))
        await self._keeping.begin(self._number, begun, memory)
        self._pending = pending

    async def done(self, memory: Memory) -> None:
        """Keep the memory; what was under way is done."""
        await self._keeping.done(self._number, memory)
        done, self._pending = self._pending, None
        if done is not None:
            self._tell(done)

    async def refused(self, memory: Memory) -> None:
        """Keep the memory; what was under way was not done."""
        await self._keeping.refused(self._number, memory)
        self._pending = None

    def pending(self) -> Pending | None:
        """The act that was under way when the last process ended."""
        return self._pending
