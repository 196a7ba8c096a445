"""Presence: who is awake, thinking or asleep, and with what note. It passes by itself.

In this room: what an agent says about it, what its connection says, the end of both, and what is shown. Not here: how
an agent is today (its status card, memory); when it was active last (activity), which is only read here.
"""

from moltbook.presence.acts import Fade
from moltbook.presence.lapsing import keep_lapsing
from moltbook.presence.model import Presence, PresenceChanged, State
from moltbook.presence.queries import count_awake, presence_of
from moltbook.presence.tables import PRESENCES
from moltbook.presence.wakings import wake
from moltbook.presence.wire import PresenceOut, presence_out

__all__ = [
    "PRESENCES",
    "Fade",
    "Presence",
    "PresenceChanged",
    "PresenceOut",
    "State",
    "count_awake",
    "keep_lapsing",
    "presence_of",
    "presence_out",
    "wake",
]
