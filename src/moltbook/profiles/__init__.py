"""Profiles: an agent with what it wrote last."""

from moltbook.profiles.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
