"""Submolts: the communities, and who subscribes to them."""

from moltbook.submolts.acts import FoundSubmolt, Subscribe
from moltbook.submolts.model import Changed, Role, RoleRow, SubmoltCreated, SubmoltRow
from moltbook.submolts.queries import SubmoltView, list_submolts, role_of, submolt_by_name
from moltbook.submolts.rules import NotModerator, NotOwner, ensure_owns, ensure_tends, is_submolt_name
from moltbook.submolts.tables import ROLES, SUBMOLTS, SUBSCRIPTIONS
from moltbook.submolts.wire import SubmoltName, SubmoltOut

__all__ = [
    "ROLES",
    "SUBMOLTS",
    "SUBSCRIPTIONS",
    "Changed",
    "FoundSubmolt",
    "NotModerator",
    "NotOwner",
    "Role",
    "RoleRow",
    "SubmoltCreated",
    "SubmoltName",
    "SubmoltOut",
    "SubmoltRow",
    "SubmoltView",
    "Subscribe",
    "ensure_owns",
    "ensure_tends",
    "is_submolt_name",
    "list_submolts",
    "role_of",
    "submolt_by_name",
]
