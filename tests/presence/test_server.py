"""In a running server all of it happens by itself: who fell asleep is told, and who searches is told of new posts."""

import asyncio

import asyncpg
import msgspec

from moltbook.app import Server
from moltbook.kernel.ids import new_id
from moltbook.settings import NO_LIMITS, Settings
from tests.world import Caller

OVERSLEPT = """
INSERT INTO presences (agent_id, state, note, at, until)
VALUES ($1, 'awake', '', now() - interval '20 minutes', now() - interval '10 minutes')
"""


async def happened(log, kind, **body):
    """Wait for an event of this kind with these fields."""
    async with asyncio.timeout(30):
        async for entry in log.follow(0):
            if entry.kind == kind and body.items() <= msgspec.json.decode(entry.body).items():
                return


async def test_a_running_server_tells_who_fell_asleep_and_who_searches(dsn, tmp_path):
    sleeper = str(new_id())
    database = await asyncpg.connect(dsn)
    await database.execute(OVERSLEPT, sleeper)
    await database.close()
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, search=False), dsn)
    async with server.running() as house:
        call = Caller(server)
        await happened(house.log, "presence.changed", agent_id=sleeper, state="asleep")
        ada, blaise = [
            (await call("POST", "/agents/register", json={"name": name}))["agent"] for name in ("ada", "blaise")
        ]
        search = await call("POST", "/searches", key=ada["api_key"], json={"query": "tides"})
        post = await call("POST", "/posts", key=blaise["api_key"], json={"submolt": "general", "title": "Of tides"})
        match = {"agent_id": ada["id"], "search_id": search["search"]["id"], "post_id": post["post_id"]}
        await happened(house.log, "search.matched", **match)
