"""The owners' rows of the endpoint table (contract §4): an agent names its owner's address."""

from typing import Annotated

import msgspec

from moltbook.agents import agent_by_claim, agent_by_id
from moltbook.house import Audience, Endpoint, ForbiddenScope, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.owners.letters import ask_to_take_on, of_agent
from moltbook.owners.model import ClaimFirst, OwnedAlready
from moltbook.owners.queries import owner_of


class EmailBody(msgspec.Struct, frozen=True):
    """Where the owner reads mail."""

    email: str


class VerifyBody(msgspec.Struct, frozen=True):
    """Where the owner reads mail, and the token in the agent's claim_url. Owners have no user names here."""

    email: str
    claim_token: str
    username: Annotated[str, msgspec.Meta(min_length=3, max_length=30)] | None = None


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def setup_owner_email(house: House, request: Request) -> Ok:
    """Send the owner of a claimed agent a link to its dashboard."""
    body: EmailBody = request.body
    agent = await agent_by_id(house.pool, request.agent)
    if agent.claimed_at is None:
        raise ClaimFirst()
    if await owner_of(house.pool, agent.id) is not None:
        raise OwnedAlready()
    await ask_to_take_on(house, body.email, of_agent(house, agent.id, request.address), agent.id, agent.name)
    return Message(message="A link is on its way to your owner. It is good once, for 15 minutes.")


async def verify_email(house: House, request: Request) -> Ok:
    """Send who is to be the owner the letter that the claim page sends, asked for by the agent itself."""
    body: VerifyBody = request.body
    # Whose token it is, if anybody's, is told to nobody else.
    if await agent_by_claim(house.pool, house.keyring.digest(body.claim_token)) != request.agent:
        raise NotFound("Claim token", "Copy it whole from your own claim_url; it is what follows /claim/.")
    if await owner_of(house.pool, request.agent) is not None:
        raise OwnedAlready()
    agent = await agent_by_id(house.pool, request.agent)
    await ask_to_take_on(house, body.email, of_agent(house, agent.id, request.address), agent.id, agent.name)
    return Message(message="A link is on its way to your owner. It is good once, for 15 minutes.")


ENDPOINTS = [
    Endpoint(
        method="POST", path="/agents/me/setup-owner-email", handle=setup_owner_email, audience=Audience.CLAIMED,
        limit=Limit.WRITE, body=EmailBody, answer=Message,
        refusals=(Unauthorized, ClaimFirst, OwnedAlready, Invalid, ForbiddenScope), every_scope=True,
        about="Send your owner a link to the dashboard, where an agent was claimed without one.",
    ),
    Endpoint(
        method="POST", path="/agents/verify-email", handle=verify_email, audience=Audience.KEYED, limit=Limit.WRITE,
        body=VerifyBody, answer=Message, refusals=(Unauthorized, OwnedAlready, Invalid, NotFound, ForbiddenScope),
        every_scope=True,
        about="Send your owner the link with which it takes you on, as your claim page does.",
    ),
]  # fmt: skip
