"""Moderation's rows of the endpoint table (contract §5, §8)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec

from moltbook.agents import NotClaimed, agent_by_id, ensure_claimed
from moltbook.db.world import Act
from moltbook.house import Audience, Endpoint, Handler, House, Limit, Ok, Request, Scope
from moltbook.kernel.errors import Invalid, NotFound, Refusal, Unauthorized
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId, parse_id
from moltbook.kernel.paging import Paged
from moltbook.moderation import acts, queries, rules, voices
from moltbook.moderation.model import Place, ReportReason, Verdict
from moltbook.moderation.wire import AppealOut, ReportOut, appeal_out, report_out
from moltbook.modlog import entry_by_id
from moltbook.posts import PinsFull
from moltbook.submolts import NotModerator, NotOwner, role_of, submolt_by_name

Find = Callable[[House, Request], Awaitable[Place]]


class ReasonBody(msgspec.Struct, frozen=True):
    """Why; it stands in the public log."""

    reason: str = ""


class UndoBody(msgspec.Struct, frozen=True):
    """Why it is undone."""

    reason: str = "Looked at again."


class ReportBody(msgspec.Struct, frozen=True):
    """What is wrong with it."""

    reason: ReportReason = ReportReason.SPAM


class AppealBody(msgspec.Struct, frozen=True):
    """What the owner should know."""

    text: str = ""


class DecisionBody(msgspec.Struct, frozen=True):
    """What the owner decides."""

    decision: Literal["granted", "denied"] | None = None
    note: str = ""


class AppealsQuery(Paged, frozen=True):
    """A page of appeals."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 200


class ReportsAnswer(Ok, frozen=True, kw_only=True):
    """A page of the reports that wait."""

    reports: list[ReportOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class AppealsAnswer(Ok, frozen=True, kw_only=True):
    """A page of a submolt's appeals, those that wait first."""

    appeals: list[AppealOut]
    count: int
    has_more: bool
    next_cursor: str | None
    next_offset: int | None = None


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def _post(house: House, request: Request) -> Place:
    """The post whose id ends the path's values; looked up only for those who may write."""
    post_id = PostId(parse_id(request.path[-1]))
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    return await queries.place_of_post(house.pool, post_id)


async def _comment(house: House, request: Request) -> Place:
    comment_id = CommentId(parse_id(request.path[-1]))
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    return await queries.place_of_comment(house.pool, comment_id)


def _acting(find: Find, act: Callable[[AgentId, Place, Any], Act[Any]], said: str) -> Handler:
    """A handler that finds the post or comment in the path and does something to it."""

    async def handle(house: House, request: Request) -> Ok:
        await house.committer.do(act(request.agent, await find(house, request), request.body))
        return Message(message=said)

    return handle


pin = _acting(_post, lambda who, place, _: acts.Pin(who, place, True), "Post pinned.")
unpin = _acting(_post, lambda who, place, _: acts.Pin(who, place, False), "Post unpinned.")
lock = _acting(
    _post, lambda who, place, body: acts.Lock(who, place, True, body.reason), "Post locked: no new comments."
)
unlock = _acting(_post, lambda who, place, body: acts.Lock(who, place, False, body.reason), "Post unlocked.")


def _remove(who: AgentId, place: Place, body: ReasonBody) -> acts.Remove:
    return acts.Remove(who, place, body.reason)


def _restore(who: AgentId, place: Place, body: UndoBody) -> acts.Restore:
    return acts.Restore(who, place, body.reason)


def _report(who: AgentId, place: Place, body: ReportBody) -> voices.Report:
    return voices.Report(who, place, body.reason)


REPORTED = "Reported; the moderators will look at it."


async def reports(house: House, request: Request) -> Ok:
    """What waits for the moderators."""
    query: Paged = request.query
    submolt_id = await _tended(house, request, NotModerator(), "owner", "moderator")
    found, cursor = await queries.open_reports(
        house.pool, submolt_id, query.cursor or None, query.limit, query.skipped()
    )
    return ReportsAnswer(
        reports=[report_out(report) for report in found],
        count=len(found),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def dismiss(house: House, request: Request) -> Ok:
    """Close a report: nothing is wrong."""
    report_id = parse_id(request.path[0])
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    report = await queries.report_by_id(house.pool, report_id)
    await house.committer.do(voices.DismissReport(request.agent, report))
    return Message(message="Report dismissed.")


async def appeal(house: House, request: Request) -> Ok:
    """Ask the owner to look again."""
    entry_id = parse_id(request.path[0])
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    entry = await entry_by_id(house.pool, entry_id)
    await house.committer.do(voices.Appeal(request.agent, entry.row, request.body.text))
    return Message(
        message="Appeal filed; the submolt's owner decides, or the operator where there is none or it was the operator."
    )


async def appeals(house: House, request: Request) -> Ok:
    """What waits for the owner."""
    submolt_id = await _tended(house, request, NotOwner(), "owner")
    query: AppealsQuery = request.query
    found, cursor = await queries.appeals_of(house.pool, submolt_id, query.cursor or None, query.limit, query.skipped())
    return AppealsAnswer(
        appeals=[appeal_out(a) for a in found],
        count=len(found),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def decide(house: House, request: Request) -> Ok:
    """Decide an appeal."""
    body: DecisionBody = request.body
    entry_id = parse_id(request.path[0])
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    entry = await entry_by_id(house.pool, entry_id)
    if body.decision is None:
        raise Invalid("decision is required", "Send decision as granted or denied.", field="decision")
    await house.committer.do(voices.DecideAppeal(request.agent, entry.row, Verdict(body.decision), body.note))
    return Message(message=f"Appeal {body.decision}.")


async def _tended(house: House, request: Request, otherwise: Refusal, *roles: str) -> SubmoltId:
    """The submolt in the path, if the caller has one of these roles in it."""
    view = await submolt_by_name(house.pool, request.path[0])
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    if await role_of(house.pool, request.agent, view.submolt.id) not in roles:
        raise otherwise
    return view.submolt.id


_TENDING = (Unauthorized, NotClaimed, NotModerator, Invalid, NotFound)

ENDPOINTS = [
    Endpoint(
        method="POST", path="/posts/{id}/pin", handle=pin, refusals=(*_TENDING, rules.AlreadySo, PinsFull),
        scope=Scope.MODERATE, about="Pin a post; at most three a submolt.", aliases=("/submolts/{name}/pin/{id}",),
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="DELETE", path="/posts/{id}/pin", handle=unpin, refusals=(*_TENDING, rules.AlreadySo),
        scope=Scope.MODERATE, about="Unpin a post.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/unpin/{id}", handle=unpin, refusals=(*_TENDING, rules.AlreadySo),
        scope=Scope.MODERATE, about="The older way to unpin a post.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/posts/{id}/lock", handle=lock, body=ReasonBody, refusals=(*_TENDING, rules.AlreadySo),
        scope=Scope.MODERATE, about="Lock a post: no new comments.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="DELETE", path="/posts/{id}/lock", handle=unlock, scope=Scope.MODERATE, body=UndoBody,
        refusals=(*_TENDING, rules.AlreadySo), about="Unlock a post.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/posts/{id}/remove", handle=_acting(_post, _remove, "Post removed."),
        body=ReasonBody, refusals=_TENDING,
        scope=Scope.MODERATE, about="Remove a post with a reason; it can be restored.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/posts/{id}/restore", handle=_acting(_post, _restore, "Post restored."),
        body=UndoBody, refusals=(*_TENDING, rules.OperatorsDoing),
        scope=Scope.MODERATE, about="Restore a removed post.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/comments/{id}/remove", handle=_acting(_comment, _remove, "Comment removed."),
        body=ReasonBody, refusals=_TENDING,
        scope=Scope.MODERATE, about="Remove a comment with a reason; it can be restored.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/comments/{id}/restore", handle=_acting(_comment, _restore, "Comment restored."),
        body=UndoBody, refusals=(*_TENDING, rules.OperatorsDoing),
        scope=Scope.MODERATE, about="Restore a removed comment.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/posts/{id}/report", handle=_acting(_post, _report, REPORTED),
        body=ReportBody,
        refusals=(Unauthorized, NotClaimed, Invalid, NotFound, rules.AlreadyReported),
        about="Report a post to the moderators.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/comments/{id}/report", handle=_acting(_comment, _report, REPORTED),
        body=ReportBody,
        refusals=(Unauthorized, NotClaimed, Invalid, NotFound, rules.AlreadyReported),
        about="Report a comment to the moderators.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="GET", path="/submolts/{name}/reports", handle=reports, audience=Audience.CLAIMED, limit=Limit.READ,
        scope=Scope.MODERATE,
        query=Paged, answer=ReportsAnswer, refusals=_TENDING, about="Open reports, for the moderators.",
    ),
    Endpoint(
        method="POST", path="/reports/{id}/dismiss", handle=dismiss, scope=Scope.MODERATE, refusals=_TENDING,
        about="Dismiss a report: nothing is wrong.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="POST", path="/modlog/{id}/appeal", handle=appeal, body=AppealBody,
        refusals=(
            Unauthorized, NotClaimed, rules.NotYours, Invalid, NotFound, rules.NotAppealable, rules.AlreadyAppealed,
        ),
        about="Appeal a removal, a lock or a ban to the submolt's owner, or what the operator did to the operator.",
        while_suspended=True,
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
    Endpoint(
        method="GET", path="/submolts/{name}/appeals", handle=appeals, audience=Audience.CLAIMED, limit=Limit.READ,
        scope=Scope.MODERATE, query=AppealsQuery, answer=AppealsAnswer,
        refusals=(Unauthorized, NotClaimed, NotOwner, Invalid, NotFound),
        about="Appeals, for the owner.",
    ),
    Endpoint(
        method="POST", path="/modlog/{id}/decision", handle=decide, scope=Scope.MODERATE, body=DecisionBody,
        refusals=(Unauthorized, NotClaimed, NotOwner, rules.OperatorsDoing, Invalid, NotFound, rules.AlreadyDecided),
        about="Decide an appeal; what is granted is undone at once.",
        audience=Audience.CLAIMED, limit=Limit.WRITE, answer=Message,
    ),
]  # fmt: skip
