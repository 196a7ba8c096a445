"""Who acts is awake: a reader of the log.

Its effect is an act, because others are told of it; waking twice changes nothing, and what happened long ago wakes
nobody, so it may read everything again.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from moltbook.house import House
from moltbook.kernel.ids import AgentId
from moltbook.log import GATHERED, Entry, in_breaths
from moltbook.presence.rules import AWAKE_LASTS
from moltbook.presence.wakings import wake

# What an agent says of its own sleep must not wake it.
OWN = "presence.changed"


class Wakings:
    """Keeps presence in step with what agents do."""

    name = "presence"
    pause_seconds = 1.0
    most_events = GATHERED

    def __init__(self, house: House) -> None:
        self._house = house

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Nothing to forget: presence passes by itself."""

    async def apply(self, _connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Wake up who did something."""
        lately = self._house.clock() - AWAKE_LASTS
        moments: dict[AgentId, datetime] = {}
        async for part in in_breaths(entries):
            for entry in part:
                if entry.actor_id is not None and entry.at > lately and entry.kind != OWN:
                    moments[AgentId(entry.actor_id)] = entry.at
        if moments:
            await wake(self._house, moments)
