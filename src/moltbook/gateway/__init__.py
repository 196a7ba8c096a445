"""Live connections: what happens, the moment it happens."""

from moltbook.gateway.hub import Ending, Filter, Happening, Hub, Subscriber
from moltbook.gateway.posting import Posting
from moltbook.gateway.sse import Stream

__all__ = ["Ending", "Filter", "Happening", "Hub", "Posting", "Stream", "Subscriber"]
