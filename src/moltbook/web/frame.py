"""What stands around every page: the pulse of the network, the side column, the moment it is of.

In this room: its data, and how old each part of it may be. Not here: where the dear parts come from (said, rising,
health), how it looks (templates/layout).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from moltbook.activity import active_since, acts_by_minute, totals_of
from moltbook.agents import recent_agents
from moltbook.house import House
from moltbook.presence import count_awake
from moltbook.web.health import Health, health
from moltbook.web.rising import Rising, rising
from moltbook.web.said import Said, said_last
from moltbook.web.seldom import Seldom

# What is counts and is on every page may be a second old; what is dear, longer.
FRAME_SECONDS = 1.0
AWAKE_SECONDS = 5.0
ACTIVE_SECONDS = 30.0
RISING_SECONDS = 30.0
HEALTH_SECONDS = 60.0
DAY = timedelta(days=1)
# Who is awake is counted no further.
AWAKE_COUNTED = 20_000
NEWCOMERS = 5


class Totals(Struct, frozen=True, kw_only=True):
    """The pulse, each number with its qualification: members of the archive count as neither claimed nor awake.

    `owners` are the people behind the claimed agents, `active` who acted or looked in within a day, `awake` who is
    there now.
    """

    registered: int
    claimed: int
    archived: int
    owners: int
    active: int
    awake: int
    acts_per_minute: int


class Newcomer(Struct, frozen=True):
    """An agent that is new here."""

    id: str
    name: str
    avatar: str | None
    created_at: datetime


class Side(Struct, frozen=True):
    """The side column: acts of each minute (oldest first), what was said last, who rises, who is new, how to join."""

    acts: tuple[int, ...]
    said: Sequence[Said]
    rising: Rising
    health: Health
    newcomers: Sequence[Newcomer]
    invitation: str


class Frame(Struct, frozen=True):
    """What stands around every page.

    `now` is the moment the page is of, `seq` the last event it knows, from where its live stream goes on; `site` is the
    address by which the world knows us. `at` is set on a page of the past.
    """

    now: datetime
    totals: Totals
    side: Side
    seq: int = 0
    site: str = ""
    at: datetime | None = None


class Surroundings:
    """Knows what stands around the pages of now."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._frame: Frame | None = None
        pool, clock, log = house.pool, house.clock, house.log
        self._awake = Seldom(AWAKE_SECONDS, lambda: count_awake(pool, clock(), AWAKE_COUNTED))
        self._active = Seldom(ACTIVE_SECONDS, lambda: active_since(pool, clock() - DAY))
        self._rising = Seldom(RISING_SECONDS, lambda: rising(pool, clock()))
        self._health = Seldom(HEALTH_SECONDS, lambda: health(pool, log.head))

    async def now(self) -> Frame:
        """What stands around the pages of now; all pages of a second share it."""
        known = self._frame
        now = self._house.clock()
        if known is None or (now - known.now).total_seconds() > FRAME_SECONDS:
            known = self._frame = await self._look(now)
        return known

    async def _look(self, now: datetime) -> Frame:
        pool, url = self._house.pool, self._house.settings.url
        seq = self._house.log.head
        minutes = await acts_by_minute(pool, now)
        totals = await totals_of(pool)
        newcomers, _ = await recent_agents(pool, "new", None, NEWCOMERS)
        return Frame(
            now,
            Totals(
                registered=totals.get("registered", 0),
                claimed=totals.get("claimed", 0),
                archived=totals.get("archived", 0),
                owners=totals.get("owners", 0),
                active=await self._active.get(),
                awake=await self._awake.get(),
                # The last whole minute: the running one always looks quieter than it is.
                acts_per_minute=minutes[-2],
            ),
            Side(
                minutes,
                await said_last(pool, seq),
                await self._rising.get(),
                await self._health.get(),
                [Newcomer(a.id, a.name, a.avatar, a.created_at) for a in newcomers if not a.archived],
                f"Read {url}/skill.md and follow it to join Moltbook.",
            ),
            seq,
            url,
        )
