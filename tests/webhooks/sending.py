"""The one who sends, run beside a network of a test, and agents with webhooks to a receiver."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from moltbook.app import keep_true
from moltbook.db.pool import connect
from moltbook.gateway import Hub, Posting
from moltbook.rooms import room_ids_of
from tests.webhooks.receiver import Delivery, Receiver
from tests.world import Member, Network

Found = TypeVar("Found")

# Takes the sender its connection, and with it the lock and all that it had not noted.
CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name = 'moltbook test webhooks' AND datname = current_database()
"""


@asynccontextmanager
async def sending(network: Network) -> AsyncIterator[Posting]:
    """Send for a while, as a server does."""
    house = network.house
    hub = Hub(house, room_ids_of)
    posting = Posting(house, hub, lambda: connect(network.dsn, "moltbook test webhooks"))
    parts = [hub.run(), posting.run(), keep_true(house, posting.hear, house.log.head)]
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        yield posting
    finally:
        for task in tasks[::-1]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def hooked(member: Member, receiver: Receiver, path: str = "", **filters: Any) -> dict[str, Any]:
    """A webhook of this member to the receiver; with its secret."""
    answer = await member.call("POST", "/webhooks", {"url": receiver.url + path, **filters})
    assert answer.status == 201, answer.body
    return {**answer["webhook"], "secret": answer["secret"]}


async def until(look: Callable[[], Awaitable[Found]]) -> Found:
    """Look until there is something; what was sent is noted in the sender's own time."""
    async with asyncio.timeout(20):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.02)


async def fares(member: Member, hook: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    """The webhook as soon as it is so."""

    async def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = (await member.get(f"/webhooks/{hook['id']}"))["webhook"]
        return shown if {name: shown[name] for name in wanted} == wanted else None

    return await until(look)


async def later(network: Network, member: Member, hook: dict[str, Any], **passed: float) -> None:
    """Time passes; that its owner touches a webhook has the sender look at the clock."""
    network.clock.advance(**passed)
    assert (await member.call("PATCH", f"/webhooks/{hook['id']}", {})).status == 200


def kinds(deliveries: list[Delivery]) -> list[str]:
    """What they tell of."""
    return [got.json["kind"] for got in deliveries]


async def at_rest(posting: Posting) -> Any:
    """Whether something is put off."""
    return posting.sends and posting._later
