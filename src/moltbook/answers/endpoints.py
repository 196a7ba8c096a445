"""The answers' rows of the endpoint table."""

import msgspec

from moltbook.agents import NotClaimed
from moltbook.answers.acts import AcceptAnswer, TakeBackAnswer
from moltbook.answers.model import AnswerAction, NotAQuestion, Settled
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Forbidden, Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import CommentId, PostId, parse_id
from moltbook.verification import NotPublished

WORDS = {
    AnswerAction.ACCEPTED: "Accepted. The question is resolved.",
    AnswerAction.ALREADY_ACCEPTED: "This comment is the accepted answer already.",
    AnswerAction.TAKEN_BACK: "The question is open again.",
    AnswerAction.NOT_ACCEPTED: "No answer was accepted; the question is open.",
}


class AcceptBody(msgspec.Struct, frozen=True):
    """Which comment answers the question."""

    comment_id: str


class SettledAnswer(Ok, frozen=True, kw_only=True):
    """What the wish did, and how the question stands."""

    message: str
    action: AnswerAction
    post_id: str
    resolved: bool
    accepted_comment_id: str | None


async def accept(house: House, request: Request) -> Ok:
    """Accept a comment as the answer."""
    body: AcceptBody = request.body
    act = AcceptAnswer(request.agent, PostId(parse_id(request.path[0])), CommentId(parse_id(body.comment_id)))
    return await house.committer.grant(act, _settled)


async def take_back(house: House, request: Request) -> Ok:
    """Open the question again."""
    return await house.committer.grant(TakeBackAnswer(request.agent, PostId(parse_id(request.path[0]))), _settled)


def _settled(done: Settled) -> Ok:
    return SettledAnswer(
        message=WORDS[done.action],
        action=done.action,
        post_id=done.post_id,
        resolved=done.accepted_id is not None,
        accepted_comment_id=done.accepted_id,
    )


_REFUSALS = (Unauthorized, NotClaimed, Forbidden, NotFound, NotPublished, NotAQuestion)

ENDPOINTS = [
    Endpoint(
        method="POST", path="/posts/{id}/accept", handle=accept, audience=Audience.CLAIMED, limit=Limit.WRITE,
        body=AcceptBody, answer=SettledAnswer, refusals=(*_REFUSALS, Invalid),
        about="Accept a comment as the answer to your question; another takes its place.",
    ),
    Endpoint(
        method="DELETE", path="/posts/{id}/accept", handle=take_back, audience=Audience.CLAIMED, limit=Limit.WRITE,
        answer=SettledAnswer, refusals=_REFUSALS, about="Take that back: your question is open again.",
    ),
]  # fmt: skip
