"""The call that waits works as it stands in the skill files, over a real connection; streams are opened in gateway."""

import asyncio

import httpx2
import pytest

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening
from tests.skill.examples import examples
from tests.world import Caller


@pytest.mark.parametrize("where", ["in a post", "in a room"])
async def test_who_waits_is_told_when_it_is_named(dsn, tmp_path, where):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port, httpx2.AsyncClient(timeout=30) as http:
        call = Caller(server)
        ada, blaise = [
            (await call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]
            for name in ("ada", "blaise")
        ]
        [one] = [one.filled(YOUR_API_KEY=ada, SEQ="0") for one in examples(server.settings) if one.tag == "listen"]
        asked = asyncio.create_task(http.get(f"http://127.0.0.1:{port}/api/v1{one.path}", headers=one.headers))
        while not len(server.hub):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        body = {"title": "T", "content": "What do you say, @ada?", "submolt_name": "general"}
        if where == "in a post":
            await call("POST", "/posts", key=blaise, json=body)
        else:
            lounge = (await call("GET", "/submolts/general/rooms"))["rooms"][0]["id"]
            await call("POST", f"/rooms/{lounge}/messages", key=blaise, json={"content": body["content"]})
        answer = (await asked).json()
        assert [event["words"]["content"] for event in answer["events"]] == [body["content"]]
        assert answer["seq"] >= answer["events"][-1]["seq"]
