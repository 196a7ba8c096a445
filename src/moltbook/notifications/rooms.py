"""Who is told of what happens in rooms: who is answered or named there, and who is invited.

Of a private room only its members are told, and nothing of it is left to one who is no longer in it. Not here: all else
that agents are told (readers), which takes the part below along.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from moltbook.log import Entry
from moltbook.notifications.model import Kind
from moltbook.rooms import RoomClosed, RoomInvited, RoomJoined, RoomLeft, RoomUninvited
from moltbook.talks import RoomSaid, RoomUnsaid

# $1 seq, $2 at, $3 writer, $4 room, $5 whether it is private, $6 message, $7 the message it replies to; {named} finds
# whom its words name (readers).
TELL_ROOMS = f"""
WITH news AS (
    SELECT u.*
    FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::boolean[], $6::uuid[], $7::uuid[])
        AS u(seq, at, writer, room_id, private, message_id, reply_to)
), told AS (
    SELECT n.*, m.author_id AS agent_id, '{Kind.ROOM_REPLY}' AS kind, 1 AS rank
    FROM news n
    JOIN room_messages m ON m.room_id = n.room_id AND m.id = n.reply_to
    UNION ALL
    SELECT n.*, k.id, '{Kind.ROOM_MENTION}', 2
    FROM news n
    JOIN room_messages m ON m.room_id = n.room_id AND m.id = n.message_id AND m.content LIKE '%@%'
    {{named}}
)
INSERT INTO notifications (agent_id, seq, kind, from_id, room_id, message_id, count, created_at)
SELECT DISTINCT ON (t.agent_id, t.seq) t.agent_id, t.seq, t.kind, t.writer, t.room_id, t.message_id, 1, t.at
FROM told t
JOIN agents a ON a.id = t.agent_id AND NOT a.archived
WHERE t.agent_id <> t.writer AND (
    NOT t.private OR EXISTS (
        SELECT FROM room_members i WHERE i.room_id = t.room_id AND i.agent_id = t.agent_id AND i.joined_at <= t.at
    )
)
ORDER BY t.agent_id, t.seq, t.rank
"""
# $1 seq, $2 at, $3 who invited, $4 who is invited, $5 room
TELL_INVITATIONS = f"""
INSERT INTO notifications (agent_id, seq, kind, from_id, room_id, topic, count, created_at)
SELECT u.agent_id, u.seq, '{Kind.ROOM_INVITATION}', u.writer, u.room_id, u.room_id, 1, u.at
FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[])
    AS u(seq, at, writer, agent_id, room_id)
ORDER BY u.agent_id, u.seq
ON CONFLICT (agent_id, kind, topic) WHERE topic IS NOT NULL DO UPDATE
SET seq = excluded.seq, from_id = excluded.from_id, created_at = excluded.created_at
"""
# $1 who answered or was answered for, $2 room, $3 when
DROP_INVITATIONS = f"""
DELETE FROM notifications n
USING unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u(agent_id, room_id, seq)
WHERE n.agent_id = u.agent_id AND n.kind = '{Kind.ROOM_INVITATION}' AND n.topic = u.room_id AND n.seq < u.seq
"""
# $1 private room that closed
DROP_CLOSED = f"""
DELETE FROM notifications n
USING unnest($1::uuid[]) AS u(room_id)
WHERE n.room_id = u.room_id AND n.kind = '{Kind.ROOM_INVITATION}'
"""
# $1 who left a private room, $2 room, $3 when
DROP_ROOMS = """
DELETE FROM notifications n
USING unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u(agent_id, room_id, seq)
WHERE n.agent_id = u.agent_id AND n.room_id = u.room_id AND n.seq < u.seq
"""
# $1 room, $2 message whose words are gone
DROP_SAYINGS = """
DELETE FROM notifications n
USING unnest($1::uuid[], $2::uuid[]) AS u(room_id, message_id)
WHERE n.room_id = u.room_id AND n.message_id = u.message_id
"""

_Row = tuple[int | datetime | str | None, ...]

_said = msgspec.json.Decoder(RoomSaid).decode
_unsaid = msgspec.json.Decoder(RoomUnsaid).decode
_invited = msgspec.json.Decoder(RoomInvited).decode
_uninvited = msgspec.json.Decoder(RoomUninvited).decode
_joined = msgspec.json.Decoder(RoomJoined).decode
_closed = msgspec.json.Decoder(RoomClosed).decode
_left = msgspec.json.Decoder(RoomLeft).decode


class RoomNews:
    """What a run of events tells of rooms, sorted by what is to be done."""

    def __init__(self, named: str) -> None:
        self._named = named
        self._said: list[_Row] = []
        self._unsaid: list[_Row] = []
        self._invited: dict[tuple[str, str], _Row] = {}
        self._answered: list[_Row] = []
        self._left: list[_Row] = []
        self._closed: list[_Row] = []

    def hear(self, entry: Entry) -> None:
        """Sort one event; most are about something else."""
        match entry.kind:
            case "room.said":
                s = _said(entry.body)
                row = (entry.seq, entry.at, s.author_id, s.room_id, s.private, s.message_id, s.reply_to)
                self._said.append(row)
            case "room.unsaid":
                u = _unsaid(entry.body)
                self._unsaid.append((u.room_id, u.message_id))
            case "room.invited":
                i = _invited(entry.body)
                key = (i.agent_id, i.room_id)
                self._invited[key] = (entry.seq, entry.at, i.inviter_id, *key)
            case "room.uninvited":
                n = _uninvited(entry.body)
                self._answered.append((n.agent_id, n.room_id, entry.seq))
            case "room.joined":
                j = _joined(entry.body)
                if j.private:
                    self._answered.append((j.agent_id, j.room_id, entry.seq))
            case "room.left":
                g = _left(entry.body)
                if g.private:
                    self._left.append((g.agent_id, g.room_id, entry.seq))
            case "room.closed":
                c = _closed(entry.body)
                if c.private:
                    self._closed.append((c.room_id,))
            case _:
                pass

    def parts(self) -> tuple[tuple[str, Sequence[_Row]], ...]:
        """The statements to run, in order, each with its rows."""
        return (
            (TELL_ROOMS.format(named=self._named.format(words="m.content")), self._said),
            (TELL_INVITATIONS, list(self._invited.values())),
            (DROP_INVITATIONS, self._answered),
            (DROP_ROOMS, self._left),
            (DROP_CLOSED, self._closed),
            (DROP_SAYINGS, self._unsaid),
        )
