"""Presence that came to its end: told once, by whoever comes first.

Every worker looks; who reads presence meanwhile sees the end without it.
"""

import asyncio
from datetime import timedelta

import structlog

from moltbook.house import House
from moltbook.presence.acts import Lapse
from moltbook.presence.queries import over

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 5.0
AT_ONCE = 500
# What was done in the last seconds, and keeps awake who did it, is not known yet to those who count.
COUNTED_WITHIN = timedelta(seconds=10)


async def lapse(house: House) -> int:
    """Tell of presences that are over; answers how many it looked at."""
    found = await over(house.pool, house.clock() - COUNTED_WITHIN, AT_ONCE)
    if found:
        await house.committer.do(Lapse(tuple(found)))
    return len(found)


async def keep_lapsing(house: House) -> None:
    """Tell of them for as long as the server runs."""
    while True:
        try:
            more = await lapse(house) == AT_ONCE
        except Exception as error:  # noqa: BLE001 - a database that is away comes back
            log.warning("presence is not ended for now", error=repr(error))
            more = False
        if not more:
            await asyncio.sleep(PAUSE_SECONDS)
