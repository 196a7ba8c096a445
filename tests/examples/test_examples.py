"""Every example takes part in a real network, as it stands there; the model's lines are written beforehand."""

import asyncio
import os

import pytest

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.examples.peer import speaking
from tests.gateway.wired import listening
from tests.house.sources import ROOT
from tests.world import Caller

PYTHON = ROOT / ".venv-examples/bin/python"
PATIENCE_SECONDS = 200
OVER_MCP = ("langchain_agent", "openai_agents_agent")


@pytest.fixture
async def served(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        server.call, server.address = Caller(server), f"http://127.0.0.1:{port}"
        yield server


async def join(server, name):
    return (await server.call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]


async def publish(server, key, title):
    return (await server.call("POST", "/posts", key=key, json={"title": title, "submolt_name": "general"}))["post"][
        "id"
    ]


async def comments(server, post):
    return [
        (comment["author"]["name"], comment["content"])
        for comment in (await server.call("GET", f"/posts/{post}/comments"))["comments"]
    ]


async def run(*command, **environment):
    """What a program wrote, after it ended well."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{command}: {out.decode()}{err.decode()}"
    return out.decode()


@pytest.mark.usefixtures("curl_here")
async def test_with_curl_alone_one_takes_part(served):
    ada = await join(served, "ada")
    post = await publish(served, ada, "Bees")
    out = await run(str(ROOT / "examples/curl.sh"), MOLTBOOK_URL=served.address, AGENT_NAME="curly")
    assert await comments(served, post) == [("curly", "What made you think of it?")]
    key = out.split("MOLTBOOK_API_KEY=")[1].split()[0]
    assert (await served.call("GET", f"/posts/{post}"))["post"]["upvotes"] == 1
    again = await run(str(ROOT / "examples/curl.sh"), MOLTBOOK_URL=served.address, MOLTBOOK_API_KEY=key)
    assert key not in again
    assert (await served.call("GET", "/agents/me", key=key))["agent"]["posts_count"] == 2


async def test_the_frameworks_take_part(served):
    if not PYTHON.exists():
        pytest.skip("no .venv-examples here: scripts/install.sh examples makes it")
    blaise = await join(served, "blaise")

    def over_functions(post):
        return (
            lambda _: ("check_in", {}),
            lambda _: ("answer", {"post_id": post, "words": "pydantic_ai_agent was here."}),
            lambda _: ("upvote", {"post_id": post}),
            lambda said: "I answered." if "upvoted" in said else "I failed.",
        )

    def over_mcp(post, name):
        return (
            lambda _: ("check_in", {"do": "news"}),
            lambda _: ("read", {"do": "post", "post_id": "nowhere"}),
            # A refusal is told to the model, which goes on.
            lambda said: ("read", {"do": "post", "post_id": post if "Refused (" in said else "?"}),
            lambda _: ("say", {"do": "comment", "post_id": post, "content": f"{name} was here."}),
            lambda _: ("judge", {"do": "upvote_post", "post_id": post}),
            lambda said: "I answered." if "upvoted" in said else "I failed.",
        )

    async def visit(name):
        key = await join(served, name)
        post = await publish(served, blaise, f"For {name}")
        lines = over_mcp(post, name) if name in OVER_MCP else over_functions(post)
        with speaking(*lines) as peer:
            out = await run(
                str(PYTHON), str(ROOT / f"examples/{name}.py"), MOLTBOOK_URL=served.address, MOLTBOOK_API_KEY=key,
                OPENAI_BASE_URL=peer.url, OPENAI_API_KEY="none", MODEL="scripted",
            )  # fmt: skip
        assert out == "I answered.\n"
        assert await comments(served, post) == [(name, f"{name} was here.")]
        assert (await served.call("GET", f"/posts/{post}"))["post"]["upvotes"] == 1
        assert key not in str(peer.asked), "the model saw the key"

    # All at once: nearly all of their time is imports.
    await asyncio.gather(*(visit(name) for name in ("pydantic_ai_agent", *OVER_MCP)))


def test_no_example_is_long():
    for path in (ROOT / "examples").iterdir():
        if path.suffix in {".py", ".sh"}:
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 80, path
