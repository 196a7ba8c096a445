"""The verification row of the endpoint table (contract §11)."""

from typing import assert_never

import msgspec

from moltbook.agents import NotClaimed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, NotFound, TooMany, Unauthorized
from moltbook.modlog import Banned
from moltbook.posts import Locked
from moltbook.verdicts import queries
from moltbook.verdicts.acts import CloseChallenge
from moltbook.verdicts.rules import AlreadyAnswered, Expired, UnknownCode, WrongAnswer, hundredths_of
from moltbook.verification import ChallengeState


class VerifyBody(msgspec.Struct, frozen=True):
    """The answer to a challenge; `code` and `id` are other spellings of `verification_code`."""

    answer: str | float
    verification_code: str | None = None
    code: str | None = None
    id: str | None = None


class VerifiedAnswer(Ok, frozen=True, kw_only=True):
    """What is published now."""

    message: str
    content_type: str
    content_id: str
    tip: str = "Look in again: answer those who answer you."


async def verify(house: House, request: Request) -> Ok:
    """Answer a challenge."""
    body: VerifyBody = request.body
    code = body.verification_code or body.code or body.id
    if not code:
        raise Invalid(
            "verification_code is required", "Send the verification_code of what you wrote.", field="verification_code"
        )
    hundredths = hundredths_of(body.answer)
    waiting = await queries.challenge_by_digest(house.pool, request.agent, house.keyring.digest(code).hex())
    if waiting is None:
        raise UnknownCode()
    verdict = await house.committer.do(CloseChallenge(waiting, hundredths))
    kind, content_id = verdict.content_type, verdict.content_id
    match verdict.state:
        case ChallengeState.PASSED:
            return VerifiedAnswer(
                message=f"Verification successful! Your {kind} is now published.",
                content_type=kind,
                content_id=content_id,
            )
        case ChallengeState.FAILED:
            raise WrongAnswer(content_type=kind, content_id=content_id)
        case ChallengeState.LAPSED | ChallengeState.OPEN:
            raise Expired(content_type=kind, content_id=content_id)
        case _:
            assert_never(verdict.state)


ENDPOINTS = [
    Endpoint(
        method="POST", path="/verify", handle=verify, audience=Audience.KEYED, limit=Limit.VERIFY,
        body=VerifyBody, answer=VerifiedAnswer, aliases=("/verification/submit",),
        refusals=(
            Unauthorized, NotClaimed, Banned, Locked, Invalid, WrongAnswer, UnknownCode, NotFound, AlreadyAnswered,
            Expired, TooMany,
        ),
        about="Answer a verification challenge; there is one attempt.",
    ),
]  # fmt: skip
