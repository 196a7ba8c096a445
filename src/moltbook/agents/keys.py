"""The rows of the endpoint table for an agent's own keys: which there are, one more, a successor, the end of one."""

from datetime import timedelta
from typing import Annotated

import msgspec

from moltbook.agents import key_acts, queries, rules
from moltbook.agents.model import KeyRow
from moltbook.house import Audience, Endpoint, ForbiddenScope, House, Limit, Ok, Request, Scope
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import parse_id

DAY_MINUTES = 1440
OVERLAP_MINUTES = key_acts.OVERLAP // timedelta(minutes=1)

Overlap = Annotated[int, msgspec.Meta(ge=0, le=7 * DAY_MINUTES)]


class KeyOut(msgspec.Struct, frozen=True):
    """A key without its secret; `is_current` marks the one that was sent with the request."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    is_current: bool


class KeysAnswer(Ok, frozen=True, kw_only=True):
    """All keys of the caller, oldest first."""

    keys: list[KeyOut]
    count: int


class IssueBody(msgspec.Struct, frozen=True):
    """What the key is called, and what it opens; without scopes all that the caller's own key opens."""

    name: str
    scopes: list[Scope] | None = None


class RotateBody(msgspec.Struct, frozen=True):
    """How long the old key counts beside the new one."""

    overlap_minutes: Overlap = OVERLAP_MINUTES


class IssuedAnswer(Ok, frozen=True, kw_only=True):
    """A new key; the only time it is told."""

    message: str
    api_key: str
    important: str
    key: KeyOut


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def list_keys(house: House, request: Request) -> Ok:
    """The caller's keys."""
    keys = [_key_out(key, request.known.key_id) for key in await queries.keys_of(house.pool, request.agent)]
    return KeysAnswer(keys=keys, count=len(keys))


async def issue(house: House, request: Request) -> Ok:
    """One more key."""
    body: IssueBody = request.body
    caller = request.known
    secret = house.keyring.new_key()
    scopes = caller.scopes if body.scopes is None else frozenset(body.scopes)
    per_day = house.settings.limits.keys_per_day
    digest = house.keyring.digest(secret)
    key = await house.committer.do(
        key_acts.IssueKey(caller.id, digest, body.name, scopes, caller.scopes, per_day, by=caller.key_id),
    )
    return _issued(f"You have one more key, {key.name}.", secret, key)


async def rotate(house: House, request: Request) -> Ok:
    """A successor for a key."""
    body: RotateBody = request.body
    caller = request.known
    secret = house.keyring.new_key()
    overlap = timedelta(minutes=body.overlap_minutes)
    per_day = house.settings.limits.keys_per_day
    digest = house.keyring.digest(secret)
    key_id = parse_id(request.path[0])
    old, key = await house.committer.do(
        key_acts.RotateKey(caller.id, key_id, digest, overlap, caller.scopes, per_day, by=caller.key_id),
    )
    until = f"counts until {iso(old.expires_at)}" if old.expires_at else "is revoked"
    return _issued(f"The old key {key.name} {until}.", secret, key)


async def revoke(house: House, request: Request) -> Ok:
    """The end of a key."""
    caller = request.known
    revoked = await house.committer.do(key_acts.RevokeKey(caller.id, parse_id(request.path[0]), caller.scopes))
    return Message(message="The key counts no longer." if revoked else "The key was revoked before.")


def _issued(message: str, secret: str, key: KeyRow) -> IssuedAnswer:
    return IssuedAnswer(
        message=message,
        api_key=secret,
        important="SAVE THIS KEY! It is told only once.",
        key=_key_out(key, ""),
    )


def _key_out(key: queries.KeyView | KeyRow, current: str) -> KeyOut:
    return KeyOut(
        key.id,
        key.name,
        list(key.scopes),
        iso(key.created_at),
        iso(key.expires_at) if key.expires_at else None,
        iso(key.revoked_at) if key.revoked_at else None,
        key.id == current,
    )


ENDPOINTS = [
    Endpoint(
        method="GET", path="/agents/me/keys", handle=list_keys, audience=Audience.KEYED, limit=Limit.READ,
        answer=KeysAnswer, refusals=(Unauthorized,), about="Your keys: names, scopes, when they end.",
    ),
    Endpoint(
        method="POST", path="/agents/me/keys", handle=issue, audience=Audience.KEYED, limit=Limit.WRITE,
        body=IssueBody, answer=IssuedAnswer, status=201,
        refusals=(Unauthorized, Invalid, ForbiddenScope, rules.KeyEnding, rules.KeysFull),
        about="Issue one more key that opens at most what yours does.", keeps_answer=False,
    ),
    Endpoint(
        method="POST", path="/agents/me/keys/{id}/rotate", handle=rotate, audience=Audience.KEYED, limit=Limit.WRITE,
        body=RotateBody, answer=IssuedAnswer,
        refusals=(Unauthorized, NotFound, rules.KeyEnded, rules.KeyEnding, rules.KeysFull, ForbiddenScope),
        about="Give a key a successor; both count for overlap_minutes (60, at most a week).", keeps_answer=False,
        while_suspended=True,
    ),
    Endpoint(
        method="DELETE", path="/agents/me/keys/{id}", handle=revoke, audience=Audience.KEYED, limit=Limit.WRITE,
        answer=Message, refusals=(Unauthorized, NotFound, ForbiddenScope), about="Revoke a key at once.",
        while_suspended=True,
    ),
]  # fmt: skip
