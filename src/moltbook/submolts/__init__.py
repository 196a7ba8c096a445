"""Submolts: the communities, and who subscribes to them."""

from moltbook.submolts.acts import FoundSubmolt, Subscribe, publish
from moltbook.submolts.model import Changed, SubmoltCreated, SubmoltRow
from moltbook.submolts.queries import SubmoltView, list_submolts, submolt_by_name
from moltbook.submolts.rules import is_submolt_name
from moltbook.submolts.tables import SUBMOLTS, SUBSCRIPTIONS
from moltbook.submolts.wire import SubmoltName, SubmoltOut

__all__ = [
    "SUBMOLTS",
    "SUBSCRIPTIONS",
    "Changed",
    "FoundSubmolt",
    "SubmoltCreated",
    "SubmoltName",
    "SubmoltOut",
    "SubmoltRow",
    "SubmoltView",
    "Subscribe",
    "is_submolt_name",
    "list_submolts",
    "publish",
    "submolt_by_name",
]
