"""Live connections: what happens, the moment it happens."""

from moltbook.gateway.events import PATH as EVENTS_PATH
from moltbook.gateway.events import Events
from moltbook.gateway.hub import Filter, Happening, Hub
from moltbook.gateway.interests import LetGo
from moltbook.gateway.listeners import Ending, Subscriber
from moltbook.gateway.posting import Posting

__all__ = ["EVENTS_PATH", "Ending", "Events", "Filter", "Happening", "Hub", "LetGo", "Posting", "Subscriber"]
