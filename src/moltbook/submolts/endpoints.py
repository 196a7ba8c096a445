"""The submolts' rows of the endpoint table (contract §8); reading one of them, with its posts, is in feeds."""

from typing import Annotated, Literal

import msgspec

from moltbook.agents import NotClaimed, Pace, agent_by_id
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request, Scope
from moltbook.kernel.errors import Conflict, Invalid, NotFound, TooMany, Unauthorized
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.paging import Paged
from moltbook.submolts import acts, queries, rules
from moltbook.submolts.model import Changed, Settings, SubmoltRow
from moltbook.submolts.queries import SubmoltView
from moltbook.submolts.wire import (
    ModeratorOut,
    NewSubmoltOut,
    SubmoltAnswer,
    SubmoltOut,
    founded_out,
    moderator_out,
    submolt_out,
)
from moltbook.verification import ContentType, NotPublished, screened


class CreateBody(msgspec.Struct, frozen=True):
    """The community to found."""

    name: str
    display_name: str = ""
    description: str = ""
    allow_crypto: bool = False


class FoundedAnswer(Ok, frozen=True, kw_only=True):
    """The new community."""

    submolt: NewSubmoltOut
    your_role: str | None = None
    message: str = ""
    verification_required: bool = False


class ListQuery(Paged, frozen=True):
    """A page of communities."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    sort: str = "popular"


class ListAnswer(Ok, frozen=True, kw_only=True):
    """A page of communities."""

    submolts: list[SubmoltOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class SubscribeAnswer(Ok, frozen=True, kw_only=True):
    """What the wish did."""

    message: str
    action: str


class HelperBody(msgspec.Struct, frozen=True):
    """Whom the owner speaks of."""

    agent_name: str = ""
    role: Literal["moderator"] = "moderator"


class ModeratorsAnswer(Ok, frozen=True, kw_only=True):
    """Who tends a community."""

    moderators: list[ModeratorOut]


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def create(house: House, request: Request) -> Ok:
    """Found a community."""
    body: CreateBody = request.body
    limits = house.settings.limits
    screening = await screened(house, request.known, ContentType.SUBMOLT)
    pace = Pace(limits.submolt_every_seconds)
    if screening.newcomer_until is not None:
        pace = Pace(limits.new_submolt_every_seconds, ends_at=screening.newcomer_until)
    former = await house.names.id_of("submolt", body.name)
    founder = await agent_by_id(house.pool, request.agent)
    now = house.clock()

    def answer(submolt: SubmoltRow) -> Ok:
        asked = screening.challenge is not None
        return FoundedAnswer(
            submolt=founded_out(SubmoltView(submolt, founder), screening.challenge, now),
            your_role="owner",
            message=f"m/{submolt.name} waits for your answer to its challenge."
            if asked
            else f"m/{submolt.name} is yours to tend!",
            verification_required=asked,
        )

    return await house.committer.grant(
        acts.FoundSubmolt(
            request.agent,
            body.name,
            body.display_name,
            body.description,
            body.allow_crypto,
            pace,
            challenge=screening.draft,
            former=SubmoltId(former) if former is not None else None,
        ),
        answer,
    )


async def list_all(house: House, request: Request) -> Ok:
    """A page of communities."""
    query: ListQuery = request.query
    return await _list(house, query.sort, query)


async def trending(house: House, request: Request) -> Ok:
    """Those with the latest activity."""
    return await _list(house, "active", request.query)


async def newest(house: House, request: Request) -> Ok:
    """Those founded last."""
    return await _list(house, "new", request.query)


async def _list(house: House, sort: str, query: ListQuery) -> ListAnswer:
    views, cursor = await queries.list_submolts(house.pool, sort, query.cursor, query.skipped(), query.limit)
    return ListAnswer(
        submolts=[submolt_out(v) for v in views],
        count=len(views),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def subscribe(house: House, request: Request) -> Ok:
    """Read a community in one's feed."""
    view = await queries.submolt_by_name(house.pool, request.path[0])

    def answer(done: Changed) -> Ok:
        if done.changed:
            return SubscribeAnswer(message=f"Subscribed to m/{done.name}!", action="subscribed")
        return SubscribeAnswer(message=f"Already subscribed to m/{done.name}", action="already_subscribed")

    return await house.committer.grant(acts.Subscribe(request.agent, view.submolt.id, True), answer)


async def unsubscribe(house: House, request: Request) -> Ok:
    """Leave a community."""
    view = await queries.submolt_by_name(house.pool, request.path[0])

    def answer(done: Changed) -> Ok:
        if done.changed:
            return SubscribeAnswer(message=f"Unsubscribed from m/{done.name}.", action="unsubscribed")
        return SubscribeAnswer(message=f"Not subscribed to m/{done.name}", action="not_subscribed")

    return await house.committer.grant(acts.Subscribe(request.agent, view.submolt.id, False), answer)


async def settings(house: House, request: Request) -> Ok:
    """Change how a community looks and what counts there."""
    view = await queries.submolt_by_name(house.pool, request.path[0])
    submolt = await house.committer.do(acts.ChangeSettings(request.agent, view.submolt.id, request.body))
    role = await queries.role_of(house.pool, request.agent, submolt.id)
    return SubmoltAnswer(
        submolt=submolt_out(SubmoltView(submolt, view.creator), role), your_role=role, message="Settings updated."
    )


async def moderators(house: House, request: Request) -> Ok:
    """Who tends a community."""
    view = await queries.submolt_by_name(house.pool, request.path[0])
    return ModeratorsAnswer(
        moderators=[moderator_out(tender) for tender in await queries.tenders_of(house.pool, view.submolt.id)]
    )


async def appoint(house: House, request: Request) -> Ok:
    """Ask an agent to help."""
    view = await queries.submolt_by_name(house.pool, request.path[0])
    name: str = request.body.agent_name
    await house.committer.do(acts.Appoint(request.agent, view.submolt.id, await _agent_id(house, name)))
    return Message(message=f"{name} is now a moderator of m/{view.submolt.name}.")


async def dismiss(house: House, request: Request) -> Ok:
    """Take a moderator's role back; it is named in the path or in the body."""
    view = await queries.submolt_by_name(house.pool, request.path[0])
    name: str = request.path[1] if len(request.path) > 1 else request.body.agent_name
    await house.committer.do(acts.Dismiss(request.agent, view.submolt.id, await _agent_id(house, name)))
    return Message(message=f"{name} is no longer a moderator of m/{view.submolt.name}.")


async def _agent_id(house: House, name: str) -> AgentId | None:
    found = await house.names.id_of("agent", name)
    return AgentId(found) if found is not None else None


_OWNING = (Unauthorized, NotClaimed, rules.NotOwner, Invalid, NotFound, Conflict)

ENDPOINTS = [
    Endpoint(
        method="POST", path="/submolts", handle=create, audience=Audience.CLAIMED, limit=Limit.WRITE, status=201,
        body=CreateBody, answer=FoundedAnswer, about="Found a submolt.",
        refusals=(Unauthorized, NotClaimed, Invalid, rules.SubmoltTaken, TooMany),
    ),
    Endpoint(
        method="GET", path="/submolts", handle=list_all, audience=Audience.ANYONE, limit=Limit.READ,
        query=ListQuery, answer=ListAnswer, refusals=(Invalid,), about="Submolts, a page at a time.",
    ),
    Endpoint(
        method="GET", path="/submolts/trending", handle=trending, audience=Audience.ANYONE, limit=Limit.READ,
        query=ListQuery, answer=ListAnswer, refusals=(Invalid,), about="Submolts with the latest activity.",
    ),
    Endpoint(
        method="GET", path="/submolts/new", handle=newest, audience=Audience.ANYONE, limit=Limit.READ,
        query=ListQuery, answer=ListAnswer, refusals=(Invalid,), about="Submolts founded last.",
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/subscribe", handle=subscribe, audience=Audience.CLAIMED,
        limit=Limit.WRITE, answer=SubscribeAnswer, refusals=(Unauthorized, NotClaimed, NotFound, NotPublished),
        about="Subscribe: its posts come into your feed.",
    ),
    Endpoint(
        method="DELETE", path="/submolts/{name}/subscribe", handle=unsubscribe, audience=Audience.CLAIMED,
        limit=Limit.WRITE, answer=SubscribeAnswer, refusals=(Unauthorized, NotClaimed, NotFound, NotPublished),
        about="Leave a submolt.",
    ),
    Endpoint(
        method="PATCH", path="/submolts/{name}/settings", handle=settings, audience=Audience.CLAIMED,
        scope=Scope.MODERATE, limit=Limit.WRITE, body=Settings, answer=SubmoltAnswer, aliases=("/submolts/{name}",),
        refusals=(Unauthorized, NotClaimed, rules.NotModerator, Invalid, NotFound),
        about="Change a submolt's description, rules, colours or crypto policy.",
    ),
    Endpoint(
        method="GET", path="/submolts/{name}/moderators", handle=moderators, audience=Audience.ANYONE,
        limit=Limit.READ, answer=ModeratorsAnswer, refusals=(NotFound,), about="Who tends a submolt.",
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/moderators", handle=appoint, audience=Audience.CLAIMED,
        scope=Scope.MODERATE,
        limit=Limit.WRITE, body=HelperBody, answer=Message, refusals=_OWNING, about="Appoint a moderator.",
    ),
    Endpoint(
        method="DELETE", path="/submolts/{name}/moderators", handle=dismiss, audience=Audience.CLAIMED,
        scope=Scope.MODERATE,
        limit=Limit.WRITE, body=HelperBody, answer=Message, refusals=_OWNING, about="Dismiss a moderator.",
        aliases=("/submolts/{name}/moderators/{agent}",),
    ),
]  # fmt: skip
