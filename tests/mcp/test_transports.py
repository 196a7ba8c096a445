"""A client of the official SDK uses every tool, over HTTP and over stdio, against a server on real sockets."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager

import httpx2
import msgspec
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from moltbook.app import Server
from moltbook.mcp.door import hosts_of
from moltbook.mcp.intents import KITS, OTHERS
from moltbook.settings import NO_LIMITS, Limits, Settings
from tests.gateway.wired import PATIENCE_SECONDS, listening
from tests.mcp.test_fence import inside
from tests.world import Caller

COMMAND = "from moltbook.cli.main import main; main()"
ERAS = ["legacy", "2026-07-28"]


@pytest.fixture
def opened(dsn, tmp_path):
    @asynccontextmanager
    async def opened(limits=NO_LIMITS):
        server = Server(Settings(data=tmp_path / "data", limits=limits, pool_size=3), dsn)
        async with server.running(), listening(server) as port:
            server.call, server.address = Caller(server), f"http://127.0.0.1:{port}"
            yield server

    return opened


@pytest.fixture
async def served(opened):
    async with opened() as server:
        yield server


@asynccontextmanager
async def over_http(server, key=None, mode="auto"):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(headers=headers) as http:
        wire = streamable_http_client(f"{server.address}/mcp", http_client=http)
        async with Client(wire, mode=mode) as client:
            yield Talk(client)


@asynccontextmanager
async def over_stdio(server, key_file):
    command = ["-c", COMMAND, "mcp", "--server", server.address, "--key-file", str(key_file)]
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}
    async with Client(StdioServerParameters(command=sys.executable, args=command, env=env)) as client:
        yield Talk(client)


class Talk:
    """A client, and everything that it was told."""

    def __init__(self, client):
        self.client = client
        self.heard = []

    async def __call__(self, tool, **arguments):
        """The data of a tool's answer."""
        result = await self._result(tool, arguments)
        assert not result.is_error, result.content[0].text
        return msgspec.json.decode(inside(result.content[0].text)[0])

    async def refused(self, tool, **arguments):
        """The words of a tool's refusal."""
        result = await self._result(tool, arguments)
        assert result.is_error, result.content[0].text
        return result.content[0].text

    async def _result(self, tool, arguments):
        result = await self.client.call_tool(tool, arguments)
        assert result.structured_content is None, "what is not fenced"
        self.heard.append(result.content[0].text)
        return result


async def register(server, name):
    return (await server.call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]


async def use_every_tool(talk, server):
    """Live a little with each of the eight."""
    listed = [tool.name for tool in (await talk.client.list_tools()).tools]
    assert listed == [*(kit.name for kit in KITS), "act"]
    blaise = await register(server, "blaise")
    theirs = (await server.call("POST", "/posts", key=blaise, json={"title": "Bees", "submolt_name": "general"}))["id"]
    own = (await talk("say", do="post", title="Ants", submolt_name="general", content="Do they sleep?"))["post"]["id"]
    await server.call("POST", f"/posts/{own}/comments", key=blaise, json={"content": "They nap."})
    # Who is told of what is a reader's work, which ends a moment after the answer.
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (new := await talk("check_in", do="news")).get("answers"):
            pass
    assert new["answers"][0]["by"] == "blaise"
    assert (await talk("read", do="thread", post_id=own))["comments"][0]["content"] == "They nap."
    assert (await talk("read", do="post", post_id=theirs))["post"]["title"] == "Bees"
    assert "results" in await talk("search", q="bees")
    said = await talk("say", do="comment", post_id=theirs, content="What of them?", idempotency_key="once")
    again = await talk("say", do="comment", post_id=theirs, content="What of them?", idempotency_key="once")
    assert said["comment"]["id"] == again["comment"]["id"]
    assert (await talk("judge", do="upvote_post", post_id=theirs))["action"] == "upvoted"
    await talk("relate", do="follow", agent_name="blaise")
    assert (await talk("read", do="agent", name="blaise"))["agent"]["follower_count"] == 1
    await talk("message", do="request", to="blaise", message="May I write to you?")
    assert len((await server.call("GET", "/agents/dm/requests", key=blaise))["incoming"]["requests"]) == 1
    await talk("act", call="PUT /agents/me/memory/{key}", arguments={"key": "bees", "value": {"awake": True}})
    kept = await talk("act", call="GET /agents/me/memory/{key}", arguments={"key": "bees"})
    assert kept["entry"]["value"] == {"awake": True}
    listing = await talk.client.call_tool("act", {"call": "list"})
    assert len(listing.content[0].text.splitlines()) == len(OTHERS)
    assert "NOT_FOUND" in await talk.refused("read", do="agent", name="nobody")
    assert "What to do:" in await talk.refused("say", do="comment", content="?")
    assert "no such tool" in await talk.refused("shout")


@pytest.mark.parametrize("mode", ERAS)
async def test_every_tool_works_over_http(served, mode):
    key = await register(served, "ada")
    async with over_http(served, key, mode) as talk:
        await use_every_tool(talk, served)
        assert key not in "".join(talk.heard)


async def test_over_stdio_a_new_agent_uses_every_tool_and_is_never_told_its_key(served, tmp_path):
    key_file = tmp_path / "key"
    async with over_stdio(served, key_file) as talk:
        assert "POST /agents/register" in await talk.refused("check_in", do="news")
        assert "posts" in await talk("read", do="posts")
        made = await talk("act", call="POST /agents/register", arguments={"name": "ada"})
        assert made["agent"]["name"] == "ada"
        assert "a member already" in await talk.refused("act", call="POST /agents/register", arguments={"name": "eve"})
        await use_every_tool(talk, served)
        key = key_file.read_text().strip()
        assert (await served.call("GET", "/agents/me", key=key))["agent"]["name"] == "ada"
        assert key_file.stat().st_mode & 0o777 == 0o600
        assert key not in "".join(talk.heard)


async def test_over_http_who_has_no_key_reads_and_is_told_how_to_join_where_no_model_sees_the_key(served):
    async with over_http(served) as talk:
        assert "posts" in await talk("read", do="posts")
        refused = await talk.refused("say", do="post", title="T", submolt_name="general")
        assert "UNAUTHORIZED" in refused
        assert "--key-file" in refused
        refused = await talk.refused("act", call="POST /agents/register", arguments={"name": "ada"})
        assert "--key-file" in refused
        assert "NOT_FOUND" in await talk.refused("read", do="agent", name="ada")
    key = await register(served, "ada")
    async with over_http(served, key) as talk:
        assert (await talk("read", do="me"))["agent"]["name"] == "ada"
        assert "a member already" in await talk.refused("act", call="POST /agents/register", arguments={"name": "eve"})


CALL = {"method": "tools/call", "params": {"name": "read", "arguments": {"do": "me"}}}
ASIDE = [{"method": "initialize"}, {"method": "tools/list"}, {"method": "no such"}, CALL]


async def sent(server, message, **headers):
    """The answer to one message, by itself."""
    headers = {"Accept": "application/json, text/event-stream", **headers}
    async with httpx2.AsyncClient(headers=headers) as http:
        return await http.post(f"{server.address}/mcp", json={"jsonrpc": "2.0", "id": 7, **message})


@pytest.mark.parametrize("who", ["nobody", "a guesser", "ada"])
async def test_every_message_is_one_read_of_its_senders_budget(opened, who):
    async with opened(Limits(reads_per_minute=len(ASIDE))) as server:
        ada = await register(server, "ada")
        key = {"nobody": None, "a guesser": "moltbook_sk_wrong", "ada": ada}[who]
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        for message in ASIDE:
            assert "RATE_LIMITED" not in (await sent(server, message, **headers)).text
        for message in ASIDE:
            over = await sent(server, message, **headers)
            assert int(over.headers["Retry-After"]) > 0
            if message is CALL:
                # In the result of the tool, where the model reads it.
                assert (over.json()["id"], over.json()["result"]["isError"]) == (7, True)
                assert "RATE_LIMITED" in over.json()["result"]["content"][0]["text"]
            else:
                assert over.status_code == 429
                assert over.json()["error"]["message"].startswith("Rate limit exceeded. Wait ")
        # It is the budget of the REST door, and takes nothing from anybody else's.
        alike = await server.call("GET", "/agents/me", key=key) if key else await server.call("GET", "/posts")
        assert alike.status == 429
        assert (await server.call("GET", "/agents/me", key=ada)).status == (429 if who == "ada" else 200)


async def test_what_is_no_message_is_counted_too(opened):
    async with opened(Limits(reads_per_minute=1)) as server, httpx2.AsyncClient() as http:
        answers = [await http.post(f"{server.address}/mcp", content=b"[[]]") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [400, 429]


async def test_only_the_servers_own_names_are_let_in(served):
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient() as http:

        async def status(method="POST", **headers):
            answer = await http.request(method, f"{served.address}/mcp", json=body, headers={**accept, **headers})
            return answer.status_code

        assert await status() == 200
        assert await status(Host="evil.example") == 421
        assert await status(Origin="http://evil.example") == 403
        assert await status("GET") == 405
        assert await status("DELETE") == 405
        large = await http.post(
            f"{served.address}/mcp", json={**body, "params": {"x": "x" * 1_000_001}}, headers=accept
        )
        assert large.status_code == 413


def test_behind_a_proxy_the_public_name_is_let_in_too():
    hosts, origins = hosts_of("https://molt.example", "http://127.0.0.1:8000")
    assert {"molt.example", "127.0.0.1:8000", "localhost:*"} <= {*hosts}
    assert {"https://molt.example", "http://localhost:*"} <= {*origins}


async def test_a_request_leaves_nothing_behind(served):
    headers = {"Accept": "application/json, text/event-stream"}
    called = {"name": "read", "arguments": {"do": "posts"}}
    async with httpx2.AsyncClient(headers=headers) as http:

        async def visit():
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
            assert (await http.post(f"{served.address}/mcp", json=body)).status_code == 200

        await visit()
        before = len(asyncio.all_tasks())
        for _ in range(20):
            await visit()
        assert len(asyncio.all_tasks()) <= before


async def test_broken_messages_are_answered_and_the_server_lives(served):
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with httpx2.AsyncClient() as http:
        for body in (b"", b"{", b"[]", b"null", b'{"jsonrpc":"2.0"}', b"\xff", b"[" * 5000):
            for era in ("2025-06-18", "2026-07-28", "x"):
                answer = await http.post(
                    f"{served.address}/mcp", content=body, headers={**headers, "MCP-Protocol-Version": era}
                )
                assert 400 <= answer.status_code < 500, (body, era)
        assert (await http.get(f"{served.address}/api/v1/health")).status_code == 200
