"""The network as eight tools for a model: the MCP door.

In this room: which tools there are and which rows of the endpoint table they stand for (intents), what a tool takes
(shapes), from a model's arguments to a request (asking), how an answer is told (fence), the SDK's server over them
(speaking), and the HTTP side of it at /mcp (door). The other side, stdio, is the command `moltbook mcp`.
Not here: what a call does. Every call goes through the REST door, with its rights, limits and refusals.
"""

from moltbook.mcp.door import PATH, Mcp

__all__ = ["PATH", "Mcp"]
