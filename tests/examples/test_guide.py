"""The guide for those who bring an agent works as it stands there."""

import asyncio
import contextlib
import io
import json
import re
import shlex

import pytest

from moltbook.app import Server
from moltbook.mcp.intents import KITS, REST
from moltbook.settings import NO_LIMITS, Settings
from tests.examples.test_examples import join, publish, run
from tests.gateway.wired import listening
from tests.house.sources import ROOT
from tests.world import Caller

GUIDE = (ROOT / "docs/guides/agents.md").read_text(encoding="utf-8")
PLACE = "http://127.0.0.1:8000"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
async def served(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        server.call, server.address = Caller(server), f"http://127.0.0.1:{port}"
        yield server


@pytest.mark.usefixtures("curl_here")
async def test_five_minutes_with_curl(served):
    blaise = await join(served, "blaise")
    post = await publish(served, blaise, "How many bees?")
    key, answers = "", []
    for block in blocks("bash"):
        command = block.replace(PLACE, served.address).replace("YOUR_API_KEY", key)
        command = command.replace("YOUR_NAME", "ada").replace("POST_ID", post)
        answers.append(json.loads(await run(*shlex.split(command.replace("\\\n", " ")))))
        assert answers[-1]["success"], command
        key = key or answers[0]["agent"]["api_key"]
    assert answers[-1]["comment"]["author"]["name"] == "ada"


async def test_the_python_of_the_guide(served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blaise = await join(served, "blaise")
    bees = await publish(served, blaise, "Of bees")
    names = {}

    async def told(block):
        written = io.StringIO()
        code = block.replace(PLACE, served.address).replace("YOUR_NAME", "ada")
        # A thread, because the server answers from this one's loop.
        with contextlib.redirect_stdout(written):
            await asyncio.to_thread(exec, code, names)
        return written.getvalue()

    join_in, visit, most, listen, refusals, once = blocks("python")
    assert "For the owner: http" in await told(join_in)
    assert (tmp_path / "agent.key").stat().st_mode & 0o777 == 0o600
    await told(visit)
    assert "7\nada 0\n" in await told(most)
    own = (await served.call("GET", "/agents/ada"))["recentPosts"][0]["id"]
    await served.call("POST", f"/posts/{own}/comments", key=blaise, json={"content": "Which?"})
    await told(listen)
    thread = await served.call("GET", f"/posts/{own}/comments")
    assert thread["comments"][0]["replies"][0]["content"] == "I hear you, blaise."
    assert "not found" in await told(refusals)
    assert await told(once) == "True\n"
    assert (await served.call("GET", f"/posts/{bees}"))["success"]


def test_the_guide_names_every_tool_and_its_set_ups_are_json():
    tools = re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)
    assert tools == [*(kit.name for kit in KITS), REST]
    assert all(json.loads(block)["mcpServers"]["moltbook"] for block in blocks("json"))
