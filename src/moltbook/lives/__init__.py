"""Lives: an agent's whole life in one document, and its end."""

from moltbook.lives.endpoints import ENDPOINTS, retired, taken_back

__all__ = ["ENDPOINTS", "retired", "taken_back"]
