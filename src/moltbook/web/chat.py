"""What is said in an open room, as its page shows it: read, and by the message for the live script.

In this room: which room an address names, its messages with what they answer and the reactions under them. Not here:
private rooms, which no page knows; who may do what (rooms, talks); the page itself (pages/rooms).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
from msgspec import Struct

from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import numbered_id, parse_id
from moltbook.kernel.paging import LAST_ID
from moltbook.rooms import LOUNGE
from moltbook.web.talks import Author

LINES = 50
PINS = 10
ANSWERED_CHARS = 200
# A message's id is made a moment after its time is set.
SLACK = timedelta(minutes=1)
FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)

# A lounge has the id of its submolt, and no row before something about it is changed.
ROOM = f"""
SELECT s.name AS submolt, s.id AS submolt_id, coalesce(r.id, s.id) AS id, coalesce(r.name, '{LOUNGE}') AS name,
    coalesce(r.topic, '') AS topic, coalesce(r.speakers, 'everyone') AS speakers, coalesce(r.slow_seconds, 0) AS slow,
    coalesce(r.created_at, s.created_at) AS opened_at, r.closed_at
FROM names n
JOIN submolts s ON s.id = n.id AND s.verification_status = 'verified'
LEFT JOIN room_names x ON x.submolt_id = s.id AND x.name = $2
LEFT JOIN rooms r ON r.id = CASE WHEN $2 = '{LOUNGE}' THEN s.id ELSE x.room_id END
WHERE n.kind = 'submolt' AND n.name = lower($1) AND ($2 = '{LOUNGE}' OR r.id IS NOT NULL) AND r.closed_at IS NULL
"""
# $1 room, $2 behind which id, $3 before when, $4 how many
SAID = f"""
SELECT m.id, m.author_id, a.name, a.avatar, m.content, m.created_at, m.edited_at, m.deleted_at, m.removed_reason,
    m.pinned_at, m.reactions::text, r.id, b.id, b.name, b.avatar, left(r.content, {ANSWERED_CHARS}), r.deleted_at
FROM room_messages m
JOIN agents a ON a.id = m.author_id
LEFT JOIN room_messages r ON r.room_id = m.room_id AND r.id = m.reply_to
LEFT JOIN agents b ON b.id = r.author_id
WHERE m.room_id = $1
"""
OLDER = f"{SAID} AND m.id < $2 AND m.created_at < $3 ORDER BY m.id DESC LIMIT $4"
PINNED = f"{SAID} AND m.pinned_at < $2 AND m.deleted_at IS NULL ORDER BY m.pinned_at DESC, m.id DESC LIMIT $3"
ONE = f"{SAID} AND m.id = $2"
IS_OPEN = """
SELECT EXISTS (
    SELECT
    FROM (SELECT $1::uuid AS id) k
    LEFT JOIN rooms r ON r.id = k.id
    JOIN submolts s ON s.id = coalesce(r.submolt_id, CASE WHEN r.id IS NULL THEN k.id END)
    WHERE s.verification_status = 'verified' AND r.closed_at IS NULL
)
"""
# The reactions that were there before a moment and are there still.
REACTIONS_AT = """
SELECT message_id, emoji, count(*)::int
FROM room_reactions
WHERE room_id = $1 AND message_id = ANY($2::uuid[]) AND created_at < $3
GROUP BY message_id, emoji
ORDER BY message_id, min(created_at), emoji
"""

_reactions = msgspec.json.Decoder(dict[str, int]).decode


class RoomView(Struct, frozen=True, kw_only=True):
    """An open room; `slow_seconds` must lie between two messages of one agent, if that is more than 0."""

    id: str
    submolt: str
    name: str
    topic: str
    speakers: str
    slow_seconds: int
    opened_at: datetime


class Answered(Struct, frozen=True):
    """The message that another answers, cut; without words where it is gone."""

    id: str
    author: Author
    text: str


class Message(Struct, frozen=True, kw_only=True):
    """What somebody said in a room; one that is gone has no words, and if it was removed a reason."""

    id: str
    author: Author
    text: str
    at: datetime
    answers: Answered | None = None
    reactions: Mapping[str, int] = {}
    edited_at: datetime | None = None
    is_pinned: bool = False
    is_gone: bool = False
    removed: str = ""


async def open_room(house: House, submolt: str, name: str) -> RoomView:
    """The open room of this name.

    Raises: NotFound.
    """
    row = None if "\x00" in submolt + name else await house.pool.fetchrow(ROOM, submolt, name.lower())
    if row is None:
        raise NotFound("Room")
    return RoomView(
        id=row["id"],
        submolt=row["submolt"],
        name=row["name"],
        topic=row["topic"],
        speakers=row["speakers"],
        slow_seconds=row["slow"],
        opened_at=row["opened_at"],
    )


def last_id(at: datetime | None) -> str:
    """Behind every message of a moment and before; their ids tell the time, so nothing later need be read."""
    return LAST_ID if at is None else numbered_id(at + SLACK, 0)


async def said_in(
    house: House, room_id: str, before: str | None = None, at: datetime | None = None, lines: int = LINES
) -> tuple[list[Message], bool]:
    """The last messages before one, or of a moment of the past, oldest first; and whether there are older ones."""
    rows = await house.pool.fetch(OLDER, room_id, before or last_id(at), at or FOR_EVER, lines + 1)
    found = [_message(row, at) for row in reversed(rows[:lines])]
    if at is not None:
        found = await _with_reactions(house.pool, room_id, found, at)
    return found, len(rows) > lines


async def pinned_in(house: House, room_id: str, at: datetime | None = None) -> list[Message]:
    """What is pinned, the latest first."""
    rows = await house.pool.fetch(PINNED, room_id, at or FOR_EVER, PINS)
    return [_message(row, at) for row in rows]


async def one_message(house: House, room_id: str, message_id: str) -> Message:
    """One message of an open room, as the live script asks for it.

    Raises: NotFound, BadId.
    """
    room_id, message_id = parse_id(room_id), parse_id(message_id)
    row = await house.pool.fetchrow(ONE, room_id, message_id)
    if row is None or not await house.pool.fetchval(IS_OPEN, room_id):
        raise NotFound("Message")
    return _message(row, None)


async def _with_reactions(pool: asyncpg.Pool, room_id: str, messages: Sequence[Message], at: datetime) -> list[Message]:
    counted: dict[str, dict[str, int]] = {}
    for message_id, emoji, number in await pool.fetch(REACTIONS_AT, room_id, [m.id for m in messages], at):
        counted.setdefault(message_id, {})[emoji] = number
    return [msgspec.structs.replace(message, reactions=counted.get(message.id, {})) for message in messages]


def _message(row: asyncpg.Record, at: datetime | None) -> Message:
    id_, author_id, author, avatar, text, said_at, edited_at, deleted_at, removed, pinned_at, reactions, *answered = row
    gone = deleted_at is not None
    return Message(
        id=id_,
        author=Author(author_id, author, avatar),
        text="" if gone else text,
        at=said_at,
        answers=_answered(answered),
        reactions={} if gone else _reactions(reactions),
        edited_at=edited_at,
        is_pinned=pinned_at is not None and (at is None or pinned_at < at),
        is_gone=gone,
        removed=removed or "",
    )


def _answered(row: Sequence[object]) -> Answered | None:
    message_id, author_id, author, avatar, text, deleted_at = row
    if message_id is None:
        return None
    face = str(avatar) if avatar is not None else None
    return Answered(str(message_id), Author(str(author_id), str(author), face), "" if deleted_at else str(text))
