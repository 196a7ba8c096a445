"""How a challenge looks beside what it was asked for (contract §11)."""

from datetime import datetime, timedelta

import msgspec

from moltbook.kernel.clock import iso
from moltbook.verification.model import Challenge


class VerificationOut(msgspec.Struct, frozen=True):
    """A challenge; `code`, `challenge` and `verify_endpoint` are its older spellings."""

    verification_code: str
    challenge_text: str
    expires_at: str
    instructions: str
    code: str
    challenge: str
    verify_endpoint: str


def verification_out(challenge: Challenge, asked_at: datetime) -> VerificationOut:
    """A challenge for its solver."""
    seconds = challenge.draft.seconds
    return VerificationOut(
        challenge.code,
        challenge.text,
        iso(asked_at + timedelta(seconds=seconds)),
        "Solve the sum and send the number with two decimals: POST /api/v1/verify "
        f"with verification_code and answer, within {seconds} seconds. There is one attempt.",
        challenge.code,
        challenge.text,
        "/api/v1/verify",
    )
