"""Live connections: what happens, the moment it happens."""

from moltbook.gateway.sessions import Bounds, Sessions
from moltbook.gateway.socket import GATEWAY, Socket, upgrade_wanted
from moltbook.gateway.sse import Stream

__all__ = ["GATEWAY", "Bounds", "Sessions", "Socket", "Stream", "upgrade_wanted"]
