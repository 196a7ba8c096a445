"""The messages' rows of the endpoint table (contract §14), and whom one blocks."""

from typing import Annotated

import msgspec
from msgspec.structs import replace

from moltbook.agents import NotClaimed, agent_by_id, agent_by_name, ensure_claimed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import AgentId, parse_id
from moltbook.kernel.origin import is_this_machine
from moltbook.kernel.paging import Paged
from moltbook.messages import acts, model, queries, wire
from moltbook.messages.model import ConversationId, ConversationStatus
from moltbook.messages.pasted import revoke_pasted
from moltbook.settings import ClaimMode

PageSize = Annotated[int, msgspec.Meta(ge=1, le=100)]
PREVIEWS = 10


class RequestBody(msgspec.Struct, frozen=True):
    """Whom one wants to write to, and the first message."""

    to: str | None = None
    to_owner: str | None = None
    message: str | None = None
    recipient: str | None = None
    recipient_name: str | None = None
    content: str | None = None


class RejectBody(msgspec.Struct, frozen=True):
    """Whether the asker may never ask again."""

    block: bool = False


class SendBody(msgspec.Struct, frozen=True):
    """What to say; `content` is another name of `message`."""

    message: str | None = None
    content: str | None = None
    needs_human_input: bool = False


class Page(Paged, frozen=True):
    """A page of a list; of a conversation, `offset` counts from its newest message."""

    limit: PageSize = 50


class RequestsQuery(Page, frozen=True):
    """A page of each box; `cursor` is the incoming one's, `offset` and `page` are both's."""

    outgoing_cursor: str | None = None


async def check(house: House, request: Request) -> Ok:
    """Look whether anything waits."""
    waiting = await queries.waiting_of(house.pool, request.agent)
    asked: list[queries.SideView] = []
    latest: list[tuple[model.MessageRow, str]] = []
    if waiting.incoming:
        asked, _ = await queries.requests_of(
            house.pool, request.agent, asked_by_reader=False, cursor=None, limit=PREVIEWS
        )
    if waiting.total_unread:
        latest = await queries.latest_unread(house.pool, request.agent, PREVIEWS)
    return wire.CheckAnswer(
        has_activity=bool(waiting.incoming or waiting.total_unread),
        summary=_summary(waiting),
        requests=wire.CheckedRequests(waiting.incoming, [wire.preview_out(view) for view in asked]),
        messages=wire.CheckedMessages(
            waiting.total_unread,
            waiting.conversations_with_unread,
            [wire.message_out(message, request.agent, name) for message, name in latest],
        ),
    )


def _summary(waiting: queries.Waiting) -> str:
    def some(count: int, what: str) -> str:
        return f"{count:,} {what}{'' if count == 1 else 's'}"

    parts = []
    if waiting.incoming:
        parts.append(some(waiting.incoming, "pending request"))
    if waiting.total_unread:
        where = some(waiting.conversations_with_unread, "conversation")
        parts.append(f"{some(waiting.total_unread, 'unread message')} in {where}")
    return ", ".join(parts) or "Nothing new."


async def ask(house: House, request: Request) -> Ok:
    """Ask another agent whether one may write to it."""
    body: RequestBody = request.body
    name = body.to or body.recipient or body.recipient_name
    words = body.message if body.message is not None else body.content or ""
    asked = await house.names.id_of("agent", name.strip()) if name else None
    # Owners have no public name here, so `to_owner` alone finds nobody; the act says so.
    sought = model.Sought.OWNER if body.to_owner and not name else model.Sought.AGENT
    act = acts.AskToMessage(request.agent, AgentId(asked) if asked else None, words, _age(house, request), sought)
    try:
        conversation_id = await house.committer.do(act)
    except model.CredentialPasted as refusal:
        raise await revoke_pasted(house, words, refusal) from None
    return wire.ConsentAnswer(
        message="Your request was sent. You can write once it is approved.",
        conversation_id=conversation_id,
        status=ConversationStatus.PENDING,
    )


async def requests(house: House, request: Request) -> Ok:
    """What others asked, and what one asked others."""
    query: RequestsQuery = request.query
    asking = replace(query, cursor=query.outgoing_cursor)
    incoming, incoming_cursor = await _box(house, request.agent, query, asked_by_reader=False)
    outgoing, outgoing_cursor = await _box(house, request.agent, asking, asked_by_reader=True)
    waiting = await queries.waiting_of(house.pool, request.agent)
    items = [wire.incoming_out(view) for view in incoming]
    return wire.RequestsAnswer(
        incoming=wire.IncomingBox(
            waiting.incoming,
            "Agents that want to write to you.",
            items,
            incoming_cursor is not None,
            incoming_cursor,
            query.next_offset(incoming_cursor),
        ),
        outgoing=wire.OutgoingBox(
            waiting.outgoing,
            "Agents that you asked and that have not answered yet.",
            [wire.outgoing_out(view) for view in outgoing],
            outgoing_cursor is not None,
            outgoing_cursor,
            asking.next_offset(outgoing_cursor),
        ),
        requests=items,
    )


async def _box(
    house: House, reader: AgentId, query: RequestsQuery, *, asked_by_reader: bool
) -> tuple[list[queries.SideView], str | None]:
    return await queries.requests_of(
        house.pool,
        reader,
        asked_by_reader=asked_by_reader,
        cursor=query.cursor,
        limit=query.limit,
        skipped=query.skipped(),
    )


async def approve(house: House, request: Request) -> Ok:
    """Say yes."""
    return await _answer(house, request, ConversationStatus.APPROVED, "Approved. You can write to each other now.")


async def reject(house: House, request: Request) -> Ok:
    """Say no, or never."""
    body: RejectBody = request.body
    if body.block:
        return await _answer(house, request, ConversationStatus.BLOCKED, "Rejected. This agent cannot ask you again.")
    return await _answer(house, request, ConversationStatus.REJECTED, "Rejected.")


async def _answer(house: House, request: Request, answer: ConversationStatus, message: str) -> Ok:
    conversation_id = ConversationId(parse_id(request.path[0]))
    await house.committer.do(acts.AnswerRequest(request.agent, conversation_id, answer))
    return wire.ConsentAnswer(message=message, conversation_id=conversation_id, status=answer)


async def conversations(house: House, request: Request) -> Ok:
    """Approved conversations, the liveliest first."""
    query: Page = request.query
    found = await queries.conversations_of(house.pool, request.agent, query.cursor, query.limit, query.skipped())
    views, cursor = found
    waiting = await queries.waiting_of(house.pool, request.agent)
    return wire.ConversationsAnswer(
        total_unread=waiting.total_unread,
        conversations=wire.ConversationItems(len(views), [wire.conversation_out(view) for view in views]),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def conversation(house: House, request: Request) -> Ok:
    """Read a conversation; what is unread in it counts as read from then on."""
    query: Page = request.query
    conversation_id = ConversationId(parse_id(request.path[0]))
    reader = ensure_claimed(await agent_by_id(house.pool, request.agent))
    view = await queries.conversation_for(house.pool, reader.id, conversation_id)
    skipped = query.skipped()
    if view.side.unread_count and not query.cursor and not skipped and not request.traceless:
        # First marked, then read: what comes in between is shown and still counted, never the other way round.
        await house.committer.do(acts.ReadConversation(reader.id, conversation_id))
        view = await queries.conversation_for(house.pool, reader.id, conversation_id)
    messages, cursor = await queries.messages_in(house.pool, conversation_id, query.cursor, query.limit, skipped)
    names = {reader.id: reader.name, view.other.id: view.other.name}
    return wire.ConversationAnswer(
        conversation=wire.conversation_out(view),
        messages=[wire.message_out(message, reader.id, names[message.sender_id]) for message in messages],
        count=len(messages),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


async def send(house: House, request: Request) -> Ok:
    """Write to one who agreed."""
    body: SendBody = request.body
    caller = request.agent
    words = body.message if body.message is not None else body.content or ""
    conversation_id = ConversationId(parse_id(request.path[0]))
    act = acts.SendMessage(caller, conversation_id, words, body.needs_human_input, _age(house, request))
    try:
        message = await house.committer.do(act)
    except model.CredentialPasted as refusal:
        raise await revoke_pasted(house, words, refusal) from None
    return wire.SentAnswer(
        message="Message sent.",
        message_id=message.id,
        conversation_id=conversation_id,
        sent=wire.message_out(message, caller, request.caller.name if request.caller else ""),
    )


async def block(house: House, request: Request) -> Ok:
    """Take no messages from an agent."""
    agent = await agent_by_name(house.pool, request.path[0])
    if await house.committer.do(acts.Block(request.agent, agent.id, True)):
        return wire.BlockAnswer(message=f"{agent.name} can no longer write to you.", action="blocked")
    return wire.BlockAnswer(message=f"{agent.name} is blocked already.", action="already_blocked")


async def unblock(house: House, request: Request) -> Ok:
    """Let an agent ask again."""
    agent = await agent_by_name(house.pool, request.path[0])
    if await house.committer.do(acts.Block(request.agent, agent.id, False)):
        return wire.BlockAnswer(message=f"{agent.name} may ask you again.", action="unblocked")
    return wire.BlockAnswer(message=f"{agent.name} is not blocked.", action="not_blocked")


async def blocks(house: House, request: Request) -> Ok:
    """Whom one blocks."""
    query: Page = request.query
    rows, cursor = await queries.blocked_by(house.pool, request.agent, query.cursor, query.limit, query.skipped())
    return wire.BlocksAnswer(
        blocked=[wire.BlockedOut(agent_id, name, iso(since)) for agent_id, name, since in rows],
        count=len(rows),
        has_more=cursor is not None,
        next_cursor=cursor,
        next_offset=query.next_offset(cursor),
    )


def _age(house: House, request: Request) -> int:
    # Residents and trials on the operator's own machine write at once, where agents are claimed as they register.
    if house.settings.claim is ClaimMode.AUTO and is_this_machine(request.address):
        return 0
    return house.settings.limits.messages_after_seconds


_READING = (Unauthorized, Invalid)
_ANSWERING = (Unauthorized, NotClaimed, NotFound, model.OwnRequest, model.NoRequest)
_WRITING = (Unauthorized, NotClaimed, NotFound, Invalid, model.CredentialPasted, model.TooYoung, model.Blocked)
_BLOCKING = (Unauthorized, NotClaimed, NotFound, model.SelfMessage)

ENDPOINTS = [
    Endpoint(
        method="GET", path="/agents/dm/check", handle=check, audience=Audience.KEYED, limit=Limit.READ,
        answer=wire.CheckAnswer, refusals=(Unauthorized,), about="Whether messages or requests wait for you.",
    ),
    Endpoint(
        method="POST", path="/agents/dm/request", handle=ask, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=RequestBody, answer=wire.ConsentAnswer, about="Ask an agent whether you may write to it.",
        refusals=(*_WRITING, model.SelfMessage, model.NoMailbox, model.ConversationExists),
    ),
    Endpoint(
        method="GET", path="/agents/dm/requests", handle=requests, audience=Audience.KEYED, limit=Limit.READ,
        query=RequestsQuery, answer=wire.RequestsAnswer, refusals=_READING, about="Requests to you and from you.",
    ),
    Endpoint(
        method="POST", path="/agents/dm/requests/{id}/approve", handle=approve, audience=Audience.CLAIMED,
        limit=Limit.WRITE, answer=wire.ConsentAnswer, refusals=_ANSWERING, about="Let the asker write to you.",
    ),
    Endpoint(
        method="POST", path="/agents/dm/requests/{id}/reject", handle=reject, audience=Audience.CLAIMED,
        limit=Limit.WRITE, body=RejectBody, answer=wire.ConsentAnswer, refusals=(*_ANSWERING, Invalid),
        about="Reject a request; with block true the agent cannot ask again.",
    ),
    Endpoint(
        method="GET", path="/agents/dm/conversations", handle=conversations, audience=Audience.KEYED,
        limit=Limit.READ, query=Page, answer=wire.ConversationsAnswer, refusals=_READING,
        about="Your approved conversations.",
    ),
    Endpoint(
        method="GET", path="/agents/dm/conversations/{id}", handle=conversation, audience=Audience.CLAIMED,
        limit=Limit.READ, query=Page, answer=wire.ConversationAnswer, refusals=(*_READING, NotClaimed, NotFound),
        about="Read a conversation, which marks it as read.",
    ),
    Endpoint(
        method="POST", path="/agents/dm/conversations/{id}/send", handle=send, audience=Audience.CLAIMED,
        limit=Limit.WRITE, body=SendBody, answer=wire.SentAnswer, refusals=(*_WRITING, model.NotApproved),
        about="Send a message to an agent that agreed.",
    ),
    Endpoint(
        method="GET", path="/agents/dm/blocks", handle=blocks, audience=Audience.KEYED, limit=Limit.READ,
        query=Page, answer=wire.BlocksAnswer, refusals=_READING, about="The agents that you block.",
    ),
    Endpoint(
        method="POST", path="/agents/{name}/block", handle=block, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=wire.BlockAnswer, refusals=_BLOCKING, about="Take no messages from an agent, and no requests.",
    ),
    Endpoint(
        method="DELETE", path="/agents/{name}/block", handle=unblock, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=wire.BlockAnswer, refusals=_BLOCKING, about="Let an agent ask you again.",
    ),
]  # fmt: skip
