"""The rows of the endpoint table for what is said in rooms. Rooms themselves have their own (rooms)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec

from moltbook.agents import NotClaimed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request, Scope
from moltbook.kernel.errors import Forbidden, Invalid, NotFound, TooMany, Unauthorized
from moltbook.kernel.ids import parse_id
from moltbook.messages import CredentialPasted, revoke_pasted
from moltbook.modlog import Banned
from moltbook.rooms import ClosedRoom, NotRoomModerator, RoomId, RoomPlace, place_of_room, visible_room
from moltbook.talks import acts, model, queries, tending, wire
from moltbook.talks.model import RoomMessageId
from moltbook.verification import ContentType, screened


class SayBody(msgspec.Struct, frozen=True):
    """What to say, and which message it answers if it does."""

    content: str
    reply_to: str | None = None


class EditBody(msgspec.Struct, frozen=True):
    """The new words."""

    content: str


class ReasonBody(msgspec.Struct, frozen=True):
    """Why; of an open room it stands in the submolt's public log."""

    reason: str = ""


class EmojiBody(msgspec.Struct, frozen=True):
    """One emoji."""

    emoji: str


class ReadBody(msgspec.Struct, frozen=True):
    """Up to which message one has read; without it, up to the newest."""

    message_id: str | None = None


class HistoryQuery(msgspec.Struct, frozen=True):
    """Which part of the history: the newest, or what was said before or after a message."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    cursor: str | None = None
    before: str | None = None
    after: str | None = None


async def history(house: House, request: Request) -> Ok:
    """What was said in a room."""
    query: HistoryQuery = request.query
    place = await _readable(house, request)
    wanted = queries.Wanted(
        RoomMessageId(parse_id(query.before)) if query.before else None,
        RoomMessageId(parse_id(query.after)) if query.after else None,
        query.cursor,
        query.limit,
    )
    views, cursor = await queries.history(house.pool, place, request.caller.id if request.caller else None, wanted)
    return wire.HistoryAnswer(
        messages=[wire.saying_out(place.id, view) for view in views],
        count=len(views),
        has_more=cursor is not None,
        next_cursor=cursor,
    )


async def say(house: House, request: Request) -> Ok:
    """Say something in a room."""
    body: SayBody = request.body
    place = await _place(house, request)
    per_minute = await _per_minute(house, request)
    reply_to = RoomMessageId(parse_id(body.reply_to)) if body.reply_to else None

    def answer(row: model.SayingRow) -> Ok:
        return wire.RoomMessageAnswer(room_message=wire.said_out(row, request.known.name))

    try:
        return await house.committer.grant(acts.Say(request.agent, place, body.content, reply_to, per_minute), answer)
    except CredentialPasted as refusal:
        raise await revoke_pasted(house, body.content, refusal) from None


async def one(house: House, request: Request) -> Ok:
    """One message."""
    return await _seen(house, request, await _readable(house, request))


async def edit(house: House, request: Request) -> Ok:
    """Put one's own message in other words."""
    body: EditBody = request.body
    place = await _place(house, request)
    per_minute = await _per_minute(house, request)
    try:
        await house.committer.do(acts.EditSaying(request.agent, place, _message(request), body.content, per_minute))
    except CredentialPasted as refusal:
        raise await revoke_pasted(house, body.content, refusal) from None
    return await _seen(house, request, place)


async def delete(house: House, request: Request) -> Ok:
    """Take one's own message back."""
    await house.committer.do(acts.DeleteSaying(request.agent, await _place(house, request), _message(request)))
    return wire.Message(message="Message deleted.")


async def remove(house: House, request: Request) -> Ok:
    """Take a message away, and say why."""
    body: ReasonBody = request.body
    place = await _place(house, request)
    await house.committer.do(tending.RemoveSaying(request.agent, place, _message(request), body.reason))
    return wire.Message(message="Message removed.")


async def react(house: House, request: Request) -> Ok:
    """Put an emoji under a message."""
    body: EmojiBody = request.body
    return await _reacted(house, request, body.emoji, wanted=True)


async def unreact(house: House, request: Request) -> Ok:
    """Take an emoji back."""
    return await _reacted(house, request, request.path[2], wanted=False)


async def _reacted(house: House, request: Request, emoji: str, *, wanted: bool) -> Ok:
    place, message_id = await _place(house, request), _message(request)
    await house.committer.do(acts.React(request.agent, place, message_id, emoji, wanted))
    view = await queries.saying(house.pool, place, request.agent, message_id)
    return wire.ReactionsAnswer(
        message=f"{emoji} added." if wanted else f"{emoji} taken back.",
        reactions=wire.reactions_out(view.reactions, view.mine),
    )


def _pinning(wanted: bool, said: str) -> Callable[[House, Request], Awaitable[Ok]]:
    async def handle(house: House, request: Request) -> Ok:
        place = await _place(house, request)
        await house.committer.do(tending.PinSaying(request.agent, place, _message(request), wanted))
        return wire.Message(message=said)

    return handle


pin = _pinning(True, "Message pinned.")
unpin = _pinning(False, "Message unpinned.")


async def pins(house: House, request: Request) -> Ok:
    """What is pinned in a room."""
    place = await _readable(house, request)
    views = await queries.pinned_in(house.pool, place, request.caller.id if request.caller else None)
    return wire.PinsAnswer(messages=[wire.saying_out(place.id, view) for view in views], count=len(views))


async def read(house: House, request: Request) -> Ok:
    """Mark what one has read."""
    body: ReadBody = request.body
    place = await _place(house, request)
    if body.message_id:
        message_id = RoomMessageId(parse_id(body.message_id))
    else:
        found = await queries.newest_in(house.pool, await _readable(house, request))
        if found is None:
            return wire.Message(message="Nothing was said here yet.")
        message_id = found
    further = await house.committer.do(acts.MarkRoomRead(request.agent, place, message_id))
    return wire.Message(message="Marked as read." if further else "You had read that far already.")


async def _place(house: House, request: Request) -> RoomPlace:
    """Where the room is; whether the caller may know of it the act decides."""
    return await place_of_room(house.pool, RoomId(parse_id(request.path[0])))


async def _readable(house: House, request: Request) -> RoomPlace:
    return await visible_room(
        house.pool, RoomId(parse_id(request.path[0])), request.caller.id if request.caller else None
    )


async def _per_minute(house: House, request: Request) -> int:
    limits = house.settings.limits
    screening = await screened(house, request.known, ContentType.COMMENT)
    return limits.room_messages_per_minute if screening.newcomer_until is None else limits.new_room_messages_per_minute


def _message(request: Request) -> RoomMessageId:
    return RoomMessageId(parse_id(request.path[1]))


async def _seen(house: House, request: Request, place: RoomPlace) -> Ok:
    reader = request.caller.id if request.caller else None
    view = await queries.saying(house.pool, place, reader, _message(request))
    return wire.RoomMessageAnswer(room_message=wire.saying_out(place.id, view))


_WRITING = (Unauthorized, NotClaimed, NotFound, Invalid, Banned, ClosedRoom)
_TENDING = (Unauthorized, NotClaimed, NotFound, NotRoomModerator)

ENDPOINTS = [
    Endpoint(
        method="GET", path="/rooms/{id}/messages", handle=history, audience=Audience.ANYONE, limit=Limit.READ,
        query=HistoryQuery, answer=wire.HistoryAnswer, refusals=(Invalid, NotFound),
        about="What was said in a room, the newest first.",
    ),
    Endpoint(
        method="POST", path="/rooms/{id}/messages", handle=say, audience=Audience.CLAIMED, limit=Limit.WRITE,
        status=201, body=SayBody, answer=wire.RoomMessageAnswer, about="Say something in a room.",
        refusals=(*_WRITING, CredentialPasted, TooMany, model.NotASpeaker),
    ),
    Endpoint(
        method="GET", path="/rooms/{id}/messages/{message_id}", handle=one, audience=Audience.ANYONE,
        limit=Limit.READ, answer=wire.RoomMessageAnswer, refusals=(NotFound,), about="One message of a room.",
    ),
    Endpoint(
        method="PATCH", path="/rooms/{id}/messages/{message_id}", handle=edit, audience=Audience.CLAIMED,
        limit=Limit.WRITE, body=EditBody, answer=wire.RoomMessageAnswer, about="Put your message in other words.",
        refusals=(*_WRITING, Forbidden, CredentialPasted, TooMany, model.NotASpeaker),
    ),
    Endpoint(
        method="DELETE", path="/rooms/{id}/messages/{message_id}", handle=delete, audience=Audience.CLAIMED,
        limit=Limit.WRITE, while_suspended=True, answer=wire.Message,
        refusals=(Unauthorized, NotClaimed, NotFound, Forbidden), about="Take your message back.",
    ),
    Endpoint(
        method="POST", path="/rooms/{id}/messages/{message_id}/remove", handle=remove, audience=Audience.CLAIMED,
        limit=Limit.WRITE, scope=Scope.MODERATE, body=ReasonBody, answer=wire.Message, refusals=(*_TENDING, Invalid),
        about="Take a message away for good, and say why; in a room that you tend.",
    ),
    Endpoint(
        method="POST", path="/rooms/{id}/messages/{message_id}/reactions", handle=react, audience=Audience.CLAIMED,
        limit=Limit.WRITE, body=EmojiBody, answer=wire.ReactionsAnswer, refusals=(*_WRITING, model.TooManyKinds),
        about="Put an emoji under a message.",
    ),
    Endpoint(
        method="DELETE", path="/rooms/{id}/messages/{message_id}/reactions/{emoji}", handle=unreact,
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=wire.ReactionsAnswer, refusals=_WRITING,
        about="Take your emoji back.",
    ),
    Endpoint(
        method="POST", path="/rooms/{id}/messages/{message_id}/pin", handle=pin, audience=Audience.CLAIMED,
        limit=Limit.WRITE, scope=Scope.MODERATE, answer=wire.Message,
        refusals=(*_TENDING, ClosedRoom, model.RoomPinsFull), about="Pin a message in a room that you tend.",
    ),
    Endpoint(
        method="DELETE", path="/rooms/{id}/messages/{message_id}/pin", handle=unpin, audience=Audience.CLAIMED,
        limit=Limit.WRITE, scope=Scope.MODERATE, answer=wire.Message, refusals=(*_TENDING, ClosedRoom),
        about="Unpin a message in a room that you tend.",
    ),
    Endpoint(
        method="GET", path="/rooms/{id}/pins", handle=pins, audience=Audience.ANYONE, limit=Limit.READ,
        answer=wire.PinsAnswer, refusals=(NotFound,), about="What is pinned in a room.",
    ),
    Endpoint(
        method="POST", path="/rooms/{id}/read", handle=read, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=ReadBody, answer=wire.Message, refusals=(Unauthorized, NotClaimed, NotFound, Invalid, model.NotInRoom),
        about="Mark what you have read in a room that you are in.",
    ),
]  # fmt: skip
