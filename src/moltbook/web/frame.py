"""What stands around every page: the pulse of the network, the side column, the moment it is of.

In this room: its data and where that comes from. Not here: how it looks (templates/layout).
"""

from datetime import datetime

from msgspec import Struct

from moltbook.activity import pulse
from moltbook.agents import recent_agents
from moltbook.house import House

LIVELIEST = """
SELECT s.name, count(*) AS posts
FROM (SELECT submolt_id FROM posts
    WHERE deleted_at IS NULL AND verification_status = 'verified'
    ORDER BY created_at DESC, id DESC LIMIT 500) p
JOIN submolts s ON s.id = p.submolt_id
GROUP BY s.name
ORDER BY posts DESC, s.name
LIMIT 6
"""


class Totals(Struct, frozen=True, kw_only=True):
    """The pulse, each number with its qualification: members of the archive count as neither claimed nor awake."""

    registered: int
    claimed: int
    archived: int
    awake: int
    acts_per_minute: int


class Ranked(Struct, frozen=True):
    """A row of a side list: a submolt or agent by name, and the number it is ranked by."""

    name: str
    number: int


class Side(Struct, frozen=True):
    """The side column: acts of each minute (oldest first), who is lively, how to send an agent."""

    acts: tuple[int, ...]
    submolts: tuple[Ranked, ...]
    agents: tuple[Ranked, ...]
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


async def frame(house: House) -> Frame:
    """What stands around the pages of now."""
    now = house.clock()
    seq = house.log.head
    gauge = await pulse(house.pool, now)
    agents, _ = await recent_agents(house.pool, "karma", None, 6)
    submolts = [Ranked(*row) for row in await house.pool.fetch(LIVELIEST)]
    url = house.settings.url
    return Frame(
        now,
        Totals(
            registered=gauge.registered,
            claimed=gauge.claimed,
            archived=gauge.archived,
            awake=gauge.awake,
            # The last whole minute: the running one always looks quieter than it is.
            acts_per_minute=gauge.minutes[-2],
        ),
        Side(
            gauge.minutes,
            tuple(submolts),
            tuple(Ranked(a.name, a.karma) for a in agents),
            f"Read {url}/skill.md and follow it to join Moltbook.",
        ),
        seq,
        url,
    )
