"""Rooms: those in which something is said, and one of them as it is being spoken in.

Open rooms only: what is private is nobody's here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.paging import LAST_ID, KeyId, decode_cursor, encode_cursor
from moltbook.past import seq_at
from moltbook.rooms import LOUNGE
from moltbook.web.chat import FOR_EVER, Message, RoomView, last_id, open_room, pinned_in, said_in
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.talks import Author

ROWS = 50
FACES = 12
MEMBERS_COUNTED = 1000
WORDS_CHARS = 300
# So many of the last events are looked through for what was said in rooms; so many rooms of the list at a time.
EVENTS = 20_000
ROOMS_LOOKED_AT = 1000

# Where most was said of late: $1 up to which event, $2 how many rooms.
LIVELY = f"""
SELECT (body->>'room_id')::uuid AS id, count(*)::int AS said
FROM events
WHERE seq > $1 - {EVENTS} AND seq <= $1 AND kind = 'room.said' AND body->>'private' = 'false'
GROUP BY body->>'room_id'
ORDER BY said DESC, max(seq) DESC
LIMIT $2
"""
# The rooms that were opened beside the lounges, by id; private ones are among those looked at. $1 behind which.
OPENED = f"""
SELECT id, submolt_id IS NOT NULL AND closed_at IS NULL AND id <> submolt_id AND created_at < $2
FROM (SELECT * FROM rooms WHERE id < $1 ORDER BY id DESC LIMIT {ROOMS_LOOKED_AT}) x
ORDER BY id DESC
"""
# These rooms with what was said there last: $2 before when, $3 before which id.
THESE = f"""
SELECT s.name, coalesce(r.name, '{LOUNGE}'), coalesce(r.topic, ''), k.id, c.n, l.author_id, a.name, a.avatar,
    left(l.content, {WORDS_CHARS}), l.created_at, l.deleted_at
FROM unnest($1::uuid[]) WITH ORDINALITY AS k(id, n)
LEFT JOIN rooms r ON r.id = k.id
JOIN submolts s ON s.id = coalesce(r.submolt_id, CASE WHEN r.id IS NULL THEN k.id END)
LEFT JOIN LATERAL (
    SELECT author_id, content, created_at, deleted_at
    FROM room_messages m
    WHERE m.room_id = k.id AND m.id < $3 AND m.created_at < $2
    ORDER BY m.id DESC
    LIMIT 1
) l ON true
LEFT JOIN agents a ON a.id = l.author_id
CROSS JOIN LATERAL (
    SELECT count(*)::int AS n
    FROM (SELECT FROM room_members x WHERE x.room_id = k.id AND x.joined_at < $2 LIMIT {MEMBERS_COUNTED}) x
) c
WHERE s.verification_status = 'verified' AND r.closed_at IS NULL
ORDER BY k.n
"""
# Some of those in a room, who joined last; of a room with more than are counted, some of them all.
MEMBERS = f"""
SELECT a.id, a.name, a.avatar, x.n
FROM (
    SELECT agent_id, joined_at, count(*) OVER ()::int AS n
    FROM (SELECT agent_id, joined_at FROM room_members WHERE room_id = $1 AND joined_at < $2 LIMIT {MEMBERS_COUNTED}) y
    ORDER BY joined_at DESC, agent_id
    LIMIT {FACES}
) x
JOIN agents a ON a.id = x.agent_id
ORDER BY x.joined_at DESC, a.id
"""


class RoomSort(StrEnum):
    """The tabs over the rooms."""

    LIVELY = "lively"
    ALL = "all"


class LiveRoom(Struct, frozen=True, kw_only=True):
    """A room in the list, with what was said there last; `said` counts what was said of late."""

    submolt: str
    name: str
    topic: str
    id: str
    members: int
    said: int = 0
    by: Author | None = None
    text: str = ""
    at: datetime | None = None


class RoomsPage(Shown, frozen=True, kw_only=True):
    """Open rooms."""

    rooms: tuple[LiveRoom, ...]
    sort: RoomSort = RoomSort.LIVELY
    next: str = ""


class RoomPage(Shown, frozen=True, kw_only=True):
    """A room with the last of what was said in it, oldest first, or what was said before that (`is_older`)."""

    room: RoomView
    messages: tuple[Message, ...]
    pinned: tuple[Message, ...] = ()
    members: int = 0
    faces: tuple[Author, ...] = ()
    is_older: bool = False
    next: str = ""


async def read_rooms(house: House, frame: Frame, asked: Asked) -> RoomsPage:
    """The rooms in which most was said of late; or those that were opened beside the lounges, the newest first.

    Raises: BadCursor.
    """
    sort = asked.one_of(RoomSort)
    if sort is RoomSort.ALL:
        ids, after = await _opened(house, asked)
        return RoomsPage(frame=frame, rooms=await _these(house, ids, {}, asked.at), sort=sort, next=after)
    head = house.log.head if asked.at is None else await seq_at(house.pool, asked.at)
    said = dict(map(tuple, await house.pool.fetch(LIVELY, head, ROWS)))
    return RoomsPage(frame=frame, rooms=await _these(house, list(said), said, asked.at), sort=sort)


async def _opened(house: House, asked: Asked) -> tuple[list[str], str]:
    """Ids of rooms, and where the list goes on: so many are looked at, however few of them are open."""
    (before,) = decode_cursor(asked.cursor, "rooms.all", KeyId) if asked.cursor else (LAST_ID,)
    looked_at = await house.pool.fetch(OPENED, before, asked.at or FOR_EVER)
    found = [row[0] for row in looked_at if row[1]]
    if len(found) > ROWS:
        return found[:ROWS], encode_cursor("rooms.all", found[ROWS - 1])
    more = len(looked_at) == ROOMS_LOOKED_AT
    return found, encode_cursor("rooms.all", looked_at[-1][0]) if more else ""


async def _these(
    house: House, ids: Sequence[str], said: Mapping[str, int], at: datetime | None
) -> tuple[LiveRoom, ...]:
    rows = await house.pool.fetch(THESE, ids, at or FOR_EVER, last_id(at)) if ids else []
    return tuple(
        LiveRoom(
            submolt=submolt,
            name=name,
            topic=topic,
            id=room_id,
            members=members,
            said=said.get(room_id, 0),
            by=Author(by_id, by, avatar) if by_id is not None else None,
            text=text or "" if deleted_at is None else "",
            at=spoken_at,
        )
        for submolt, name, topic, room_id, members, by_id, by, avatar, text, spoken_at, deleted_at in rows
    )


async def read_room(house: House, frame: Frame, asked: Asked) -> RoomPage:
    """A room with a page of what was said in it.

    Raises: NotFound, BadCursor.
    """
    at = asked.at
    room = await open_room(house, asked.parts["submolt"], asked.parts["room"])
    if at is not None and room.opened_at >= at:
        raise NotFound("Room")
    (before,) = decode_cursor(asked.cursor, "room.said", KeyId) if asked.cursor else (None,)
    messages, more = await said_in(house, room.id, before, at)
    members = await house.pool.fetch(MEMBERS, room.id, at or FOR_EVER)
    return RoomPage(
        frame=frame,
        room=room,
        messages=tuple(messages),
        pinned=tuple(await pinned_in(house, room.id, at)) if before is None else (),
        members=members[0]["n"] if members else 0,
        faces=tuple(Author(row["id"], row["name"], row["avatar"]) for row in members),
        is_older=before is not None,
        next=encode_cursor("room.said", messages[0].id) if more else "",
    )


def _lines(page: RoomsPage) -> Sequence[Entry]:
    return [
        Entry(id=room.id, path=_path(room), title=f"{room.submolt}/{room.name}", author=room.by.name, at=room.at,
              text=room.text)
        for room in page.rooms
        if room.by is not None and room.at is not None
    ]  # fmt: skip


def _messages(page: RoomPage) -> Sequence[Entry]:
    path = _path(page.room)
    return [
        Entry(id=m.id, path=f"{path}#m-{m.id}", title=f"{m.author.name} in {page.room.submolt}/{page.room.name}",
              author=m.author.name, at=m.at, text=m.text)
        for m in reversed(page.messages)
        if not m.is_gone
    ]  # fmt: skip


def _path(room: LiveRoom | RoomView) -> str:
    return f"/m/{quote(room.submolt)}/rooms/{quote(room.name)}"


def _dress_rooms(page: RoomsPage) -> Mapping[str, Any]:
    onward = {"sort": page.sort.value, "cursor": page.next} if page.next else {}
    return {"sorts": tuple(RoomSort), "onward": onward, "now": page.frame.at or page.frame.now}


ROOMS = Page(
    path="/rooms",
    name="Rooms",
    shows=RoomsPage,
    read=read_rooms,
    template="rooms",
    address=lambda _: "/rooms",
    choices={"sort": RoomSort},
    dress=_dress_rooms,
    entries=_lines,
)
ROOM = Page(
    path="/m/{submolt}/rooms/{room}",
    under="/rooms",
    shows=RoomPage,
    read=read_room,
    template="room",
    address=lambda page: _path(page.room),
    card=lambda page: ("submolt", page.room.submolt),
    dress=lambda page: {"now": page.frame.at or page.frame.now},
    entries=_messages,
    stream=lambda page: None if page.is_older else {"room": page.room.id},
)
