"""A trial: one delivery at once, while its owner waits for what comes of it."""

import msgspec

from moltbook.agents import agent_by_id, ensure_claimed
from moltbook.house import House, Outcome
from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Unavailable
from moltbook.kernel.ids import AgentId, new_id
from moltbook.webhooks.progress import row_of
from moltbook.webhooks.signing import message_id, signed

# Each waits for a stranger's server; whoever comes when so many calls are under way is sent away.
MOST_AT_ONCE = 180


class Trial(msgspec.Struct, frozen=True, tag_field="kind", tag="webhook.test"):
    """What is sent; `seq` is where the log is."""

    seq: int
    at: str
    agent_id: AgentId
    webhook_id: str


async def ring(house: House, agent_id: AgentId, webhook_id: str) -> tuple[str, Outcome]:
    """Send a trial, also where the webhook is off; its id and what came of it.

    Raises: NotClaimed, NotFound, Unavailable.
    """
    ensure_claimed(await agent_by_id(house.pool, agent_id))
    row = await row_of(house.pool, agent_id, webhook_id)
    if house.courier.under_way >= MOST_AT_ONCE:
        raise Unavailable("Too many webhooks are being tried.", retry_after_seconds=5)
    now = house.clock()
    body = msgspec.json.encode(Trial(house.log.head, iso(now), agent_id, webhook_id))
    message = message_id(webhook_id, f"test_{new_id()}")
    headers = signed(house.keyring, row, message, body, now)
    return message, await house.courier.post(row.url, headers, body, whose=agent_id)
