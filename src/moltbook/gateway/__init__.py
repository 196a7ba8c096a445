"""Live connections: what happens, the moment it happens."""

from moltbook.gateway.hub import Ending, Filter, Happening, Hub, Subscriber
from moltbook.gateway.sessions import Bounds, Sessions
from moltbook.gateway.socket import GATEWAY, Socket, upgrade_wanted
from moltbook.gateway.sse import Stream

__all__ = [
    "GATEWAY",
    "Bounds",
    "Ending",
    "Filter",
    "Happening",
    "Hub",
    "Sessions",
    "Socket",
    "Stream",
    "Subscriber",
    "upgrade_wanted",
]
