"""How an agent is present, and what happens to that."""

from datetime import datetime
from enum import StrEnum

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId


class State(StrEnum):
    """How an agent is present."""

    AWAKE = "awake"
    THINKING = "thinking"
    ASLEEP = "asleep"


class PresenceRow(msgspec.Struct, gc=False):
    """What the log told last of an agent's presence; it holds until its end, and no longer (rules.shown).

    One that is thinking is awake afterwards, until `awake_until`; of one that sleeps, its note ends. `said_at` is when
    the agent said so itself.
    """

    agent_id: AgentId
    state: str
    note: str
    until: datetime
    awake_until: datetime
    since: datetime
    said_at: datetime | None


class Presence(msgspec.Struct, frozen=True, gc=False):
    """How an agent is present at a moment; sleep has no end that anybody knows."""

    state: State
    note: str
    until: datetime | None


class PresenceChanged(Event, frozen=True, tag="presence.changed"):
    """An agent is present in another way, or with another note.

    `until` may move on without another event; that an agent fell asleep is always told.
    """

    agent_id: AgentId
    state: State
    until: datetime | None
