"""What accepting an answer did, and why it is refused."""

from enum import StrEnum

import msgspec

from moltbook.kernel.errors import BadRequest
from moltbook.kernel.ids import CommentId, PostId


class AnswerAction(StrEnum):
    """What the wish did."""

    ACCEPTED = "accepted"
    ALREADY_ACCEPTED = "already_accepted"
    TAKEN_BACK = "taken_back"
    NOT_ACCEPTED = "not_accepted"


class Settled(msgspec.Struct, frozen=True):
    """What the wish did, and which comment answers the question now."""

    action: AnswerAction
    post_id: PostId
    accepted_id: CommentId | None


class NotAQuestion(BadRequest):
    """Only a question has an answer."""

    code = "NOT_A_QUESTION"
    message = "This post is not a question."
    hint = 'Accept answers to posts that were published with "intent": "question".'
