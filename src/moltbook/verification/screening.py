"""Before something is written: must its author solve a challenge, and is it held to a newcomer's limits?

Looked up before the act and passed in as fields of it, so that the acts of settled members carry none of this.
"""

from datetime import datetime, timedelta
from random import SystemRandom

import msgspec

from moltbook.house import Caller, House
from moltbook.kernel.ids import AgentId
from moltbook.settings import VerificationMode
from moltbook.verification.grammar import new_sum
from moltbook.verification.model import Challenge, ContentType, Draft

FIRST_DAY = timedelta(hours=24)
PASSES_TO_SETTLE = 5
ANSWER_SECONDS = {ContentType.POST: 300, ContentType.COMMENT: 300, ContentType.SUBMOLT: 30}

STANDING = """
SELECT a.created_at, coalesce(s.trusted, false), coalesce(s.passed, 0)
FROM agents a
LEFT JOIN standings s ON s.agent_id = a.id
WHERE a.id = $1
"""

_rng = SystemRandom()


class Screening(msgspec.Struct, frozen=True):
    """The challenge to solve, if any; until when a newcomer's limits hold, if they do."""

    challenge: Challenge | None = None
    newcomer_until: datetime | None = None

    @property
    def draft(self) -> Draft | None:
        """What the act needs of the challenge."""
        return self.challenge.draft if self.challenge is not None else None


PLAIN = Screening()


async def screened(house: House, caller: Caller, kind: ContentType) -> Screening:
    """Look at who wants to write. A restricted agent is held to a newcomer's limits until that ends."""
    screening = await _screened(house, caller.id, kind)
    restricted = caller.restricted_until
    if restricted is None:
        return screening
    now = house.clock()
    if restricted <= max(now, screening.newcomer_until or now):
        return screening
    return msgspec.structs.replace(screening, newcomer_until=restricted)


async def _screened(house: House, agent_id: AgentId, kind: ContentType) -> Screening:
    settings = house.settings
    mode = settings.verification
    if mode is VerificationMode.OFF and not settings.new_agent_limits:
        return PLAIN
    if agent_id in house.settled:
        return PLAIN
    row = await house.pool.fetchrow(STANDING, agent_id)
    if row is None:
        return PLAIN
    joined, trusted, passed = row
    until = joined + FIRST_DAY
    young = house.clock() < until
    proven = passed >= PASSES_TO_SETTLE or mode is VerificationMode.OFF
    if trusted or (mode is not VerificationMode.ALL and proven and not young):
        house.settle(agent_id)
        return PLAIN
    match mode:
        case VerificationMode.OFF:
            asked = False
        case VerificationMode.NEW:
            asked = young or not proven
        case VerificationMode.ALL:
            asked = True
    return Screening(
        _new_challenge(house, kind) if asked else None,
        until if young and settings.new_agent_limits else None,
    )


def _new_challenge(house: House, kind: ContentType) -> Challenge:
    made = new_sum(_rng)
    code = house.keyring.new_challenge_code()
    return Challenge(code, made.text, Draft(house.keyring.digest(code).hex(), made.hundredths, ANSWER_SECONDS[kind]))
