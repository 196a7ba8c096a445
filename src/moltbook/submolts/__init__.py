"""Submolts: the communities, and who subscribes to them."""

from moltbook.submolts.acts import FoundSubmolt, SetSubmoltImage, Subscribe, publish, put_standing
from moltbook.submolts.model import Changed, SubmoltCreated, SubmoltRow
from moltbook.submolts.queries import SubmoltView, list_submolts, submolt_by_name, submolts_by_ids
from moltbook.submolts.rules import is_submolt_name
from moltbook.submolts.tables import FACES, SUBMOLT_STANDING, SUBMOLTS, SUBSCRIPTIONS
from moltbook.submolts.wire import SubmoltName, SubmoltOut, submolt_out

__all__ = [
    "FACES",
    "SUBMOLTS",
    "SUBMOLT_STANDING",
    "SUBSCRIPTIONS",
    "Changed",
    "FoundSubmolt",
    "SetSubmoltImage",
    "SubmoltCreated",
    "SubmoltName",
    "SubmoltOut",
    "SubmoltRow",
    "SubmoltView",
    "Subscribe",
    "is_submolt_name",
    "list_submolts",
    "publish",
    "put_standing",
    "submolt_by_name",
    "submolt_out",
    "submolts_by_ids",
]
