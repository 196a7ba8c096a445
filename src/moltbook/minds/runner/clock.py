"""What time it is for a population: the world's, or one that jumps from one act to the next.

In this room: the two clocks. Not here: when somebody acts (schedule).
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Says the time and waits for it."""

    def now(self) -> datetime:
        """The time."""
        ...

    async def wait_until(self, moment: float | None, something: asyncio.Event) -> None:
        """Wait for a moment, in seconds since 1970, or for something to happen, whichever is first."""
        ...


class WallClock:
    """The world's time."""

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    async def wait_until(self, moment: float | None, something: asyncio.Event) -> None:
        """Wait."""
        seconds = None if moment is None else max(0.0, moment - self.now().timestamp())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await something.wait()


class LeapingClock:
    """A time of its own that jumps to whatever is next: hours of a population in the time its acts take.

    What is decided by it can be decided again: it moves by the schedule alone.
    """

    def __init__(self, begins: datetime) -> None:
        self._now = begins.timestamp()

    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self._now, UTC)

    async def wait_until(self, moment: float | None, something: asyncio.Event) -> None:
        """Be there at once; where nothing is to come, wait for something."""
        if moment is None:
            await something.wait()
        else:
            # A datetime knows microseconds only: never a little before the moment.
            self._now = max(self._now, moment + 2e-6)
            await asyncio.sleep(0)
