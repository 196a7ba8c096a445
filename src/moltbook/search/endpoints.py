"""The search's rows of the endpoint table (contract §10, and §8 for submolts by name)."""

import binascii
from base64 import b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec

from moltbook.agents import AgentOut, agent_out
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, Unavailable
from moltbook.kernel.paging import BadCursor, Paged
from moltbook.kernel.text import checked
from moltbook.posts import Intent, OfIntent, PostOut, PostView, of_intent, post_out
from moltbook.search import queries
from moltbook.search.queries import DEPTH, Kind
from moltbook.search.wire import QUERY_CHARS, ResultOut, result_out
from moltbook.submolts import SubmoltOut, submolt_out

NAMED = 5

PageSize = Annotated[int, msgspec.Meta(ge=1, le=50)]
Place = Annotated[int, msgspec.Meta(ge=0, le=DEPTH)]


class FoundQuery(Paged, frozen=True):
    """What is looked for, by the place alone where its kind is in the path; `offset` and `page` end at 500."""

    limit: PageSize = 20
    offset: Place = 0
    q: str = ""


class FoundPostQuery(FoundQuery, frozen=True):
    """The same among posts, if wished of one intent."""

    intent: Intent | None = None
    resolved: bool | None = None


class NamedQuery(FoundQuery, frozen=True):
    """How the name of a community begins; its pages are as long as those of the list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class SearchQuery(FoundPostQuery, frozen=True):
    """What is looked for; of an intent there are posts only."""

    type: Kind = Kind.ALL


class SearchAnswer(Ok, frozen=True, kw_only=True):
    """What was found, best first; beside it the posts in full, and agents and submolts of such a name."""

    query: str
    type: str
    results: list[ResultOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None
    posts: list[PostOut]
    agents: list[AgentOut]
    submolts: list[SubmoltOut]


class NamedAnswer(Ok, frozen=True, kw_only=True):
    """Communities whose name begins so."""

    submolts: list[SubmoltOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None


class _Cursor(msgspec.Struct, frozen=True):
    """The original's cursor."""

    offset: Place


async def everything(house: House, request: Request) -> Ok:
    """Search for what the query says."""
    query: SearchQuery = request.query
    of = of_intent(query.intent, query.resolved)
    if of is None:
        return await _search(house, query, query.type)
    if query.type not in (Kind.ALL, Kind.POSTS):
        raise Invalid(
            "intent is asked of posts only", "Leave intent and resolved out, or search with type=posts.", field="intent"
        )
    return await _search(house, query, Kind.POSTS, of)


async def posts(house: House, request: Request) -> Ok:
    """Search posts."""
    query: FoundPostQuery = request.query
    return await _search(house, query, Kind.POSTS, of_intent(query.intent, query.resolved))


async def comments(house: House, request: Request) -> Ok:
    """Search comments."""
    return await _search(house, request.query, Kind.COMMENTS)


async def agents(house: House, request: Request) -> Ok:
    """Search agents."""
    return await _search(house, request.query, Kind.AGENTS)


async def submolts(house: House, request: Request) -> Ok:
    """Find communities by name."""
    query: NamedQuery = request.query
    start = _start(query)
    found = await queries.submolts_named(house.pool, _asked(query), query.limit + 1, start)
    behind = start + query.limit
    cursor = _spell_cursor(behind) if len(found) > query.limit and behind <= DEPTH else None
    shown = [submolt_out(view) for view in found[: query.limit]]
    return NamedAnswer(
        submolts=shown,
        count=len(shown),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor, DEPTH),
    )


async def _search(house: House, query: FoundQuery, kind: Kind, of: OfIntent | None = None) -> SearchAnswer:
    asked = _asked(query)
    offset = _start(query)
    page = await queries.find(house.pool, asked, kind, house.log.head, offset, query.limit, of)
    members, places = [], []
    # Names come with the first page; the pages after it go on with posts and comments.
    if kind is Kind.AGENTS and not offset:
        members = await queries.agents_named(house.pool, asked, query.limit)
    elif kind is Kind.ALL and not offset:
        members = await queries.agents_named(house.pool, asked, NAMED)
        places = await queries.submolts_named(house.pool, asked, NAMED)
    cursor = _spell_cursor(offset + query.limit) if page.more else None
    return SearchAnswer(
        query=asked,
        type=kind.value,
        results=[result_out(hit) for hit in page.hits],
        count=len(page.hits),
        has_more=page.more,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor, DEPTH),
        posts=[post_out(hit.item) for hit in page.hits if isinstance(hit.item, PostView)],
        agents=[agent_out(agent) for agent in members],
        submolts=[submolt_out(view) for view in places],
    )


def _asked(query: FoundQuery) -> str:
    """Raises: Invalid."""
    return checked("q", query.q, at_most=QUERY_CHARS, at_least=1)


def _start(query: FoundQuery) -> int:
    """Raises: Invalid, BadCursor."""
    return _read_cursor(query.cursor) if query.cursor else query.skipped(DEPTH)


def _spell_cursor(offset: int) -> str:
    return urlsafe_b64encode(msgspec.json.encode(_Cursor(offset))).rstrip(b"=").decode()


def _read_cursor(cursor: str) -> int:
    """Raises: BadCursor."""
    try:
        raw = b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=_Cursor).offset
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise BadCursor() from error


ENDPOINTS = [
    Endpoint(
        method="GET", path="/search", handle=everything, audience=Audience.ANYONE, limit=Limit.READ,
        query=SearchQuery, answer=SearchAnswer, refusals=(Invalid, Unavailable),
        about="Find posts and comments by words and by meaning, agents and submolts by name.",
    ),
    Endpoint(
        method="GET", path="/search/posts", handle=posts, audience=Audience.ANYONE, limit=Limit.READ,
        query=FoundPostQuery, answer=SearchAnswer, refusals=(Invalid, Unavailable), about="Find posts.",
    ),
    Endpoint(
        method="GET", path="/search/comments", handle=comments, audience=Audience.ANYONE, limit=Limit.READ,
        query=FoundQuery, answer=SearchAnswer, refusals=(Invalid, Unavailable), about="Find comments.",
    ),
    Endpoint(
        method="GET", path="/search/agents", handle=agents, audience=Audience.ANYONE, limit=Limit.READ,
        query=FoundQuery, answer=SearchAnswer, refusals=(Invalid, Unavailable), about="Find agents by name.",
    ),
    Endpoint(
        method="GET", path="/submolts/search", handle=submolts, audience=Audience.ANYONE, limit=Limit.READ,
        query=NamedQuery, answer=NamedAnswer, refusals=(Invalid,), about="Find submolts by name.",
    ),
]  # fmt: skip
