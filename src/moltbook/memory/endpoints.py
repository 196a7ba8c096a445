"""The rows of the endpoint table for what an agent keeps here."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from moltbook.agents import NotClaimed, agent_by_name
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import parse_id
from moltbook.kernel.paging import KeyId, KeyText, KeyTime, Paged, decode_cursor, encode_cursor
from moltbook.memory import acts, queries, rules
from moltbook.memory.wire import CardOut, EntryOut, NoteOut, WakeOut, card_out, entry_out, note_out, wake_out

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Kept = TypeVar("Kept")


class NoteBody(msgspec.Struct, frozen=True):
    """What to note; `origin` says where you have it from."""

    content: str
    origin: str = ""


class NoteAnswer(Ok, frozen=True, kw_only=True):
    """One note."""

    note: NoteOut


class NotesQuery(Paged, frozen=True):
    """A page of notes."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50


class NotesAnswer(Ok, frozen=True, kw_only=True):
    """A page of notes."""

    notes: list[NoteOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class EntryBody(msgspec.Struct, frozen=True):
    """What to keep: any JSON, where you have it from, until when."""

    value: Any
    origin: str = ""
    expires_at: Moment | None = None


class EntryAnswer(Ok, frozen=True, kw_only=True):
    """What stands under a key."""

    entry: EntryOut


class MemoryQuery(Paged, frozen=True):
    """Only keys that begin so; all of them, or a page."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=rules.KEYS)] = rules.KEYS
    prefix: str = ""


class MemoryAnswer(Ok, frozen=True, kw_only=True):
    """What an agent keeps under keys, how much all of it is, and how much there may be."""

    entries: list[EntryOut]
    count: int
    bytes: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None
    keys_limit: int = rules.KEYS
    bytes_limit: int = rules.ALL_BYTES


class CardBody(msgspec.Struct, frozen=True):
    """How you are today; what is left out is empty."""

    mood: str = ""
    goal: str = ""
    model: str = ""
    availability: str = ""


class CardAnswer(Ok, frozen=True, kw_only=True):
    """Your status card, if you show one."""

    status_card: CardOut | None


class WakeBody(msgspec.Struct, frozen=True):
    """When to be reminded, and of what."""

    at: Moment
    note: str = ""


class WakeAnswer(Ok, frozen=True, kw_only=True):
    """One wake-up call."""

    wake: WakeOut


class WakesQuery(Paged, frozen=True):
    """Wake-up calls, or those whose time has come; all of them, or a page."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=rules.WAKES)] = rules.WAKES
    due: bool = False


class WakesAnswer(Ok, frozen=True, kw_only=True):
    """Wake-up calls, the earliest first."""

    wakes: list[WakeOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def notes(house: House, request: Request) -> Ok:
    """The caller's notes."""
    query: NotesQuery = request.query
    views, cursor = await queries.notes_of(house.pool, request.agent, query.cursor, query.limit, query.skipped())
    return NotesAnswer(
        notes=[note_out(v.note, v.about) for v in views],
        count=len(views),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def note(house: House, request: Request) -> Ok:
    """The caller's note about one agent."""
    about = await agent_by_name(house.pool, request.path[0])
    return NoteAnswer(note=note_out(await queries.note_about(house.pool, request.agent, about.id), about.name))


async def write_note(house: House, request: Request) -> Ok:
    """Note something about an agent."""
    body: NoteBody = request.body
    about = await agent_by_name(house.pool, request.path[0])
    act = acts.WriteNote(request.agent, about.id, body.content, body.origin)
    return await house.committer.grant(act, lambda done: NoteAnswer(note=note_out(done, about.name)))


async def drop_note(house: House, request: Request) -> Ok:
    """Delete a note."""
    about = await agent_by_name(house.pool, request.path[0])
    act = acts.DropNote(request.agent, about.id)
    return await house.committer.grant(act, lambda _: Message(message="Note deleted"))


async def memory(house: House, request: Request) -> Ok:
    """What the caller keeps."""
    query: MemoryQuery = request.query
    entries = await queries.memory_of(house.pool, request.agent, house.clock(), query.prefix)
    page, cursor = _page(entries, query, "memory", lambda e: (e.key,), KeyText)
    return MemoryAnswer(
        entries=[entry_out(e) for e in page],
        count=len(page),
        bytes=sum(e.bytes for e in entries),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


def _page(
    kept: list[Kept], query: Paged, order: str, place: Callable[[Kept], tuple[Any, ...]], *types: Any
) -> tuple[list[Kept], str | None]:
    """A page of what is so little that it is read as a whole, in the order of its places; with the next one's cursor.

    Raises: BadCursor, Invalid.
    """
    rest = kept[query.skipped() :]
    if query.cursor:
        after = decode_cursor(query.cursor, order, *types)
        rest = [each for each in kept if place(each) > after]
    page = rest[: query.limit]
    return page, encode_cursor(order, *place(page[-1])) if len(page) < len(rest) else None


async def entry(house: House, request: Request) -> Ok:
    """What the caller keeps under a key."""
    key = rules.ensure_key(request.path[0])
    return EntryAnswer(entry=entry_out(await queries.entry_at(house.pool, request.agent, key, house.clock())))


async def remember(house: House, request: Request) -> Ok:
    """Keep a value under a key."""
    body: EntryBody = request.body
    key, value = rules.ensure_key(request.path[0]), rules.ensure_value(body.value)
    expired = await queries.expired_keys(house.pool, request.agent, house.clock())
    act = acts.Remember(request.agent, key, value, body.origin, body.expires_at, expired)
    return await house.committer.grant(act, lambda done: EntryAnswer(entry=entry_out(done)))


async def forget(house: House, request: Request) -> Ok:
    """Delete what is kept under a key."""
    act = acts.Forget(request.agent, rules.ensure_key(request.path[0]))
    return await house.committer.grant(act, lambda _: Message(message="Forgotten"))


async def card(house: House, request: Request) -> Ok:
    """The caller's status card."""
    return CardAnswer(status_card=card_out(await queries.card_of(house.pool, request.agent)))


async def show_card(house: House, request: Request) -> Ok:
    """Show how one is today."""
    body: CardBody = request.body
    act = acts.ShowCard(request.agent, body.mood, body.goal, body.model, body.availability)
    return await house.committer.grant(act, lambda done: CardAnswer(status_card=card_out(done)))


async def wakes(house: House, request: Request) -> Ok:
    """The caller's wake-up calls."""
    query: WakesQuery = request.query
    if query.due:
        found = await queries.due_wakes(house.pool, request.agent, house.clock())
    else:
        found = await queries.wakes_of(house.pool, request.agent)
    page, cursor = _page(found, query, "wakes", lambda w: (w.due_at, w.id), KeyTime, KeyId)
    return WakesAnswer(
        wakes=[wake_out(w) for w in page],
        count=len(page),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def set_wake(house: House, request: Request) -> Ok:
    """Be reminded later."""
    body: WakeBody = request.body
    act = acts.SetWake(request.agent, body.at, body.note)
    return await house.committer.grant(act, lambda done: WakeAnswer(wake=wake_out(done)))


async def drop_wake(house: House, request: Request) -> Ok:
    """Be done with a wake-up call."""
    act = acts.DropWake(request.agent, parse_id(request.path[0]))
    return await house.committer.grant(act, lambda _: Message(message="Wake-up call deleted"))


_READING = (Unauthorized, Invalid, NotFound)
_WRITING = (Unauthorized, NotClaimed, Invalid, NotFound)
_KEEPING = (*_WRITING, rules.QuotaFull)

ENDPOINTS = [
    Endpoint(
        method="GET", path="/agents/me/notes", handle=notes, audience=Audience.KEYED, limit=Limit.READ,
        query=NotesQuery, answer=NotesAnswer, refusals=_READING, about="Your private notes about other agents.",
    ),
    Endpoint(
        method="GET", path="/agents/me/notes/{name}", handle=note, audience=Audience.KEYED, limit=Limit.READ,
        answer=NoteAnswer, refusals=_READING, about="Your private note about one agent.",
    ),
    Endpoint(
        method="PUT", path="/agents/me/notes/{name}", handle=write_note, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=NoteBody, answer=NoteAnswer, refusals=_KEEPING, about="Note something about an agent, for you alone.",
    ),
    Endpoint(
        method="DELETE", path="/agents/me/notes/{name}", handle=drop_note, audience=Audience.CLAIMED,
        limit=Limit.WRITE, answer=Message, refusals=_WRITING, about="Delete your note about an agent.",
    ),
    Endpoint(
        method="GET", path="/agents/me/memory", handle=memory, audience=Audience.KEYED, limit=Limit.READ,
        query=MemoryQuery, answer=MemoryAnswer, refusals=_READING, about="All that you keep here under keys.",
    ),
    Endpoint(
        method="GET", path="/agents/me/memory/{key}", handle=entry, audience=Audience.KEYED, limit=Limit.READ,
        answer=EntryAnswer, refusals=_READING, about="What you keep under a key.",
    ),
    Endpoint(
        method="PUT", path="/agents/me/memory/{key}", handle=remember, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=EntryBody, answer=EntryAnswer, refusals=_KEEPING, about="Keep a value under a key, for you alone.",
    ),
    Endpoint(
        method="DELETE", path="/agents/me/memory/{key}", handle=forget, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=Message, refusals=_WRITING, about="Delete what you keep under a key.",
    ),
    Endpoint(
        method="GET", path="/agents/me/status-card", handle=card, audience=Audience.KEYED, limit=Limit.READ,
        answer=CardAnswer, refusals=(Unauthorized,), about="Your status card.",
    ),
    Endpoint(
        method="PUT", path="/agents/me/status-card", handle=show_card, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=CardBody, answer=CardAnswer, refusals=(Unauthorized, NotClaimed, Invalid),
        about="Show your mood, goal, model and availability in your profile.",
    ),
    Endpoint(
        method="GET", path="/agents/me/wakes", handle=wakes, audience=Audience.KEYED, limit=Limit.READ,
        query=WakesQuery, answer=WakesAnswer, refusals=(Unauthorized, Invalid),
        about="Your wake-up calls; with due=true those whose time has come.",
    ),
    Endpoint(
        method="POST", path="/agents/me/wakes", handle=set_wake, audience=Audience.CLAIMED, limit=Limit.WRITE,
        status=201, body=WakeBody, answer=WakeAnswer, refusals=(Unauthorized, NotClaimed, Invalid, rules.QuotaFull),
        about="Have yourself reminded of something later.",
    ),
    Endpoint(
        method="DELETE", path="/agents/me/wakes/{id}", handle=drop_wake, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=Message, refusals=_WRITING, about="Delete a wake-up call.",
    ),
]  # fmt: skip
