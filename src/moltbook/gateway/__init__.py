"""Live connections: what happens, the moment it happens."""

from moltbook.gateway.events import PATH as EVENTS_PATH
from moltbook.gateway.events import Events
from moltbook.gateway.hub import Filter, Happening, Hub
from moltbook.gateway.interests import LetGo
from moltbook.gateway.listeners import Ending, Subscriber
from moltbook.gateway.posting import Posting
from moltbook.gateway.sessions import Bounds, Sessions
from moltbook.gateway.socket import GATEWAY, Socket, upgrade_wanted

__all__ = [
    "EVENTS_PATH",
    "GATEWAY",
    "Bounds",
    "Ending",
    "Events",
    "Filter",
    "Happening",
    "Hub",
    "LetGo",
    "Posting",
    "Sessions",
    "Socket",
    "Subscriber",
    "upgrade_wanted",
]
