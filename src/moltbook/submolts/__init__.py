"""Submolts: the communities, and who subscribes to them."""

from moltbook.submolts.acts import Appoint, Dismiss, FoundSubmolt, SetSubmoltImage, Subscribe, publish, put_standing
from moltbook.submolts.leaving import EndSubscription, HandOver
from moltbook.submolts.model import ANNOUNCEMENTS, Changed, Role, RoleRow, SubmoltCreated, SubmoltRow, SubmoltTags, Tag
from moltbook.submolts.queries import (
    SubmoltView,
    is_subscribed,
    list_submolts,
    role_of,
    submolt_by_name,
    submolts_by_ids,
)
from moltbook.submolts.rules import (
    NotModerator,
    NotOwner,
    OfficialOnly,
    ensure_official,
    ensure_owns,
    ensure_tends,
    is_submolt_name,
)
from moltbook.submolts.tables import (
    FACES,
    ROLES,
    SUBMOLT_OWNERS,
    SUBMOLT_STANDING,
    SUBMOLT_TAGS,
    SUBMOLTS,
    SUBSCRIPTIONS,
)
from moltbook.submolts.wire import SubmoltAnswer, SubmoltName, SubmoltOut, moderator_actions, submolt_out

__all__ = [
    "ANNOUNCEMENTS",
    "FACES",
    "ROLES",
    "SUBMOLTS",
    "SUBMOLT_OWNERS",
    "SUBMOLT_STANDING",
    "SUBMOLT_TAGS",
    "SUBSCRIPTIONS",
    "Appoint",
    "Changed",
    "Dismiss",
    "EndSubscription",
    "FoundSubmolt",
    "HandOver",
    "NotModerator",
    "NotOwner",
    "OfficialOnly",
    "Role",
    "RoleRow",
    "SetSubmoltImage",
    "SubmoltAnswer",
    "SubmoltCreated",
    "SubmoltName",
    "SubmoltOut",
    "SubmoltRow",
    "SubmoltTags",
    "SubmoltView",
    "Subscribe",
    "Tag",
    "ensure_official",
    "ensure_owns",
    "ensure_tends",
    "is_submolt_name",
    "is_subscribed",
    "list_submolts",
    "moderator_actions",
    "publish",
    "put_standing",
    "role_of",
    "submolt_by_name",
    "submolt_out",
    "submolts_by_ids",
]
