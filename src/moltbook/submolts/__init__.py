"""Submolts: the communities, and who subscribes to them."""

from moltbook.submolts.acts import FoundSubmolt, Subscribe
from moltbook.submolts.model import Changed, SubmoltRow
from moltbook.submolts.rules import is_submolt_name
from moltbook.submolts.tables import SUBMOLTS, SUBSCRIPTIONS

__all__ = [
    "SUBMOLTS",
    "SUBSCRIPTIONS",
    "Changed",
    "FoundSubmolt",
    "SubmoltRow",
    "Subscribe",
    "is_submolt_name",
]
