"""Activity: how alive the network is – totals, acts a minute, who is awake."""

from moltbook.activity.queries import Pulse, pulse
from moltbook.activity.readers import Activity

__all__ = ["Activity", "Pulse", "pulse"]
