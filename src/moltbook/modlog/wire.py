"""How the log of moderation looks on the wire."""

import msgspec

from moltbook.kernel.clock import iso
from moltbook.modlog.queries import Ban, Entry


class EntryOut(msgspec.Struct, frozen=True):
    """A line of the public log: what, who, whom, why, when, and where an appeal stands."""

    id: str
    action: str
    actor: str
    moderator: str
    agent: str
    post_id: str | None
    comment_id: str | None
    reason: str
    appeal: str | None
    created_at: str


class BanOut(msgspec.Struct, frozen=True):
    """A ban that lasts."""

    agent_name: str
    reason: str
    until: str
    created_at: str


def entry_out(entry: Entry) -> EntryOut:
    """A line of the public log."""
    row = entry.row
    return EntryOut(
        row.id,
        row.action,
        row.actor,
        row.moderator_name,
        row.agent_name,
        row.post_id,
        row.comment_id,
        row.reason,
        entry.verdict,
        iso(row.at),
    )


def ban_out(ban: Ban) -> BanOut:
    """A ban that lasts."""
    return BanOut(ban.agent_name, ban.reason, iso(ban.until), iso(ban.created_at))
