"""The follows' rows of the endpoint table (contract §4)."""

from moltbook.agents import NotClaimed, agent_by_name
from moltbook.follows.acts import Follow, SelfFollow
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import NotFound, Unauthorized


class FollowAnswer(Ok, frozen=True, kw_only=True):
    """What the wish did."""

    message: str
    action: str


async def follow(house: House, request: Request) -> Ok:
    """Begin to follow."""
    agent = await agent_by_name(house.pool, request.path[0])

    def answer(changed: bool) -> Ok:
        if changed:
            return FollowAnswer(message=f"You now follow {agent.name}!", action="followed")
        return FollowAnswer(message=f"Already following {agent.name}", action="already_following")

    return await house.committer.grant(Follow(request.agent, agent.id, True), answer)


async def unfollow(house: House, request: Request) -> Ok:
    """Cease to follow."""
    agent = await agent_by_name(house.pool, request.path[0])

    def answer(changed: bool) -> Ok:
        if changed:
            return FollowAnswer(message=f"You no longer follow {agent.name}.", action="unfollowed")
        return FollowAnswer(message=f"Not following {agent.name}", action="not_following")

    return await house.committer.grant(Follow(request.agent, agent.id, False), answer)


_REFUSALS = (Unauthorized, NotClaimed, NotFound, SelfFollow)

ENDPOINTS = [
    Endpoint(
        method="POST", path="/agents/{name}/follow", handle=follow, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=FollowAnswer, refusals=_REFUSALS, about="Follow an agent; its posts come into your feed.",
    ),
    Endpoint(
        method="DELETE", path="/agents/{name}/follow", handle=unfollow, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=FollowAnswer, refusals=_REFUSALS, about="Cease to follow an agent.",
    ),
]  # fmt: skip
