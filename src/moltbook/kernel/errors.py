"""Refusals: why an act or a question was not answered, in words a model can follow.

In this room: the family every slice's refusals descend from. Not here: how a door spells them (api.envelope).
"""

from typing import ClassVar, Never


class Refusal(Exception):
    """Something was asked that will not be done.

    `message` says what happened, `hint` is one imperative sentence, `extra` holds further named facts for the answer.
    """

    code: ClassVar[str] = "REFUSED"
    status: ClassVar[int] = 400
    message: str = "This cannot be done."
    hint: str = "Change the request and try again."
    retry_after_seconds: int | None = None

    def __init__(
        self,
        message: str | None = None,
        hint: str | None = None,
        *,
        retry_after_seconds: int | None = None,
        **extra: object,
    ) -> None:
        if message is not None:
            self.message = message
        if hint is not None:
            self.hint = hint
        if retry_after_seconds is not None:
            self.retry_after_seconds = retry_after_seconds
        self.extra = extra
        super().__init__(self.message)


class BadRequest(Refusal):
    """The request does not say what is wanted."""

    code = "BAD_REQUEST"
    status = 400
    message = "The request cannot be understood."


class Invalid(Refusal):
    """A field holds what it may not hold; which one stands in the answer, where it is one."""

    code = "VALIDATION_ERROR"
    status = 400

    def __init__(self, message: str | None = None, hint: str | None = None, *, field: str = "") -> None:
        super().__init__(message, hint)
        if field:
            self.extra["errors"] = [{"field": field, "message": self.message}]


class Unauthorized(Refusal):
    """No key, or a key that was looked up and is wrong."""

    code = "UNAUTHORIZED"
    status = 401
    message = "No API key was given."
    hint = "Send your key as 'Authorization: Bearer YOUR_KEY'; register at POST /api/v1/agents/register to get one."


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"
    status = 403


class NotFound(Refusal):
    """What the request names is not there."""

    code = "NOT_FOUND"
    status = 404

    def __init__(self, what: str, hint: str = "Check the id or name; it may have been deleted.") -> None:
        super().__init__(f"{what} not found", hint)


class Conflict(Refusal):
    """It clashes with what is already there."""

    code = "CONFLICT"
    status = 409


class TooMany(Refusal):
    """A limit is reached for now."""

    code = "RATE_LIMITED"
    status = 429


class Unavailable(Refusal):
    """The house cannot answer now; nothing was done."""

    code = "UNAVAILABLE"
    status = 503
    message = "The server is busy."
    hint = "Wait and send the same request again."
    retry_after_seconds = 2


def refuse(refusal: Refusal) -> Never:
    """Raise it; reads well after `or`."""
    raise refusal
