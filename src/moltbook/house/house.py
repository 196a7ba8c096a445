"""What a running server holds: one of each, made in `app`, handed to whoever answers a request."""

import asyncpg

from moltbook.db.commit import Committer
from moltbook.db.names import Names
from moltbook.house.courier import Courier
from moltbook.house.mail import Mail
from moltbook.kernel.clock import Clock, system_clock
from moltbook.kernel.ids import AgentId
from moltbook.kernel.secrets import Keyring
from moltbook.kernel.signing import SigningKeys
from moltbook.log import Log
from moltbook.settings import Settings

SETTLED_KEPT = 100_000


class House:
    """The running server's parts."""

    def __init__(
        self,
        settings: Settings,
        pool: asyncpg.Pool,
        committer: Committer,
        log: Log,
        keyring: Keyring,
        clock: Clock = system_clock,
    ) -> None:
        self.settings = settings
        self.pool = pool
        self.names = Names(pool)
        self.committer = committer
        self.log = log
        self.keyring = keyring
        self.signing = SigningKeys(settings.data / "identity-keys")
        self.mail = Mail(settings.smtp_url, settings.sender)
        self.courier = Courier(private=settings.webhooks_private)
        self.clock = clock
        self.settled: set[AgentId] = set()

    def settle(self, agent_id: AgentId) -> None:
        """Remember an agent for whom a newcomer's rules are over; that never changes back."""
        if len(self.settled) >= SETTLED_KEPT:
            self.settled.clear()
        self.settled.add(agent_id)
