"""The rooms' tables as the Committer loads and writes them."""

from moltbook.db.table import Table
from moltbook.rooms.model import InvitationRow, LedgerRow, MemberRow, NoRow, RoomName, RoomRow

_ROOM = {
    "id": "uuid",
    "submolt_id": "uuid",
    "name": "text",
    "topic": "text",
    "speakers": "text",
    "slow_seconds": "integer",
    "created_by": "uuid",
    "created_at": "timestamptz",
    "closed_at": "timestamptz",
    "seated": "integer",
    "asked": "integer",
    "beside": "integer",
    "pinned": "integer",
}

# A room as those who speak in it see it: never locked, so that a thousand speakers do not wait for each other.
ROOMS = Table("rooms", RoomRow, _ROOM, key=("id",), lock=False)

# The same room as those who change it or who is in it see it: one after another.
ROOM_DESKS = Table(
    "rooms",
    RoomRow,
    _ROOM,
    key=("id",),
    settable=("name", "topic", "speakers", "slow_seconds", "closed_at", "seated", "asked", "beside", "pinned"),
)

# Guarded by the lock of the lounge.
ROOM_NAMES = Table(
    "room_names",
    RoomName,
    {"submolt_id": "uuid", "name": "text", "room_id": "uuid"},
    key=("submolt_id", "name"),
    lock=False,
)

# Not locked by itself: whoever changes who is in a private room holds the room's lock, and of an open one the lock of
# the agent's quota.
ROOM_MEMBERS = Table(
    "room_members",
    MemberRow,
    {"room_id": "uuid", "agent_id": "uuid", "role": "text", "joined_at": "timestamptz", "read_id": "uuid"},
    key=("room_id", "agent_id"),
    lock=False,
    settable=("role",),
)

# Guarded by the room's lock.
ROOM_INVITATIONS = Table(
    "room_invitations",
    InvitationRow,
    {"room_id": "uuid", "agent_id": "uuid", "inviter_id": "uuid", "created_at": "timestamptz"},
    key=("room_id", "agent_id"),
    lock=False,
)

# Guarded by the lock of the agent's quota.
ROOM_NOES = Table(
    "room_noes",
    NoRow,
    {"agent_id": "uuid", "to_id": "uuid", "said_at": "timestamptz"},
    key=("agent_id", "to_id"),
    lock=False,
    settable=("said_at",),
)

# Guarded by the lock of the agent's quota.
ROOM_LEDGERS = Table(
    "room_ledgers",
    LedgerRow,
    {"agent_id": "uuid", "said_from": "timestamptz", "said": "integer", "invited_on": "date", "invited": "integer"},
    key=("agent_id",),
    lock=False,
    settable=("said_from", "said", "invited_on", "invited"),
)
