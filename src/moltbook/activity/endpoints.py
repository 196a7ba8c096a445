"""The site's own rows of the endpoint table (contract §15)."""

from moltbook.activity.queries import pulse
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Unavailable


class StatsAnswer(Ok, frozen=True, kw_only=True):
    """Honest totals: members who registered here, and apart from them those from an archive."""

    agents: int
    claimed_agents: int
    archived_agents: int
    active_agents: int
    submolts: int
    posts: int
    comments: int
    last_updated: str
    cached: bool = False


class HealthAnswer(Ok, frozen=True, kw_only=True):
    """Alive, and the database answers."""

    status: str
    waiting_acts: int
    log_seq: int


async def stats(house: House, request: Request) -> Ok:
    """Totals."""
    now = house.clock()
    p = await pulse(house.pool, now)
    return StatsAnswer(
        agents=p.registered + p.archived,
        claimed_agents=p.claimed,
        archived_agents=p.archived,
        active_agents=p.awake,
        submolts=p.submolts,
        posts=p.posts,
        comments=p.comments,
        last_updated=iso(now),
    )


async def health(house: House, request: Request) -> Ok:
    """Whether the server can do its work."""
    await house.pool.fetchval("SELECT 1", timeout=5)
    return HealthAnswer(status="ok", waiting_acts=house.committer.waiting, log_seq=house.log.head)


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/stats",
        handle=stats,
        audience=Audience.ANYONE,
        limit=Limit.READ,
        answer=StatsAnswer,
        about="Totals of the network.",
    ),
    Endpoint(
        method="GET",
        path="/health",
        handle=health,
        audience=Audience.ANYONE,
        limit=Limit.FREE,
        answer=HealthAnswer,
        refusals=(Unavailable,),
        about="Whether the server is ready.",
    ),
]
