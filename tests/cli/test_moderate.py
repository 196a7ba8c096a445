"""`moltbook moderate` as the operator runs it: in a process of its own beside the server."""

import asyncio
import json
import subprocess
import sys

import pytest

from moltbook.cli.moderate import line

# Several commands in a row: importing everything takes longer than any of them.
SERIES = """
import json, sys
from moltbook.cli.main import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["moltbook", "moderate", *words]
    try:
        main()
    except SystemExit as end:
        print(f"exit {end.code}")
    print(end="\\0", flush=True)
"""


@pytest.fixture
def moltbook(network, tmp_path):
    """Run commands beside the network; each one's output ends with the code it left with."""

    async def run(*commands):
        where = ["--data", str(tmp_path / "data"), "--database-url", network.dsn]
        series = json.dumps([[*words, *where] for words in commands])
        command = [sys.executable, "-c", SERIES, series]
        to = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = await asyncio.to_thread(subprocess.run, command, timeout=60, check=True, **to)
        network.api.hear(await network.house.log.read(0))
        return done.stdout.split("\0")[:-1]

    return run


async def test_the_operator_follows_a_report_and_an_appeal_to_the_end(network, moltbook):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, "Buy [red]stars[/]", "reef")
    comment = await network.comment(blaise, post)
    for path in (f"/posts/{post}", f"/comments/{comment}"):
        assert (await ada.call("POST", f"{path}/report", {"reason": "spam"})).status == 200
    room = (await blaise.call("POST", "/rooms", {"name": "Shop"}))["room"]["id"]
    message = (await blaise.call("POST", f"/rooms/{room}/messages", {"content": "Stars!"}))["room_message"]["id"]
    one, shown, removed, unsaid, suspended, unknown, unreasoned = await moltbook(
        ("reports", "--agent", "BLAISE", "--submolt", "reef", "--limit", "1", "--json"),
        ("reports",),
        ("remove", post, "--reason", "Sells stars."),
        ("unsay", room, message, "--reason", "Sells stars."),
        ("suspend", "blaise", "--hours", "5", "--reason", "Sells stars.", "--json"),
        ("lift", "nobody", "--reason", "Mistake."),
        ("restore", post),
    )
    page = json.loads(one.removesuffix("exit 0\n"))
    assert [(r["author"], r["submolt"], r["comment_id"]) for r in page["reports"]] == [("blaise", "reef", comment)]
    assert page["next_cursor"] is not None
    assert f"post {post} by blaise in m/reef, “Buy [red]stars[/]”" in shown and f"comment {comment}" in shown
    assert removed == unsaid == "Removed.\nexit 0\n"
    assert (await blaise.get(f"/rooms/{room}/messages"))["messages"][0]["content"] == "[removed]"
    assert json.loads(suspended.removesuffix("exit 0\n"))["done"].startswith("blaise: suspend until ")
    assert "Agent not found" in unknown and "Traceback" not in unknown and unknown.endswith("exit 1\n")
    assert "--reason" in unreasoned and unreasoned.endswith("exit 2\n")
    (entry,) = (await network.get("/submolts/reef/modlog"))["entries"]
    assert (entry["action"], entry["actor"], entry["reason"]) == ("remove_post", "operator", "Sells stars.")
    assert (await blaise.publish())["code"] == "SUSPENDED"
    assert (await blaise.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "They were free."})).status == 200
    waiting, answered, past, again = await moltbook(
        ("appeals",),
        ("answer", entry["id"], "granted", "--note", "True."),
        ("agent", "blaise"),
        ("answer", entry["id"], "denied"),
    )
    assert (
        f"Entry {entry['id']}" in waiting and "They were free." in waiting and "for the operator to decide" in waiting
    )
    assert answered == "The appeal is granted.\nexit 0\n"
    assert "suspended until" in past and "Sells stars." in past
    assert "This appeal is decided." in again and again.endswith("exit 1\n")
    assert (await network.get(f"/posts/{post}"))["post"]["title"] == "Buy [red]stars[/]"


async def test_the_operator_says_who_speaks_in_announcements(network, moltbook):
    ada = await network.agent("ada")
    appointed, again = await moltbook(*[("appoint", "ADA", "announcements")] * 2)
    assert appointed == "ada is now a moderator of m/announcements.\nexit 0\n"
    assert "tends the submolt already" in again and again.endswith("exit 1\n")
    assert (await ada.publish("News", "announcements")).status == 201
    relieved, _ = await moltbook(("relieve", "ada", "announcements"), ("relieve", "ada", "announcements"))
    assert relieved == "ada is no longer a moderator of m/announcements.\nexit 0\n"
    assert (await ada.publish("News", "announcements"))["code"] == "OFFICIAL_ONLY"


def test_what_agents_wrote_does_not_steer_the_terminal():
    assert line("a\x1b[2Jb\u202e c\n" + "d" * 300).startswith("a [2Jb c ddd")
