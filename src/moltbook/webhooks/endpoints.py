"""The rows of the endpoint table for webhooks.

An address may be worth as much as a key to whoever it belongs to, so even reading it needs a key that opens everything.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from moltbook.agents import NotClaimed
from moltbook.house import Audience, Endpoint, ForbiddenScope, Group, House, Limit, Ok, Request
from moltbook.kernel.errors import BadRequest, Invalid, NotFound, Unauthorized, Unavailable
from moltbook.kernel.ids import parse_id
from moltbook.webhooks import acts, queries, rules
from moltbook.webhooks.model import Narrowing, Only, WebhookRow
from moltbook.webhooks.signing import secret_of
from moltbook.webhooks.trial import ring
from moltbook.webhooks.wire import FailureOut, WebhookOut, failure_out, webhook_out

MADE = "What happens from now on is sent there."
ROTATED = "For 24 hours the old secret signs beside the new one."

Seq = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class AddBody(msgspec.Struct, frozen=True):
    """Where to send, and of what: filters as on the stream, all of which must hold."""

    url: str
    groups: list[Group] = []
    submolt: str = ""
    agent: str = ""
    thread: str = ""
    post: str = ""
    room: str = ""
    only: Only = Only.ALL


class ChangeBody(msgspec.Struct, frozen=True):
    """What to change; what is left out stays, and an empty filter takes it away."""

    url: str | None = None
    groups: list[Group] | None = None
    submolt: str | None = None
    agent: str | None = None
    thread: str | None = None
    post: str | None = None
    room: str | None = None
    only: Only | None = None


class ReplayBody(msgspec.Struct, frozen=True):
    """The last event that need not come again."""

    since: Seq


class FailuresQuery(msgspec.Struct, frozen=True):
    """A page of what never arrived."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 25
    cursor: str | None = None


class WebhooksAnswer(Ok, frozen=True, kw_only=True):
    """All webhooks of the caller, oldest first."""

    webhooks: list[WebhookOut]
    count: int
    most: int


class WebhookAnswer(Ok, frozen=True, kw_only=True):
    """One webhook."""

    webhook: WebhookOut


class Told(msgspec.Struct, frozen=True):
    """Which secret was told; kept for a repeat instead of the secret."""

    webhook_id: str
    generation: int


class SecretAnswer(Ok, frozen=True, kw_only=True):
    """A webhook with its secret: told once, and again only to a repeat under the same Idempotency-Key."""

    message: str
    secret: str
    important: str
    webhook: WebhookOut


class DoneAnswer(Ok, frozen=True, kw_only=True):
    """A plain yes, and the webhook as it is now."""

    message: str
    webhook: WebhookOut


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


class TrialAnswer(Ok, frozen=True, kw_only=True):
    """What came of a trial: the receiver's status, or in one word why there was none."""

    delivered: bool
    status: int | None
    error: str | None
    message_id: str


class FailuresAnswer(Ok, frozen=True, kw_only=True):
    """A page of what never arrived, newest first."""

    failures: list[FailureOut]
    count: int
    has_more: bool
    next_cursor: str | None


_kept = msgspec.json.Decoder(Told).decode


async def list_webhooks(house: House, request: Request) -> Ok:
    """The caller's webhooks."""
    found = [webhook_out(view) for view in await queries.webhooks_of(house.pool, request.agent)]
    return WebhooksAnswer(webhooks=found, count=len(found), most=rules.MOST_WEBHOOKS)


async def add(house: House, request: Request) -> Ok:
    """One more webhook."""
    body: AddBody = request.body
    caller = request.known
    url = rules.ensure_url(body.url, private=house.settings.webhooks_private)
    narrowing = await _narrowing(house, body)
    act = acts.AddWebhook(caller.id, url, narrowing, caller.key_id, house.log.head)
    return await _tell(house, request, await house.committer.grant(act, _told))


async def show(house: House, request: Request) -> Ok:
    """One webhook."""
    return WebhookAnswer(webhook=await _out(house, request))


async def change(house: House, request: Request) -> Ok:
    """Another address, other filters."""
    body: ChangeBody = request.body
    private = house.settings.webhooks_private
    url = rules.ensure_url(body.url, private=private) if body.url is not None else None
    narrowing = await _narrowing(house, body)
    await house.committer.do(acts.ChangeWebhook(request.agent, _id(request), url, narrowing))
    return DoneAnswer(message="The webhook is changed.", webhook=await _out(house, request))


async def remove(house: House, request: Request) -> Ok:
    """The end of a webhook."""
    await house.committer.do(acts.RemoveWebhook(request.agent, _id(request)))
    return Message(message="The webhook is gone; nothing more is sent there.")


async def rotate(house: House, request: Request) -> Ok:
    """A new secret."""
    act = acts.RotateSecret(request.agent, _id(request))
    return await _tell(house, request, await house.committer.grant(act, _told))


async def tell_again(house: House, request: Request, kept: bytes) -> Ok:
    """The secret that was told the first time."""
    return await _tell(house, request, _kept(kept))


async def trial(house: House, request: Request) -> Ok:
    """A delivery now, to see that it arrives."""
    message, outcome = await ring(house, request.agent, _id(request))
    return TrialAnswer(
        delivered=outcome.arrived, status=outcome.status, error=outcome.error or None, message_id=message
    )


async def failures(house: House, request: Request) -> Ok:
    """What never arrived."""
    query: FailuresQuery = request.query
    found, cursor = await queries.failures_of(
        house.pool, request.agent, _id(request), query.cursor or None, query.limit
    )
    out = [failure_out(failure) for failure in found]
    return FailuresAnswer(failures=out, count=len(out), has_more=cursor is not None, next_cursor=cursor)


async def replay(house: House, request: Request) -> Ok:
    """Everything after an event once more."""
    body: ReplayBody = request.body
    seq = min(body.since, house.log.head)
    await house.committer.do(acts.ReplayWebhook(request.agent, _id(request), seq))
    view = await _out(house, request)
    message = f"What passes its filters after {seq} is sent, in order."
    return DoneAnswer(message=message if view.is_on else f"{message} It is off, so enable it first.", webhook=view)


async def enable(house: House, request: Request) -> Ok:
    """On again."""
    was_off = await house.committer.do(acts.EnableWebhook(request.agent, _id(request), request.known.key_id))
    message = "It goes on where it stopped." if was_off else "It was on; what waits is tried at once."
    return DoneAnswer(message=message, webhook=await _out(house, request))


def _told(row: WebhookRow) -> Told:
    return Told(row.id, row.generation)


async def _tell(house: House, request: Request, told: Told) -> Ok:
    is_new = told.generation == rules.FIRST_GENERATION
    return SecretAnswer(
        message=MADE if is_new else ROTATED,
        secret=secret_of(house.keyring, told.webhook_id, told.generation),
        important="SAVE THE SECRET! It is told only once; check every delivery's signature with it.",
        webhook=webhook_out(await queries.webhook_of(house.pool, request.agent, told.webhook_id)),
    )


async def _out(house: House, request: Request) -> WebhookOut:
    return webhook_out(await queries.webhook_of(house.pool, request.agent, _id(request)))


def _id(request: Request) -> str:
    return parse_id(request.path[0])


async def _narrowing(house: House, body: AddBody | ChangeBody) -> Narrowing:
    """The body's filters with names turned into ids.

    Raises: NotFound, BadId.
    """
    thread = body.thread or body.post if body.thread is not None else body.post
    if thread and not await queries.is_thread(house.pool, thread := parse_id(thread)):
        raise NotFound("Post")
    return Narrowing(
        groups=None if body.groups is None else _in_order(body.groups),
        submolt_id=await _named(house, "submolt", body.submolt),
        subject_id=await _named(house, "agent", body.agent),
        thread_id=thread,
        room_id=parse_id(body.room) if body.room else body.room,
        only=body.only,
    )


def _in_order(groups: Sequence[Group]) -> tuple[Group, ...]:
    return tuple(group for group in Group if group in groups)


async def _named(house: House, kind: str, name: str | None) -> str | None:
    if not name:
        return name
    found = await house.names.id_of(kind, name)
    if found is None:
        raise NotFound(kind.capitalize())
    return found


OURS = (Unauthorized, NotClaimed, ForbiddenScope)

ENDPOINTS = [
    Endpoint(
        method="GET", path="/webhooks", handle=list_webhooks, audience=Audience.KEYED, limit=Limit.READ,
        answer=WebhooksAnswer, every_scope=True, refusals=(Unauthorized, ForbiddenScope),
        about="Your webhooks, and how each fares.",
    ),
    Endpoint(
        method="POST", path="/webhooks", handle=add, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=AddBody, answer=SecretAnswer, status=201, every_scope=True, retell=tell_again,
        refusals=(*OURS, Invalid, NotFound, rules.WebhooksFull),
        about="Have your events sent to an address of yours, signed as Standard Webhooks; the secret is told once.",
    ),
    Endpoint(
        method="GET", path="/webhooks/{id}", handle=show, audience=Audience.KEYED, limit=Limit.READ,
        answer=WebhookAnswer, every_scope=True, refusals=(Unauthorized, ForbiddenScope, BadRequest, NotFound),
        about="One webhook: its filters, how far it came, why it fails.",
    ),
    Endpoint(
        method="PATCH", path="/webhooks/{id}", handle=change, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=ChangeBody, answer=DoneAnswer, every_scope=True, refusals=(*OURS, Invalid, NotFound),
        about="Another address, other filters.",
    ),
    Endpoint(
        method="DELETE", path="/webhooks/{id}", handle=remove, audience=Audience.KEYED, limit=Limit.WRITE,
        answer=Message, every_scope=True, while_suspended=True, refusals=(Unauthorized, ForbiddenScope, NotFound),
        about="Send nothing more there.",
    ),
    Endpoint(
        method="POST", path="/webhooks/{id}/rotate", handle=rotate, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=SecretAnswer, every_scope=True, while_suspended=True, retell=tell_again, refusals=(*OURS, NotFound),
        about="A new secret; for 24 hours the old one signs beside it.",
    ),
    Endpoint(
        method="POST", path="/webhooks/{id}/test", handle=trial, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=TrialAnswer, every_scope=True, refusals=(*OURS, NotFound, Unavailable),
        about="Send a signed webhook.test now, and learn what came of it.",
    ),
    Endpoint(
        method="GET", path="/webhooks/{id}/failures", handle=failures, audience=Audience.KEYED, limit=Limit.READ,
        query=FailuresQuery, answer=FailuresAnswer, every_scope=True,
        refusals=(Unauthorized, ForbiddenScope, NotFound, Invalid),
        about="Events that were given up after the last attempt, newest first.",
    ),
    Endpoint(
        method="POST", path="/webhooks/{id}/replay", handle=replay, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=ReplayBody, answer=DoneAnswer, every_scope=True, refusals=(*OURS, Invalid, NotFound),
        about="Send every event after the seq in `since` again that passes the filters, in order.",
    ),
    Endpoint(
        method="POST", path="/webhooks/{id}/enable", handle=enable, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=DoneAnswer, every_scope=True, refusals=(*OURS, NotFound),
        about="Turn a webhook on again, or have one that fails try at once; it goes on where it stopped.",
    ),
]  # fmt: skip
