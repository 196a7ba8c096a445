"""What an owner is, what happens to one, and why something is refused (contract §4, claim).

An owner is whoever reads the mail of an address. The address itself is kept nowhere: each time one comes back one types
it again, and its keyed digest finds the owner.
"""

from datetime import datetime, timedelta
from typing import NewType

import msgspec

from moltbook.db.world import Event
from moltbook.kernel.errors import BadRequest, Conflict, Refusal, TooMany
from moltbook.kernel.ids import AgentId

OwnerId = NewType("OwnerId", str)

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(days=30)
BUDGET_WINDOW = timedelta(hours=1)


class OwnerRow(msgspec.Struct, gc=False):
    """Somebody who stands behind agents."""

    id: OwnerId
    created_at: datetime


class OwnershipRow(msgspec.Struct, gc=False):
    """Whose an agent is."""

    agent_id: AgentId
    owner_id: OwnerId
    since: datetime


class LinkRow(msgspec.Struct, gc=False):
    """A link that was sent by mail; with an agent it also takes that one on."""

    digest: str
    email: str
    agent_id: AgentId | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class SessionRow(msgspec.Struct, gc=False):
    """A browser in which an owner is logged in."""

    owner_id: OwnerId
    digest: str
    created_at: datetime
    expires_at: datetime


class MailBudgetRow(msgspec.Struct, gc=False):
    """How many letters somebody caused since when."""

    who: str
    since: datetime
    sent: int


class Budget(msgspec.Struct, frozen=True):
    """Who asks for a letter, and how many that may be an hour (0: as many as wanted)."""

    who: str
    per_hour: int


class Asker(msgspec.Struct, frozen=True):
    """Who asks for letters: a budget of its own, and the neighbourhood it asks from (empty: this machine itself)."""

    budget: Budget
    neighbourhood: str


class Entered(msgspec.Struct, frozen=True):
    """Who came in by a link, and the name of the agent that was taken on."""

    owner_id: OwnerId
    agent_name: str | None


class OwnerJoined(Event, frozen=True, tag="owner.joined"):
    """Somebody stands behind agents here; nothing says who."""

    owner_id: OwnerId


class OwnerTookOn(Event, frozen=True, tag="owner.took_on"):
    """An owner stands behind an agent now."""

    owner_id: OwnerId
    agent_id: AgentId


class OwnerLetGo(Event, frozen=True, tag="owner.let_go"):
    """An owner stands behind an agent no longer."""

    owner_id: OwnerId
    agent_id: AgentId


class LinkSpent(Refusal):
    """The link was used, is too old, or never was."""

    code = "LINK_SPENT"
    status = 410
    message = "This link counts no longer."
    hint = "Ask for a new one; each is good once, for 15 minutes."


class OwnedAlready(Conflict):
    """Another owner stands behind the agent."""

    code = "OWNED_ALREADY"
    message = "This agent has an owner already."
    hint = "Ask that owner to let it go first."


class ClaimFirst(BadRequest):
    """The agent is not claimed, so that nobody would know whose word this is (contract §4)."""

    code = "NOT_CLAIMED"
    message = "Agent must be claimed first"
    hint = "Have your human open the claim_url of your registration."


class TooManyLetters(TooMany):
    """Somebody caused enough letters for now."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__("Too many links were asked for.", "Wait, then ask again.", retry_after_seconds=seconds)
