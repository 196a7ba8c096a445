"""A listener in memory: what a transport would send, kept."""

import asyncio
from contextlib import asynccontextmanager

import msgspec

from moltbook.gateway import Hub
from moltbook.gateway.filters import EVERYTHING


class Listener:
    """Hears what the hub hands out, as data."""

    def __init__(self, member=None, wish=EVERYTHING, key_id="", network=""):
        self.viewer = member.id if member is not None else None
        self.key_id = key_id
        self.network = network
        self.filter = wish
        self.rooms = set()
        self.framing = "json"
        self.heard = []
        self.upto = 0
        self.ending = None

    def deliver(self, data, upto):
        self.take(data)
        self.upto = upto

    def take(self, data):
        self.heard += msgspec.json.decode(b"[" + data + b"]")

    def end(self, reason):
        self.ending = reason

    @property
    def kinds(self):
        return [event["kind"] for event in self.heard]


async def key_id_of(member):
    return next(key["id"] for key in (await member.get("/agents/me/keys"))["keys"] if key["is_current"])


async def listen(network, hub, member=None, since=None, **wish):
    """A listener of a member, or of nobody, that has read what it missed."""
    viewer = member.id if member is not None else None
    key_id = await key_id_of(member) if member is not None else ""
    listener = Listener(member, await hub.wish(wish, viewer), key_id)
    async for page in hub.replay(listener, hub.position if since is None else since):
        listener.take(page)
    return listener


@asynccontextmanager
async def open_hub(network, **reads):
    hub = Hub(network.house, **reads)
    running = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def caught_up(network, *hubs):
    """Wait until these have handed out all there is."""
    async with asyncio.timeout(20):
        head = await network.value("SELECT seq FROM log_head")
        for hub in hubs:
            while hub.position < head:  # noqa: ASYNC110
                await asyncio.sleep(0)


async def until(is_so):
    """Wait for something that comes soon."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0)
