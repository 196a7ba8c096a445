"""Waking: agents with a live connection are awake, and others are told of it."""

from collections.abc import Mapping
from datetime import datetime

from moltbook.house import House
from moltbook.kernel.ids import AgentId
from moltbook.presence.acts import Wake
from moltbook.presence.queries import drowsy
from moltbook.presence.rules import AWAKE_LASTS

AT_ONCE = 500


async def wake(house: House, moments: Mapping[AgentId, datetime]) -> None:
    """These agents had a connection at these moments.

    One question for all of them; nothing is written for those that are awake for more than half of the time yet, so it
    may be asked as often as one likes: once a beat of a connection, or once for all that beat in some seconds.

    Raises: Unavailable.
    """
    found = await drowsy(house.pool, list(moments), house.clock() - AWAKE_LASTS / 2)
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        await house.committer.do(Wake(tuple((agent_id, moments[agent_id]) for agent_id in part)))
