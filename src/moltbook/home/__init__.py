"""Home: an agent's check-in in one call, in full or cut to a budget of tokens."""

from moltbook.home.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
