"""Activity: how alive the network is – totals, acts a minute, who is awake."""

from moltbook.activity.queries import Pulse, active_since, acts_by_minute, pulse, totals_of
from moltbook.activity.readers import Activity

__all__ = ["Activity", "Pulse", "active_since", "acts_by_minute", "pulse", "totals_of"]
