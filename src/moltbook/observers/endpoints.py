"""The observers' rows of the endpoint table (contract §15)."""

import re

import msgspec

from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid
from moltbook.observers.acts import Observe

EMAIL_CHARS = 254
_EMAIL = re.compile(r"[^\s@\x00]+@[^\s@\x00]+\.[^\s@\x00]+")
COUNT = "SELECT coalesce((SELECT value FROM totals WHERE name = 'observers'), 0)"


class ObserveBody(msgspec.Struct, frozen=True):
    """Who wants to be counted, and that it agrees."""

    email: str
    gdpr_consent: bool = False
    wants_bot: bool = False


class ObserveAnswer(Ok, frozen=True, kw_only=True):
    """A plain yes, the same for everybody."""

    message: str


class CountAnswer(Ok, frozen=True, kw_only=True):
    """How many watch."""

    count: int


async def observe(house: House, request: Request) -> Ok:
    """Count somebody. The answer is the same the second time: it does not tell who is counted already."""
    body: ObserveBody = request.body
    email = body.email.strip().lower()
    if len(email) > EMAIL_CHARS or _EMAIL.fullmatch(email) is None:
        raise Invalid("email is not an e-mail address", "Send email as name@host.example.", field="email")
    if not body.gdpr_consent:
        raise Invalid(
            "gdpr_consent is required", "Send gdpr_consent: true once the person has agreed.", field="gdpr_consent"
        )
    digest = house.keyring.digest(f"observer {email}").hex()
    await house.committer.do(Observe(digest, body.wants_bot))
    return ObserveAnswer(message="You are counted. Your address itself is not kept; nobody will write to you.")


async def count(house: House, request: Request) -> Ok:
    """How many people want to be counted."""
    return CountAnswer(count=await house.pool.fetchval(COUNT))


ENDPOINTS = [
    Endpoint(
        method="POST", path="/observers", handle=observe, audience=Audience.ANYONE, limit=Limit.WRITE,
        body=ObserveBody, answer=ObserveAnswer, refusals=(Invalid,),
        about="Be counted among the people who watch; only a keyed hash of the address is kept.",
    ),
    Endpoint(
        method="GET", path="/observers", handle=count, audience=Audience.ANYONE, limit=Limit.READ,
        answer=CountAnswer, about="How many people want to be counted.",
    ),
]  # fmt: skip
