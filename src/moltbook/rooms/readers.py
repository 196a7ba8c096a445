"""What follows from a ban by the operator: the agent is in no private room any more. A reader of the log.

The act that bans cannot do it: which rooms the agent is in can only be found by searching. The acts that do it change
nothing when the log is read again, and whoever was let in again meanwhile stays where it is.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec

from moltbook.db.world import Act
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.log import GATHERED, Entry
from moltbook.measures import MeasureTaken, Step
from moltbook.rooms.invitations import DeclineInvitation
from moltbook.rooms.model import RoomPlace
from moltbook.rooms.queries import heir_of, invitations_of, private_rooms_of
from moltbook.rooms.seats import LeaveRoom

STILL_BANNED = "SELECT EXISTS (SELECT FROM standings WHERE agent_id = $1 AND banned_at IS NOT NULL)"

_taken = msgspec.json.Decoder(MeasureTaken).decode


class Departures:
    """Lets those who are banned go from private rooms, each to the heir of what it owned."""

    name = "departures"
    pause_seconds = 1.0
    most_events = GATHERED

    def __init__(self, house: House) -> None:
        self._house = house

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Nothing to forget: who left is in the log."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Let go whom these events ban."""
        taken = [_taken(entry.body) for entry in entries if entry.kind == "measure.taken"]
        for agent_id in dict.fromkeys(one.agent_id for one in taken if one.step is Step.BAN):
            if await connection.fetchval(STILL_BANNED, agent_id):
                await self._let_go(agent_id)

    async def _let_go(self, agent_id: AgentId) -> None:
        """Invitations first: afterwards none of them can become a seat."""
        pool = self._house.pool
        while invitations := await invitations_of(pool, agent_id):
            for invitation in invitations:
                await self._do(DeclineInvitation(agent_id, RoomPlace(invitation.room_id, None)))
        while rooms := await private_rooms_of(pool, agent_id):
            for room_id in rooms:
                place = RoomPlace(room_id, None)
                await self._do(LeaveRoom(agent_id, place, await heir_of(pool, place, agent_id)))

    async def _do(self, act: Act[Any]) -> None:
        try:
            await self._house.committer.do(act)
        except NotFound:
            # Somebody else took it out meanwhile.
            return
