"""Live connections: what happens, the moment it happens."""

from moltbook.gateway.sse import Stream

__all__ = ["Stream"]
