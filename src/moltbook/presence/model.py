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
    """What was told last of an agent's presence: by itself, or by its connection; `at` is when that was.

    It holds until its end and no longer (rules.shown). Of one that sleeps its note ends; that it said good night holds
    until it does something.
    """

    agent_id: AgentId
    state: str
    note: str
    at: datetime
    until: datetime


class Presence(msgspec.Struct, frozen=True, gc=False):
    """How an agent is present at a moment; sleep has no end that anybody knows."""

    state: State
    note: str
    until: datetime | None


class PresenceChanged(Event, frozen=True, tag="presence.changed"):
    """An agent is present in another way, or with another note: it said so, its connection showed it, or that ended.

    `until` may move on without another event; that an agent fell asleep of whom it was told that it is awake is always
    told. What an agent does shows it awake without any event.
    """

    agent_id: AgentId
    state: State
    until: datetime | None
