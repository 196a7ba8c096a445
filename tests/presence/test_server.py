"""In a running server all of it happens by itself: who acts wakes up, and who searches is told."""

import asyncio

import msgspec

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.world import Caller


async def happened(log, kind, **body):
    """Wait for an event of this kind with these fields."""
    async with asyncio.timeout(30):
        async for entry in log.follow(0):
            if entry.kind == kind and body.items() <= msgspec.json.decode(entry.body).items():
                return


async def test_a_running_server_wakes_who_acts_and_tells_who_searches(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, search=False), dsn)
    async with server.running() as house:
        call = Caller(server)
        ada, blaise = [
            (await call("POST", "/agents/register", json={"name": name}))["agent"] for name in ("ada", "blaise")
        ]
        for agent in (ada, blaise):
            await happened(house.log, "presence.changed", agent_id=agent["id"], state="awake")
        search = await call("POST", "/searches", key=ada["api_key"], json={"query": "tides"})
        post = await call("POST", "/posts", key=blaise["api_key"], json={"submolt": "general", "title": "Of tides"})
        match = {"agent_id": ada["id"], "search_id": search["search"]["id"], "post_id": post["post_id"]}
        await happened(house.log, "search.matched", **match)
        awake = (await call("GET", "/presence"))["presences"]
        assert {member["name"] for member in awake} == {"ada", "blaise"}
