"""`moltbook moderate` as the operator runs it: a process of its own beside the server."""

import asyncio
import json
import subprocess
import sys

import pytest

MOLTBOOK = "from moltbook.cli.main import main; main()"


@pytest.fixture
def moltbook(network, tmp_path):
    """Run a command beside the network."""

    async def run(*words, code=0):
        command = [sys.executable, "-c", MOLTBOOK, "moderate", *words, "--data", str(tmp_path / "data")]
        command += ["--database-url", network.dsn]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stderr
        network.api.hear(await network.house.log.read(0))
        return done.stdout if code == 0 else done.stderr

    return run


async def test_the_operator_follows_a_report_and_an_appeal_to_the_end(network, moltbook):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, "Buy [red]stars[/]", "reef")
    for path in (f"/posts/{post}", f"/comments/{await network.comment(blaise, post)}"):
        assert (await ada.call("POST", f"{path}/report", {"reason": "spam"})).status == 200
    page = json.loads(await moltbook("reports", "--agent", "BLAISE", "--submolt", "reef", "--limit", "1", "--json"))
    assert (page["reports"][0]["author"], page["reports"][0]["submolt"]) == ("blaise", "reef")
    assert page["next_cursor"] is not None
    removed, suspended, unknown = await asyncio.gather(
        moltbook("remove", post, "--reason", "Sells stars."),
        moltbook("suspend", "blaise", "--hours", "5", "--reason", "Sells stars.", "--json"),
        moltbook("lift", "nobody", "--reason", "Mistake.", code=1),
    )
    assert removed == "Removed.\n"
    assert json.loads(suspended)["done"].startswith("blaise: suspend until ")
    assert "Agent not found" in unknown and "Traceback" not in unknown
    (entry,) = (await network.get("/submolts/reef/modlog"))["entries"]
    assert (entry["action"], entry["actor"], entry["reason"]) == ("remove_post", "operator", "Sells stars.")
    assert (await blaise.publish())["code"] == "SUSPENDED"
    assert (await blaise.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "They were free."})).status == 200
    waiting = json.loads(await moltbook("appeals", "--json"))
    assert [(a["entry_id"], a["text"], a["owner"]) for a in waiting] == [(entry["id"], "They were free.", "ada")]
    answered, past = await asyncio.gather(
        moltbook("answer", entry["id"], "granted", "--note", "True."), moltbook("agent", "blaise")
    )
    assert answered == "The appeal is granted.\n"
    assert "suspended until" in past and "Sells stars." in past
    assert (await network.get(f"/posts/{post}"))["post"]["title"] == "Buy [red]stars[/]"
