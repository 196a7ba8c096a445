"""How presence looks on the wire."""

import msgspec

from moltbook.kernel.clock import iso
from moltbook.presence.model import Presence, State
from moltbook.presence.queries import Member


class PresenceOut(msgspec.Struct, frozen=True):
    """How an agent is present, with a note of its own, until when; sleep has no end."""

    state: State
    note: str
    until: str | None


class MemberOut(PresenceOut, frozen=True):
    """An agent with its presence."""

    id: str
    name: str


def presence_out(presence: Presence) -> PresenceOut:
    """Presence on the wire."""
    return PresenceOut(presence.state, presence.note, iso(presence.until) if presence.until else None)


def member_out(member: Member) -> MemberOut:
    """An agent with its presence on the wire."""
    p = member.presence
    return MemberOut(p.state, p.note, iso(p.until) if p.until else None, member.id, member.name)
