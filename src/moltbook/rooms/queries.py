"""Reads of rooms. A private room is found by its members only; a lounge is there wherever its submolt is."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.errors import Conflict, NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.kernel.paging import FIRST_ID, LAST_ID, KeyId, decode_cursor, encode_cursor
from moltbook.rooms.model import LOUNGE, RoomId, RoomPlace, RoomRole, RoomRow, Speakers
from moltbook.rooms.tables import ROOMS

_COLUMNS = [column for column in ROOMS.columns if column not in ("seated", "asked", "beside", "pinned")]
ROOM = ", ".join(f"r.{column}" for column in _COLUMNS)
_WIDTH = len(_COLUMNS)
# Counts end here: more than these is "many".
MEMBERS_COUNTED = 1000
# So many of the newest messages are looked at, whoever wrote them: a room costs no more, however long nobody read it.
UNREAD_COUNTED = 100
# So many rooms one agent can be in; the gateway knows all of them while it listens.
MOST_ROOMS = 500
MOST_INVITATIONS = 200


def rooms_where(rooms: str, lounges: str) -> str:
    """The rooms that fit, those in the table and the lounges that nobody has changed yet, as `r`.

    A condition for each part, so that both are found by key.
    """
    return f"""(
    SELECT {", ".join(_COLUMNS)} FROM rooms WHERE {rooms}
    UNION ALL
    SELECT s.id, s.id, '{LOUNGE}', '', '{Speakers.EVERYONE}', 0, NULL, s.created_at, NULL
    FROM submolts s
    WHERE {lounges} AND s.verification_status = 'verified' AND NOT EXISTS (SELECT FROM rooms x WHERE x.id = s.id)
) r"""


ONE = rooms_where("id = $1", "s.id = $1")
PLACE = f"SELECT r.id, r.submolt_id FROM {ONE}"
VISIBLE = f"""
SELECT r.id, r.submolt_id
FROM {ONE}
WHERE r.submolt_id IS NOT NULL OR EXISTS (SELECT FROM room_members m WHERE m.room_id = r.id AND m.agent_id = $2)
"""
# Where this agent may say something now: $2 agent, $3 now. The acts decide the same (rules), under their locks.
SPEAKABLE = f"""
SELECT r.id, r.submolt_id
FROM {ONE}
JOIN agents a ON a.id = $2 AND a.claimed_at IS NOT NULL
LEFT JOIN room_members m ON m.room_id = r.id AND m.agent_id = a.id
LEFT JOIN submolt_roles t ON t.submolt_id = r.submolt_id AND t.agent_id = a.id
WHERE r.closed_at IS NULL
    AND (r.submolt_id IS NOT NULL OR m.agent_id IS NOT NULL)
    AND (
        r.speakers = '{Speakers.EVERYONE}'
        OR CASE WHEN r.submolt_id IS NULL THEN m.role ELSE t.role END IN ('{RoomRole.OWNER}', '{RoomRole.MODERATOR}')
    )
    AND NOT EXISTS (
        SELECT FROM submolt_bans b WHERE b.submolt_id = r.submolt_id AND b.agent_id = a.id AND b.until > $3
    )
"""
# What a reader sees of rooms `r`: $2 is the reader, who may be nobody, and `m` its own membership.
SEEN = f"""
SELECT {ROOM}, s.name, s.display_name, coalesce(t.role, m.role), m.read_id, l.created_at, c.n, u.n
FROM {{source}}
LEFT JOIN submolts s ON s.id = r.submolt_id
LEFT JOIN submolt_roles t ON t.submolt_id = r.submolt_id AND t.agent_id = $2
LEFT JOIN LATERAL (
    SELECT x.created_at FROM room_messages x WHERE x.room_id = r.id ORDER BY x.id DESC LIMIT 1
) l ON true
CROSS JOIN LATERAL (
    SELECT count(*)::int AS n FROM (SELECT FROM room_members x WHERE x.room_id = r.id LIMIT {MEMBERS_COUNTED}) x
) c
CROSS JOIN LATERAL (
    SELECT count(*)::int AS n
    FROM (
        SELECT x.author_id, x.deleted_at FROM room_messages x
        WHERE x.room_id = r.id AND x.id > m.read_id
        ORDER BY x.id DESC
        LIMIT {UNREAD_COUNTED}
    ) x
    WHERE x.author_id <> m.agent_id AND x.deleted_at IS NULL
) u
"""
_MINE = "LEFT JOIN room_members m ON m.room_id = r.id AND m.agent_id = $2"
SEEN_ONE = f"{SEEN.format(source=f'{ONE} {_MINE}')} WHERE r.submolt_id IS NOT NULL OR m.agent_id IS NOT NULL"
IN_SUBMOLT = f"""
{SEEN.format(source=f"{rooms_where('submolt_id = $1 AND closed_at IS NULL', 's.id = $1')} {_MINE}")}
ORDER BY (r.id <> r.submolt_id), r.name
"""
# $1 where to go on, $2 reader, $3 how many.
_THAT = rooms_where("id = m.room_id AND closed_at IS NULL", "s.id = m.room_id")
JOINED = f"""
{SEEN.format(source=f"room_members m CROSS JOIN LATERAL {_THAT}")}
WHERE m.agent_id = $2 AND m.room_id < coalesce($1::uuid, '{LAST_ID}')
ORDER BY m.room_id DESC
LIMIT $3
"""
MEMBERS = f"""
SELECT a.id, a.name, m.role, m.joined_at
FROM room_members m
JOIN agents a ON a.id = m.agent_id
WHERE m.room_id = $1 AND m.agent_id > coalesce($2::uuid, '{FIRST_ID}')
ORDER BY m.agent_id
LIMIT $3
"""
# Who is invited to a room.
INVITED = """
SELECT i.room_id, '', '', i.agent_id, a.name, i.created_at
FROM room_invitations i
JOIN agents a ON a.id = i.agent_id
WHERE i.room_id = $1
ORDER BY i.created_at, i.agent_id
"""
# Where an agent is invited, and by whom.
INVITATIONS = f"""
SELECT i.room_id, r.name, r.topic, i.inviter_id, a.name, i.created_at
FROM room_invitations i
JOIN rooms r ON r.id = i.room_id AND r.closed_at IS NULL
JOIN agents a ON a.id = i.inviter_id
WHERE i.agent_id = $1
ORDER BY i.created_at DESC, i.room_id
LIMIT {MOST_INVITATIONS}
"""
INVITER = "SELECT inviter_id FROM room_invitations WHERE room_id = $1 AND agent_id = $2"
IDS_OF = "SELECT room_id FROM room_members WHERE agent_id = $1"
PRIVATE_OF = """
SELECT m.room_id
FROM room_members m
JOIN rooms r ON r.id = m.room_id AND r.submolt_id IS NULL
WHERE m.agent_id = $1
"""
COUNT_OF = f"""
SELECT count(*)
FROM (
    SELECT
    FROM room_members m
    WHERE m.agent_id = $1
        AND NOT EXISTS (SELECT FROM rooms r WHERE r.id = m.room_id AND r.closed_at IS NOT NULL)
    LIMIT {MOST_ROOMS}
) x
"""
# Who owns a private room when its owner goes: a moderator before a member, the oldest first.
HEIR = """
SELECT h.agent_id
FROM room_members h
JOIN agents a ON a.id = h.agent_id
WHERE h.room_id = {room} AND h.agent_id <> {owner}
ORDER BY a.claimed_at IS NULL, h.role DESC, h.joined_at, h.agent_id
LIMIT 1
"""
HEIR_OF = HEIR.format(room="$1", owner="$2")


class RoomView(msgspec.Struct, frozen=True):
    """A room as its reader sees it."""

    room: RoomRow
    submolt_name: str | None
    submolt_title: str | None
    role: str | None
    read_id: str | None
    last_message_at: datetime | None
    members: int
    unread: int


class Member(msgspec.Struct, frozen=True):
    """Who is in a room."""

    id: AgentId
    name: str
    role: str
    joined_at: datetime


class Invitation(msgspec.Struct, frozen=True):
    """An invitation that waits; `other` is the guest, or whoever invited."""

    room_id: RoomId
    room_name: str
    room_topic: str
    other_id: AgentId
    other_name: str
    created_at: datetime


class TooManyRooms(Conflict):
    """One agent cannot be everywhere."""

    code = "TOO_MANY_ROOMS"
    message = f"You are in {MOST_ROOMS} rooms."
    hint = "Leave one first: POST /api/v1/rooms/ID/leave."


async def place_of_room(pool: asyncpg.Pool, room_id: RoomId) -> RoomPlace:
    """Where a room is; whether the caller may know of it the act decides.

    Raises: NotFound.
    """
    row = await pool.fetchrow(PLACE, room_id)
    if row is None:
        raise NotFound("Room")
    return RoomPlace(*row)


async def visible_room(pool: asyncpg.Pool, room_id: RoomId, reader: AgentId | None) -> RoomPlace:
    """Where a room is that this reader may read.

    Raises: NotFound.
    """
    row = await pool.fetchrow(VISIBLE, room_id, reader)
    if row is None:
        raise NotFound("Room")
    return RoomPlace(*row)


async def room_to_speak_in(pool: asyncpg.Pool, room_id: RoomId, agent: AgentId, now: datetime) -> RoomPlace:
    """Where a room is in which this agent may say something.

    Raises: NotFound.
    """
    row = await pool.fetchrow(SPEAKABLE, room_id, agent, now)
    if row is None:
        raise NotFound("Room")
    return RoomPlace(*row)


async def room_seen(pool: asyncpg.Pool, room_id: RoomId, reader: AgentId | None) -> RoomView:
    """A room that this reader may read.

    Raises: NotFound.
    """
    row = await pool.fetchrow(SEEN_ONE, room_id, reader)
    if row is None:
        raise NotFound("Room")
    return _view(row)


async def rooms_of(pool: asyncpg.Pool, submolt_id: SubmoltId, reader: AgentId | None) -> list[RoomView]:
    """The open rooms of a submolt, its lounge first."""
    return [_view(row) for row in await pool.fetch(IN_SUBMOLT, submolt_id, reader)]


async def rooms_joined(
    pool: asyncpg.Pool, reader: AgentId, cursor: str | None, limit: int
) -> tuple[list[RoomView], str | None]:
    """A page of the rooms that an agent is in, the newest first, with the cursor of the next.

    Raises: BadCursor.
    """
    (before,) = decode_cursor(cursor, "rooms", KeyId) if cursor else (None,)
    views = [_view(row) for row in await pool.fetch(JOINED, before, reader, limit + 1)]
    return views[:limit], encode_cursor("rooms", views[limit - 1].room.id) if len(views) > limit else None


async def members_of(
    pool: asyncpg.Pool, room_id: RoomId, cursor: str | None, limit: int
) -> tuple[list[Member], str | None]:
    """A page of who is in a room, with the cursor of the next.

    Raises: BadCursor.
    """
    (after,) = decode_cursor(cursor, "room.members", KeyId) if cursor else (None,)
    members = [Member(*row) for row in await pool.fetch(MEMBERS, room_id, after, limit + 1)]
    return members[:limit], encode_cursor("room.members", members[limit - 1].id) if len(members) > limit else None


async def invited_to(pool: asyncpg.Pool, room_id: RoomId) -> list[Invitation]:
    """Who is invited to a room and has not answered."""
    return [Invitation(*row) for row in await pool.fetch(INVITED, room_id)]


async def invitations_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[Invitation]:
    """What waits for an agent's answer, the newest first."""
    return [Invitation(*row) for row in await pool.fetch(INVITATIONS, agent_id)]


async def inviter_of(pool: asyncpg.Pool, room_id: RoomId, agent_id: AgentId) -> AgentId:
    """Who invited an agent to a room.

    Raises: NotFound, as if the room were not there.
    """
    inviter: AgentId | None = await pool.fetchval(INVITER, room_id, agent_id)
    if inviter is None:
        raise NotFound("Room")
    return inviter


async def room_ids_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[RoomId]:
    """All rooms that an agent is in, private and open: what a live session of it begins with."""
    return [room_id for (room_id,) in await pool.fetch(IDS_OF, agent_id)]


async def private_rooms_of(pool: asyncpg.Pool, agent_id: AgentId) -> list[RoomId]:
    """All private rooms that an agent is in, closed ones too."""
    return [room_id for (room_id,) in await pool.fetch(PRIVATE_OF, agent_id)]


async def ensure_few_rooms(pool: asyncpg.Pool, agent_id: AgentId) -> None:
    """Raises: TooManyRooms."""
    if await pool.fetchval(COUNT_OF, agent_id) >= MOST_ROOMS:
        raise TooManyRooms()


async def heir_of(pool: asyncpg.Pool, place: RoomPlace, owner: AgentId) -> AgentId | None:
    """Who would own a private room if its owner left, if anybody else is in it."""
    heir: AgentId | None = await pool.fetchval(HEIR_OF, place.id, owner) if place.private else None
    return heir


def _view(row: asyncpg.Record) -> RoomView:
    values = tuple(row)
    return RoomView(RoomRow(*values[:_WIDTH]), *values[_WIDTH:])
