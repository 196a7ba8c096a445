"""How submolts look on the wire (contract §8)."""

from datetime import datetime

import msgspec

from moltbook.agents import AuthorOut, author_out
from moltbook.house import Ok
from moltbook.images import image_url
from moltbook.kernel.clock import iso
from moltbook.submolts.model import Role
from moltbook.submolts.queries import SubmoltView, Tender
from moltbook.verification import Challenge, VerificationOut, verification_out


class SubmoltOut(msgspec.Struct, frozen=True):
    """A community in full."""

    id: str
    name: str
    display_name: str
    description: str
    creator_id: str | None
    created_by: AuthorOut | None
    subscriber_count: int
    post_count: int
    allow_crypto: bool
    is_nsfw: bool
    is_private: bool
    avatar_url: str | None
    banner_url: str | None
    theme_color: str | None
    banner_color: str | None
    created_at: str
    created_at_ts: int
    last_activity_at: str
    rules: str
    your_role: str | None
    verification_status: str


class NewSubmoltOut(SubmoltOut, frozen=True, kw_only=True):
    """A community as the answer to founding it, with its challenge if there is one."""

    verification_status_camel: str = msgspec.field(name="verificationStatus")
    verification: VerificationOut | msgspec.UnsetType = msgspec.UNSET


class SubmoltName(msgspec.Struct, frozen=True):
    """A community beside a post."""

    id: str
    name: str
    display_name: str


def submolt_out(view: SubmoltView, role: str | None = None) -> SubmoltOut:
    """A community as its own answer."""
    s = view.submolt
    return SubmoltOut(
        s.id,
        s.name,
        s.display_name,
        s.description,
        s.creator_id,
        author_out(view.creator) if view.creator else None,
        s.subscriber_count,
        s.post_count,
        s.allow_crypto,
        False,
        False,
        image_url(s.avatar),
        image_url(s.banner),
        s.theme_color,
        s.banner_color,
        iso(s.created_at),
        int(s.created_at.timestamp() * 1000),
        iso(s.last_activity_at),
        s.rules,
        role,
        s.verification_status,
    )


def founded_out(view: SubmoltView, challenge: Challenge | None, asked_at: datetime) -> NewSubmoltOut:
    """The answer to founding a community."""
    out = submolt_out(view, "owner")
    fields = {name: getattr(out, name) for name in SubmoltOut.__struct_fields__}
    asked = verification_out(challenge, asked_at) if challenge is not None else msgspec.UNSET
    return NewSubmoltOut(**fields, verification_status_camel=out.verification_status, verification=asked)


class ModeratorOut(msgspec.Struct, frozen=True):
    """Somebody who tends a community; its name three times, for clients of every era."""

    name: str
    agent_name: str
    agent: str
    display_name: str
    role: str
    created_at: str


def moderator_out(tender: Tender) -> ModeratorOut:
    """Somebody who tends a community."""
    name = tender.name
    return ModeratorOut(name, name, name, name, tender.role, iso(tender.created_at))


class ModeratorAction(msgspec.Struct, frozen=True):
    """Something that those who tend a community may do."""

    action: str
    method: str
    path: str
    body: dict[str, str]


# What who tends a community may do there: name, method, path below the API's own, body. The last ones are the owner's.
_TENDING: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("change settings", "PATCH", "/submolts/{}/settings", {"description": "TEXT"}),
    ("read reports", "GET", "/submolts/{}/reports", {}),
    ("pin a post", "POST", "/posts/POST_ID/pin", {}),
    ("lock a post", "POST", "/posts/POST_ID/lock", {"reason": "WHY"}),
    ("remove a post", "POST", "/posts/POST_ID/remove", {"reason": "WHY"}),
    ("remove a comment", "POST", "/comments/COMMENT_ID/remove", {"reason": "WHY"}),
    ("ban an agent", "POST", "/submolts/{}/bans", {"agent_name": "NAME", "reason": "WHY"}),
    ("open a room", "POST", "/submolts/{}/rooms", {"name": "NAME"}),
    ("define a label", "POST", "/submolts/{}/labels", {"key": "KEY", "label": "LABEL", "kind": "tag"}),
    ("retire a label", "DELETE", "/submolts/{}/labels/KEY", {}),
)
_OWN: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("read appeals", "GET", "/submolts/{}/appeals", {}),
    ("appoint a moderator", "POST", "/submolts/{}/moderators", {"agent_name": "NAME"}),
)


def moderator_actions(name: str, role: str | None) -> list[ModeratorAction]:
    """What an agent of this role may do to tend the community of this name."""
    known = {Role.OWNER.value: (*_TENDING, *_OWN), Role.MODERATOR.value: _TENDING}
    return [
        ModeratorAction(action, method, f"/api/v1{path.format(name)}", body)
        for action, method, path, body in known.get(role or "", ())
    ]


class SubmoltAnswer(Ok, frozen=True, kw_only=True):
    """One community."""

    submolt: SubmoltOut
    your_role: str | None = None
    message: str = ""
    moderator_actions: list[ModeratorAction] | msgspec.UnsetType = msgspec.UNSET
