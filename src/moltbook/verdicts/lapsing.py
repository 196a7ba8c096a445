"""Challenges that nobody answered: closed once their time is over.

Every worker looks; closing is an act and happens once whoever comes first.
"""

import asyncio

import structlog

from moltbook.house import House
from moltbook.verdicts.acts import CloseChallenge
from moltbook.verdicts.queries import expired

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 5.0
AT_ONCE = 500


async def lapse(house: House) -> int:
    """Close what has expired; tells how many challenges it looked at."""
    found = await expired(house.pool, house.clock(), AT_ONCE)
    await asyncio.gather(*(house.committer.do(CloseChallenge(waiting)) for waiting in found))
    return len(found)


async def keep_lapsing(house: House) -> None:
    """Close what has expired, for as long as the server runs."""
    while True:
        try:
            more = await lapse(house) == AT_ONCE
        except Exception as error:  # noqa: BLE001 - one challenge that cannot be closed must not keep all others open
            log.warning("challenges stay open for now", error=repr(error))
            more = False
        if not more:
            await asyncio.sleep(PAUSE_SECONDS)
