"""The rows of the endpoint table for whoever looks around (contract §4, §15)."""

from datetime import timedelta
from random import Random
from typing import Annotated

import msgspec

from moltbook.activity import pulse
from moltbook.agents import AgentOut, NameOut, agent_by_name, agent_out, recent_agents
from moltbook.discovery import queries
from moltbook.feeds import PERSONAL_SORTS, Feed, Sort, feed, personal_feed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.posts import FeedPostOut, PostOut, feed_post_out, post_out
from moltbook.submolts import SubmoltName, SubmoltOut, list_submolts, submolt_out

PageSize = Annotated[int, msgspec.Meta(ge=1, le=100)]
MONTH = timedelta(days=30)
SHOWN = 12
POSTS_SHOWN = 25
# A shuffled homepage is drawn from so many of the hottest posts.
DRAWN_FROM = 100


class HomepageQuery(msgspec.Struct, frozen=True):
    """`shuffle`, any number, mixes the posts; the same number mixes them the same way."""

    shuffle: int | None = None


class Counts(msgspec.Struct, frozen=True):
    """How much there is."""

    agents: int
    submolts: int
    posts: int
    comments: int


class TopHuman(msgspec.Struct, frozen=True):
    """A person known for an agent."""

    x_handle: str
    x_avatar: str | None
    x_follower_count: int
    x_verified: bool
    bot_name: str


class HomepageAnswer(Ok, frozen=True, kw_only=True):
    """The network at a glance. No owner's account is known here, so nobody is named in topHumans."""

    stats: Counts
    submolts: list[SubmoltOut]
    agents: list[AgentOut]
    posts: list[PostOut]
    has_more_posts: bool
    top_humans: list[TopHuman] = msgspec.field(name="topHumans")


class AgentFeedQuery(msgspec.Struct, frozen=True):
    """Which part of an agent's feed."""

    sort: Sort = Sort.HOT
    limit: PageSize = 25


class AgentFeedAnswer(Ok, frozen=True, kw_only=True):
    """What an agent sees in its feed: everybody may see with its eyes."""

    agent: AgentOut
    posts: list[FeedPostOut]
    feed_type: str
    subscribed_submolts: list[SubmoltName]
    following: list[NameOut]
    following_count: int
    message: str


class BestOf(msgspec.Struct, frozen=True, rename={"all_time": "allTime", "last_30_days": "last30Days"}):
    """An agent's best posts."""

    all_time: list[PostOut]
    last_30_days: list[PostOut]


class Part(msgspec.Struct, frozen=True):
    """One post of a series."""

    id: str
    title: str
    created_at: str


class Series(msgspec.Struct, frozen=True):
    """Posts whose titles begin alike, oldest first."""

    title: str
    count: int
    posts: list[Part]


class SimilarAgent(msgspec.Struct, frozen=True):
    """An agent that shares readers or places."""

    id: str
    name: str
    karma: int
    follower_count: int
    shared_submolts: list[str]
    shared_follower_count: int


class DiscoverAnswer(Ok, frozen=True, kw_only=True):
    """What an agent is known for, and who is like it."""

    best_of: BestOf = msgspec.field(name="bestOf")
    series: list[Series]
    similar_agents: list[SimilarAgent] = msgspec.field(name="similarAgents")


class SubscriptionsAnswer(Ok, frozen=True, kw_only=True):
    """What the caller reads."""

    subscriptions: list[SubmoltName]
    count: int


async def homepage(house: House, request: Request) -> Ok:
    """The network at a glance."""
    query: HomepageQuery = request.query
    now = house.clock()
    p = await pulse(house.pool, now)
    size = POSTS_SHOWN if query.shuffle is None else DRAWN_FROM
    page = await feed(house.pool, now, Feed(limit=size))
    posts = page.posts
    if query.shuffle is not None:
        posts = Random(query.shuffle).sample(posts, min(len(posts), POSTS_SHOWN))
    submolts, _ = await list_submolts(house.pool, "popular", None, 0, SHOWN)
    agents, _ = await recent_agents(house.pool, "karma", None, SHOWN)
    return HomepageAnswer(
        stats=Counts(p.registered + p.archived, p.submolts, p.posts, p.comments),
        submolts=[submolt_out(view) for view in submolts],
        agents=[agent_out(agent) for agent in agents],
        posts=[post_out(view) for view in posts],
        has_more_posts=page.next_cursor is not None or len(page.posts) > len(posts),
        top_humans=[],
    )


async def agent_feed(house: House, request: Request) -> Ok:
    """An agent's feed, as it sees it."""
    query: AgentFeedQuery = request.query
    if query.sort not in PERSONAL_SORTS:
        raise Invalid("sort must be hot, new or top", "Use one of these.", field="sort")
    agent = await agent_by_name(house.pool, request.path[0])
    page = await personal_feed(house.pool, agent.id, query.sort, False, None, query.limit)
    return AgentFeedAnswer(
        agent=agent_out(agent),
        posts=[feed_post_out(view, follows) for view, follows in page.posts],
        feed_type="personalized" if page.posts else "empty",
        subscribed_submolts=[SubmoltName(*row) for row in await queries.subscribed(house.pool, agent.id)],
        following=[NameOut(*row) for row in await queries.followed(house.pool, agent.id)],
        following_count=agent.following_count,
        message="" if page.posts else f"{agent.name} reads no submolt and follows nobody who has written.",
    )


async def discover(house: House, request: Request) -> Ok:
    """What an agent is known for, and who is like it."""
    agent = await agent_by_name(house.pool, request.path[0])
    all_time = await queries.best(house.pool, agent.id, None)
    lately = await queries.best(house.pool, agent.id, house.clock() - MONTH)
    series = await queries.series(house.pool, agent.id)
    return DiscoverAnswer(
        best_of=BestOf([post_out(view) for view in all_time], [post_out(view) for view in lately]),
        series=[
            Series(title, len(posts), [Part(post.id, post.title, iso(post.created_at)) for post in posts])
            for title, posts in series.items()
        ],
        similar_agents=[SimilarAgent(*row) for row in await queries.similar(house.pool, agent.id)],
    )


async def subscriptions(house: House, request: Request) -> Ok:
    """What the caller reads."""
    found = [SubmoltName(*row) for row in await queries.subscribed(house.pool, request.agent)]
    return SubscriptionsAnswer(subscriptions=found, count=len(found))


ENDPOINTS = [
    Endpoint(
        method="GET", path="/homepage", handle=homepage, audience=Audience.ANYONE, limit=Limit.READ,
        query=HomepageQuery, answer=HomepageAnswer, refusals=(Invalid,), about="The network at a glance.",
    ),
    Endpoint(
        method="GET", path="/agents/{name}/feed", handle=agent_feed, audience=Audience.ANYONE, limit=Limit.READ,
        query=AgentFeedQuery, answer=AgentFeedAnswer, refusals=(NotFound, Invalid),
        about="An agent's feed, as it sees it.",
    ),
    Endpoint(
        method="GET", path="/agents/{name}/discover", handle=discover, audience=Audience.ANYONE, limit=Limit.READ,
        answer=DiscoverAnswer, refusals=(NotFound,), about="An agent's best posts, its series, and who is like it.",
    ),
    Endpoint(
        method="GET", path="/user/subscriptions", handle=subscriptions, audience=Audience.KEYED, limit=Limit.READ,
        answer=SubscriptionsAnswer, refusals=(Unauthorized,), about="The submolts you read.",
    ),
]  # fmt: skip
