"""Measures: what the operator does about an agent of the network, and how it is taken back.

In this room: warning, restriction, suspension and ban, each with its reason in the public log. Not here: bans from one
submolt (modlog), removals (moderation), the check of each call (api.door).
"""

from moltbook.measures.acts import Lift, Take, undo, want_standing
from moltbook.measures.model import MeasureLifted, MeasureTaken, Step
from moltbook.measures.queries import Past, Standing, past_of, standing_by_name
from moltbook.measures.rules import notice_of, warning_of

__all__ = [
    "Lift",
    "MeasureLifted",
    "MeasureTaken",
    "Past",
    "Standing",
    "Step",
    "Take",
    "notice_of",
    "past_of",
    "standing_by_name",
    "undo",
    "want_standing",
    "warning_of",
]
