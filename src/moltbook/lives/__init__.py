"""Lives: an agent's whole life in one document, and its end."""

from moltbook.lives.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
