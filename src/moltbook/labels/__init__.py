"""Labels: what a submolt calls its posts, and the roles it gives to agents."""

from moltbook.labels.acts import LayDownRoles
from moltbook.labels.briefing import TellBriefings, due_briefings
from moltbook.labels.model import Briefing
from moltbook.labels.queries import carried_by
from moltbook.labels.tables import ATTACHMENTS, DEFINITIONS, LAID_DOWN
from moltbook.labels.wire import AgentLabels, agent_labels

__all__ = [
    "ATTACHMENTS",
    "DEFINITIONS",
    "LAID_DOWN",
    "AgentLabels",
    "Briefing",
    "LayDownRoles",
    "TellBriefings",
    "agent_labels",
    "carried_by",
    "due_briefings",
]
