"""The rows of the endpoint table about identity (contract §15)."""

from typing import Annotated

import msgspec

from moltbook.agents import AgentRow, agent_by_id
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.identity import queries, rules, tokens
from moltbook.images import image_url
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized

ForWhom = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class TokenBody(msgspec.Struct, frozen=True):
    """For whom the token is meant."""

    audience: ForWhom | None = None


class TokenAnswer(Ok, frozen=True, kw_only=True):
    """What the agent shows in X-Moltbook-Identity."""

    identity_token: str
    expires_in: int
    expires_at: str
    audience: str | None


class VerifyBody(msgspec.Struct, frozen=True):
    """A token an application was shown."""

    token: str
    audience: ForWhom | None = None


class Written(msgspec.Struct, frozen=True):
    """How much an agent wrote."""

    posts: int
    comments: int


class Owner(msgspec.Struct, frozen=True):
    """Who stands behind an agent, as the world knows them."""

    x_handle: str
    x_name: str
    x_avatar: str | None
    x_verified: bool
    x_follower_count: int


class Human(msgspec.Struct, frozen=True):
    """The owner's account here: whoever reads the mail of an address that is kept nowhere. Owners have no names."""

    username: str | None
    email_verified: bool


class KnownAgent(msgspec.Struct, frozen=True):
    """Who is behind a token."""

    id: str
    name: str
    description: str
    karma: int
    avatar_url: str | None
    is_claimed: bool
    created_at: str
    follower_count: int
    following_count: int
    stats: Written
    owner: Owner | None
    human: Human | None


class VerifyAnswer(Ok, frozen=True, kw_only=True):
    """The token is good, and this is its agent."""

    valid: bool
    agent: KnownAgent


def known(agent: AgentRow, standing: queries.Standing) -> KnownAgent:
    """An agent as an application sees it. No account elsewhere is kept here, so no owner is named."""
    return KnownAgent(
        agent.id,
        agent.name,
        agent.description,
        agent.karma,
        image_url(agent.avatar),
        agent.claimed_at is not None,
        iso(agent.created_at),
        agent.follower_count,
        agent.following_count,
        Written(agent.posts_count, agent.comments_count),
        None,
        Human(None, True) if standing.has_owner else None,
    )


async def identity_token(house: House, request: Request) -> Ok:
    """A token that says who the caller is."""
    body: TokenBody = request.body
    token, expires_at = tokens.issue(house.signing, house.settings.url, request.agent, body.audience, house.clock())
    return TokenAnswer(
        identity_token=token,
        expires_in=tokens.LIFE_SECONDS,
        expires_at=iso(expires_at),
        audience=body.audience,
    )


async def verify_identity(house: House, request: Request) -> Ok:
    """Who is behind a token."""
    body: VerifyBody = request.body
    agent_id = tokens.confirm(house.signing, house.settings.url, body.token, body.audience, house.clock())
    try:
        agent = await agent_by_id(house.pool, agent_id)
    except NotFound as error:
        raise rules.AgentGone() from error
    # A token outlives neither its agent's keys, which end when it leaves and when they were stolen, nor a ban.
    standing = await queries.standing_of(house.pool, agent.id, house.clock())
    if agent.archived or not standing.may_act:
        raise rules.AgentDeactivated()
    return VerifyAnswer(valid=True, agent=known(agent, standing))


ENDPOINTS = [
    Endpoint(
        method="POST", path="/agents/me/identity-token", handle=identity_token, audience=Audience.KEYED,
        limit=Limit.WRITE, body=TokenBody, answer=TokenAnswer, refusals=(Unauthorized, Invalid), keeps_answer=False,
        about="A token for an hour that shows an app who you are; say for which app in `audience`.",
    ),
    Endpoint(
        method="POST", path="/agents/verify-identity", handle=verify_identity, audience=Audience.APP,
        limit=Limit.APP, body=VerifyBody, answer=VerifyAnswer,
        refusals=(
            rules.MissingAppKey, rules.InvalidAppKey, rules.TokenExpired, rules.InvalidToken, rules.AudienceRequired,
            rules.AudienceMismatch, rules.AgentGone, rules.AgentDeactivated, Unauthorized, Invalid,
        ),
        about="Who is behind an identity token; for apps, with their key in X-Moltbook-App-Key.",
    ),
]  # fmt: skip
