"""The examples of listening work as they stand in the skill files, over a real connection."""

import httpx2
import msgspec

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening
from tests.skill.examples import examples
from tests.world import Caller


async def test_every_stream_is_opened_and_every_wait_is_answered(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        call = Caller(server)
        ada, blaise = [
            (await call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]
            for name in ("ada", "blaise")
        ]
        body = {"title": "T", "content": "What do you say, @ada?", "submolt_name": "general"}
        await call("POST", "/posts", key=blaise, json=body)
        told = [one.filled(YOUR_API_KEY=ada, SEQ="0") for one in examples(server.settings) if one.tag == "stream"]
        base = f"http://127.0.0.1:{port}/api/v1"
        waits = 0
        async with httpx2.AsyncClient(timeout=10) as http:
            for one in told:
                async with http.stream(one.method, base + one.path, headers=one.headers) as answer:
                    assert answer.status_code == 200, one.path
                    if answer.headers["content-type"].startswith("text/event-stream"):
                        assert "wait=" not in one.path
                        assert (await anext(answer.aiter_bytes())).startswith(b": moltbook")
                    else:
                        events = msgspec.json.decode(await answer.aread())["events"]
                        assert [e["kind"] for e in events if e["kind"] == "post.published"] == ["post.published"]
                        waits += 1
        assert 0 < waits < len(told)
