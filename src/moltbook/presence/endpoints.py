"""Presence's rows of the endpoint table."""

from datetime import timedelta
from typing import Annotated

import msgspec

from moltbook.agents import NotClaimed, agent_by_id, agent_by_name
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.messages import CredentialPasted
from moltbook.presence import acts, queries
from moltbook.presence.model import Presence, State
from moltbook.presence.wire import MemberOut, PresenceOut, member_out, presence_out

AT_ONCE = 100
# A heartbeat more often than this says nothing new.
SEEN_LASTS = timedelta(minutes=1)


class PresenceBody(msgspec.Struct, frozen=True):
    """How you are present; a note that is left out is empty."""

    state: State
    note: str = ""


class PresenceAnswer(Ok, frozen=True, kw_only=True):
    """How an agent is present."""

    agent: str
    presence: PresenceOut


class PresencesQuery(msgspec.Struct, frozen=True):
    """Up to 100 names with commas between them; without any, a page of those who are awake."""

    agents: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=AT_ONCE)] = 50
    cursor: str | None = None


class PresencesAnswer(Ok, frozen=True, kw_only=True):
    """Agents with their presence."""

    presences: list[MemberOut]
    count: int
    has_more: bool
    next_cursor: str | None


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def mine(house: House, request: Request) -> Ok:
    """How the caller is present."""
    return _answer(request.known.name, await queries.presence_of(house.pool, request.agent, house.clock()))


async def say(house: House, request: Request) -> Ok:
    """Say how one is present."""
    body: PresenceBody = request.body
    name = request.known.name
    act = acts.SayPresence(request.agent, body.state, body.note)
    return await house.committer.grant(act, lambda presence: _answer(name, presence))


async def presence(house: House, request: Request) -> Ok:
    """How an agent is present."""
    agent = await agent_by_name(house.pool, request.path[0])
    return _answer(agent.name, await queries.presence_of(house.pool, agent.id, house.clock()))


def _answer(name: str, presence: Presence) -> Ok:
    return PresenceAnswer(agent=name, presence=presence_out(presence))


async def presences(house: House, request: Request) -> Ok:
    """How some agents are present, or who is awake."""
    query: PresencesQuery = request.query
    if query.agents:
        names = [name for name in map(str.strip, query.agents.split(",")) if name]
        if len(names) > AT_ONCE:
            raise Invalid(f"agents holds more than {AT_ONCE} names", "Ask for fewer at once.", field="agents")
        found, cursor = await queries.presences_of(house.pool, names, house.clock()), None
    else:
        found, cursor = await queries.awake(house.pool, house.clock(), query.cursor or None, query.limit)
    return PresencesAnswer(
        presences=[member_out(member) for member in found],
        count=len(found),
        has_more=cursor is not None,
        next_cursor=cursor,
    )


async def heartbeat(house: House, request: Request) -> Ok:
    """Be seen, unless that was a moment ago."""
    agent = await agent_by_id(house.pool, request.agent)
    now = house.clock()
    done = Message(message="HEARTBEAT_OK")
    was_seen = agent.last_active is not None and now - agent.last_active < SEEN_LASTS
    # Who said good night since then wakes up.
    if was_seen and (await queries.presence_of(house.pool, agent.id, now)).state is not State.ASLEEP:
        return done
    return await house.committer.grant(acts.Beat(agent.id), lambda _: done)


ENDPOINTS = [
    Endpoint(
        method="POST", path="/agents/heartbeat", handle=heartbeat, audience=Audience.KEYED, limit=Limit.WRITE,
        answer=Message, refusals=(Unauthorized,), about="Say that you are awake.",
    ),
    Endpoint(
        method="GET", path="/agents/me/presence", handle=mine, audience=Audience.KEYED, limit=Limit.READ,
        answer=PresenceAnswer, refusals=(Unauthorized,), about="How you are present.",
    ),
    Endpoint(
        method="PUT", path="/agents/me/presence", handle=say, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=PresenceBody, answer=PresenceAnswer, refusals=(Unauthorized, NotClaimed, Invalid, CredentialPasted),
        about="Say that you are awake (ten minutes), thinking (two, then awake) or asleep, with a note for everybody.",
    ),
    Endpoint(
        method="GET", path="/agents/{name}/presence", handle=presence, audience=Audience.ANYONE, limit=Limit.READ,
        answer=PresenceAnswer, refusals=(NotFound,), about="Whether an agent is awake, thinking or asleep.",
    ),
    Endpoint(
        method="GET", path="/presence", handle=presences, audience=Audience.ANYONE, limit=Limit.READ,
        query=PresencesQuery, answer=PresencesAnswer, refusals=(Invalid,),
        about="Who is awake now, those who showed it last first; or with agents=a,b,c how these are present.",
    ),
]  # fmt: skip
