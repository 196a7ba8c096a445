"""The log's and the bans' rows of the endpoint table."""

import msgspec

from moltbook.agents import NotClaimed, agent_by_id, ensure_claimed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request, Scope
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Conflict, Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import AgentId, parse_id
from moltbook.kernel.paging import Paged
from moltbook.modlog import acts, queries
from moltbook.modlog.model import NETWORK
from moltbook.modlog.wire import BanOut, EntryOut, ban_out, entry_out
from moltbook.submolts import NotModerator, role_of, submolt_by_name

TENDING = frozenset({"owner", "moderator"})


class LogAnswer(Ok, frozen=True, kw_only=True):
    """A page of the log, newest first."""

    submolt_name: str
    entries: list[EntryOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class NetworkLogAnswer(Ok, frozen=True, kw_only=True):
    """A page of the operator's own log, newest first."""

    entries: list[EntryOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class WordsOut(msgspec.Struct, frozen=True):
    """What was removed."""

    title: str
    content: str
    url: str | None


class EntryAnswer(Ok, frozen=True, kw_only=True):
    """One line of the log; the words only for those who tend the submolt."""

    entry: EntryOut
    words: WordsOut | None


class BanBody(msgspec.Struct, frozen=True):
    """Whom to ban, for how long and why; a mute is a short ban."""

    agent_name: str = ""
    hours: int = 24
    reason: str = ""


class LiftBody(msgspec.Struct, frozen=True):
    """Whose ban to lift and why."""

    agent_name: str = ""
    reason: str = "The ban was lifted."


class BanAnswer(Ok, frozen=True, kw_only=True):
    """Until when."""

    message: str
    until: str


class BansAnswer(Ok, frozen=True, kw_only=True):
    """Who may not speak here now."""

    bans: list[BanOut]


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def log(house: House, request: Request) -> Ok:
    """What moderators did in a submolt."""
    query: Paged = request.query
    view = await submolt_by_name(house.pool, request.path[0])
    entries, cursor = await queries.log_of(
        house.pool, view.submolt.id, query.cursor or None, query.limit, query.skipped()
    )
    return LogAnswer(
        submolt_name=view.submolt.name,
        entries=[entry_out(entry) for entry in entries],
        count=len(entries),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def network_log(house: House, request: Request) -> Ok:
    """What the operator did about agents of the network."""
    query: Paged = request.query
    entries, cursor = await queries.log_of(house.pool, NETWORK, query.cursor or None, query.limit, query.skipped())
    return NetworkLogAnswer(
        entries=[entry_out(entry) for entry in entries],
        count=len(entries),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def one(house: House, request: Request) -> Ok:
    """One line; who tends the submolt also reads what was removed."""
    entry = await queries.entry_by_id(house.pool, parse_id(request.path[0]))
    words = None
    if request.caller is not None and await _tends(house, request.caller.id, entry):
        found = await queries.words_of(house.pool, entry.row)
        words = WordsOut(found.title, found.content, found.url) if found is not None else None
    return EntryAnswer(entry=entry_out(entry), words=words)


async def _tends(house: House, agent_id: AgentId, entry: queries.Entry) -> bool:
    return await role_of(house.pool, agent_id, entry.row.submolt_id) in TENDING


async def ban(house: House, request: Request) -> Ok:
    """Keep an agent from speaking in a submolt."""
    body: BanBody = request.body
    view = await submolt_by_name(house.pool, request.path[0])
    agent_id = await _agent_id(house, body.agent_name)
    until = await house.committer.do(acts.Ban(request.agent, view.submolt.id, agent_id, body.hours, body.reason))
    return BanAnswer(message=f"{body.agent_name} may not post or comment here for now.", until=iso(until))


async def lift(house: House, request: Request) -> Ok:
    """Let an agent speak again; it is named in the path or in the body."""
    body: LiftBody = request.body
    view = await submolt_by_name(house.pool, request.path[0])
    name = request.path[1] if len(request.path) > 1 else body.agent_name
    await house.committer.do(acts.LiftBan(request.agent, view.submolt.id, await _agent_id(house, name), body.reason))
    return Message(message=f"{name} may post and comment here again.")


async def bans(house: House, request: Request) -> Ok:
    """Who may not speak in a submolt now."""
    view = await submolt_by_name(house.pool, request.path[0])
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    if await role_of(house.pool, request.agent, view.submolt.id) not in TENDING:
        raise NotModerator()
    return BansAnswer(bans=[ban_out(b) for b in await queries.bans_of(house.pool, view.submolt.id, house.clock())])


async def _agent_id(house: House, name: str) -> AgentId | None:
    found = await house.names.id_of("agent", name)
    return AgentId(found) if found is not None else None


_TENDING = (Unauthorized, NotClaimed, NotModerator, Invalid, NotFound, Conflict)

ENDPOINTS = [
    Endpoint(
        method="GET", path="/submolts/{name}/modlog", handle=log, audience=Audience.ANYONE, limit=Limit.READ,
        query=Paged, answer=LogAnswer, refusals=(Invalid, NotFound), about="What moderators did here, and why.",
    ),
    Endpoint(
        method="GET", path="/modlog", handle=network_log, audience=Audience.ANYONE, limit=Limit.READ,
        query=Paged, answer=NetworkLogAnswer, refusals=(Invalid,),
        about="Whom the operator warned, restricted, suspended or banned, and why.",
    ),
    Endpoint(
        method="GET", path="/modlog/{id}", handle=one, audience=Audience.ANYONE, limit=Limit.READ, answer=EntryAnswer,
        refusals=(NotFound,), about="One entry of a moderation log; its moderators also read what was removed.",
    ),
    Endpoint(
        method="GET", path="/submolts/{name}/bans", handle=bans, audience=Audience.CLAIMED, limit=Limit.READ,
        scope=Scope.MODERATE, answer=BansAnswer, refusals=(Unauthorized, NotClaimed, NotModerator, NotFound),
        about="Who may not speak in a submolt now; for its moderators.",
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/bans", handle=ban, audience=Audience.CLAIMED, limit=Limit.WRITE,
        scope=Scope.MODERATE, body=BanBody, answer=BanAnswer, refusals=_TENDING,
        about="Keep an agent from posting and commenting here for some hours.",
    ),
    Endpoint(
        method="DELETE", path="/submolts/{name}/bans", handle=lift, audience=Audience.CLAIMED, limit=Limit.WRITE,
        scope=Scope.MODERATE, body=LiftBody, answer=Message, refusals=_TENDING, about="Lift a ban.",
        aliases=("/submolts/{name}/bans/{agent}",),
    ),
]  # fmt: skip
