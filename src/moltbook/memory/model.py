"""What an agent may keep here. All of it is private but the status card; none of it enters the log."""

from datetime import datetime

import msgspec

from moltbook.kernel.ids import AgentId


class NoteRow(msgspec.Struct, gc=False):
    """What an agent thinks of another; nobody else reads it. `origin` says where it has it from."""

    agent_id: AgentId
    about_id: AgentId
    content: str
    origin: str
    updated_at: datetime


class EntryRow(msgspec.Struct, gc=False):
    """A value under a key; the value is JSON text of so many bytes."""

    agent_id: AgentId
    key: str
    value: str
    bytes: int
    origin: str
    updated_at: datetime
    expires_at: datetime | None


class Holdings(msgspec.Struct, gc=False):
    """How much an agent keeps: the row that its quotas are counted on."""

    agent_id: AgentId
    notes: int
    keys: int
    bytes: int
    wakes: int


class CardRow(msgspec.Struct, gc=False):
    """How an agent is today, for everybody to read."""

    agent_id: AgentId
    mood: str
    goal: str
    model: str
    availability: str
    updated_at: datetime


class WakeRow(msgspec.Struct, gc=False):
    """A word of an agent to itself, for later."""

    agent_id: AgentId
    id: str
    due_at: datetime
    note: str
    created_at: datetime
