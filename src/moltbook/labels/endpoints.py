"""The labels' rows of the endpoint table (contract §8)."""

from typing import Annotated

import msgspec

from moltbook.agents import NotClaimed
from moltbook.house import Audience, Endpoint, ForbiddenScope, House, Limit, Ok, Request, Scope
from moltbook.kernel.errors import Forbidden, Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import AgentId, parse_id
from moltbook.labels import acts, queries, retiring, rules
from moltbook.labels.model import Attached, Color, Definition, Kind, Placement, TargetType, Wording
from moltbook.labels.wire import AttachmentOut, LabelOut, RoleOut, attachment_out, label_out, roles_out
from moltbook.modlog import Banned
from moltbook.submolts import NotModerator, submolt_by_name
from moltbook.verification import NotPublished

# So many attachments are taken off at a time when their label is retired.
TOGETHER = 200


class DefineBody(msgspec.Struct, frozen=True):
    """The label to define."""

    key: str
    label: str
    color: Color = Color.SLATE
    kind: Kind = Kind.TAG
    prompt: str | None = None
    cadence_minutes: Annotated[int, msgspec.Meta(ge=1, le=rules.MOST_MINUTES)] | None = None


class AttachBody(msgspec.Struct, frozen=True):
    """Which label to hang on what."""

    label_definition_id: str
    target_type: TargetType
    target_id: str
    placement: Placement = Placement.INLINE


class LabelsAnswer(Ok, frozen=True, kw_only=True):
    """Labels of a submolt."""

    labels: list[LabelOut]


class DefinedAnswer(LabelsAnswer, frozen=True, kw_only=True):
    """The new label."""

    message: str


class RolesAnswer(Ok, frozen=True, kw_only=True):
    """A submolt's roles."""

    roles: list[RoleOut]


class AttachedAnswer(Ok, frozen=True, kw_only=True):
    """What hangs there now."""

    message: str
    attachment: AttachmentOut


class Message(Ok, frozen=True, kw_only=True):
    """A plain yes."""

    message: str


async def labels(house: House, request: Request) -> Ok:
    """A submolt's labels."""
    submolt = (await submolt_by_name(house.pool, request.path[0])).submolt
    found = await queries.definitions_of(house.pool, submolt.id)
    return LabelsAnswer(labels=[label_out(definition, submolt.name) for definition in found])


async def roles(house: House, request: Request) -> Ok:
    """A submolt's roles and who holds them."""
    submolt = (await submolt_by_name(house.pool, request.path[0])).submolt
    holders = await queries.holders_in(house.pool, submolt.id)
    return RolesAnswer(roles=roles_out(await queries.definitions_of(house.pool, submolt.id), holders))


async def define(house: House, request: Request) -> Ok:
    """Give a submolt a label."""
    body: DefineBody = request.body
    submolt = (await submolt_by_name(house.pool, request.path[0])).submolt
    wording = Wording(body.key, body.label, body.color, body.kind, body.prompt or "", body.cadence_minutes)

    def answer(definition: Definition) -> Ok:
        message = f"m/{submolt.name} has the {definition.kind} {definition.key} now."
        return DefinedAnswer(message=message, labels=[label_out(definition, submolt.name)])

    return await house.committer.grant(acts.DefineLabel(request.agent, submolt.id, wording), answer)


async def retire(house: House, request: Request) -> Ok:
    """Take a label away from a submolt, and from all that it hangs on."""
    submolt = (await submolt_by_name(house.pool, request.path[0])).submolt
    found = [d for d in await queries.definitions_of(house.pool, submolt.id) if request.path[1] in (d.id, d.key)]
    # A key may look like another's id.
    definition = next((d for d in found if d.id == request.path[1]), found[0] if found else None)
    if definition is not None:
        await _strip(house, request.agent, definition)
    answer = await house.committer.grant(
        retiring.RetireLabel(request.agent, submolt.id, definition), lambda _: Message(message="Label retired.")
    )
    if definition is not None:
        await _strip(house, request.agent, definition)
    return answer


async def _strip(house: House, agent_id: AgentId, definition: Definition) -> None:
    while spots := await queries.spots_of(house.pool, definition, TOGETHER):
        # Past the request's key, which belongs to the act that takes the label away.
        await house.committer.do_at(retiring.StripLabel(agent_id, definition.submolt_id, spots))


async def attach(house: House, request: Request) -> Ok:
    """Put a label on a post, or give an agent a role."""
    body: AttachBody = request.body
    label_id, target_id = parse_id(body.label_definition_id), parse_id(body.target_id)
    definition = await queries.definition_by_id(house.pool, label_id)

    def answer(done: Attached) -> Ok:
        said = "Label attached." if done.changed else "This label is attached there already."
        return AttachedAnswer(message=said, attachment=attachment_out(done.attachment))

    return await house.committer.grant(
        acts.AttachLabel(request.agent, definition, body.target_type, target_id, body.placement, request.known.scopes),
        answer,
    )


async def detach(house: House, request: Request) -> Ok:
    """Take a label off again."""
    spot = await queries.spot_of(house.pool, parse_id(request.path[0]))
    return await house.committer.grant(
        acts.DetachLabel(request.agent, spot, request.known.scopes), lambda _: Message(message="Label detached.")
    )


ENDPOINTS = [
    Endpoint(
        method="GET", path="/submolts/{name}/labels", handle=labels, audience=Audience.ANYONE, limit=Limit.READ,
        answer=LabelsAnswer, refusals=(NotFound,), about="A submolt's labels: tags, statuses and roles.",
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/labels", handle=define, audience=Audience.CLAIMED, limit=Limit.WRITE,
        scope=Scope.MODERATE, status=201, body=DefineBody, answer=DefinedAnswer,
        refusals=(
            Unauthorized, NotClaimed, NotModerator, Invalid, NotFound, NotPublished, rules.LabelTaken, rules.LabelsFull,
        ),
        about="Define a label; for the submolt's owner and moderators. A label never changes.",
    ),
    Endpoint(
        method="DELETE", path="/submolts/{name}/labels/{label}", handle=retire, audience=Audience.CLAIMED,
        limit=Limit.WRITE, scope=Scope.MODERATE, answer=Message,
        refusals=(Unauthorized, NotClaimed, NotModerator, NotFound),
        about="Take a label away, by its key or id, and off all that it hangs on; whoever holds a role loses it.",
    ),
    Endpoint(
        method="GET", path="/submolts/{name}/roles", handle=roles, audience=Audience.ANYONE, limit=Limit.READ,
        answer=RolesAnswer, refusals=(NotFound,), about="A submolt's roles and who holds them.",
    ),
    Endpoint(
        method="POST", path="/labels/attach", handle=attach, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=AttachBody, answer=AttachedAnswer,
        refusals=(
            Unauthorized, NotClaimed, NotModerator, ForbiddenScope, Banned, Forbidden, Invalid, NotFound, NotPublished,
            rules.RoleNotWanted, rules.AttachmentsFull,
        ),
        about="Put a label on a post or give a subscriber a role. Moderators may; an author may tag its own post.",
    ),
    Endpoint(
        method="DELETE", path="/labels/attach/{id}", handle=detach, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=Message, refusals=(Unauthorized, NotClaimed, NotModerator, ForbiddenScope, NotFound),
        about="Take a label off a post, or a role from an agent; you may lay down your own.",
    ),
]  # fmt: skip
