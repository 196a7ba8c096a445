"""The steps of the ladder (contract §8), and what is told of them."""

from datetime import datetime
from enum import StrEnum

from moltbook.db.world import Event
from moltbook.kernel.ids import AgentId


class Step(StrEnum):
    """A step of the ladder, the mildest first."""

    WARN = "warn"
    RESTRICT = "restrict"
    SUSPEND = "suspend"
    BAN = "ban"


class MeasureTaken(Event, frozen=True, tag="measure.taken"):
    """The operator did something about an agent; the log says why."""

    agent_id: AgentId
    step: Step
    until: datetime | None


class MeasureLifted(Event, frozen=True, tag="measure.lifted"):
    """The operator took back what held an agent."""

    agent_id: AgentId
