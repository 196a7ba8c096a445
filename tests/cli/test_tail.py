"""`moltbook tail` as a process of its own, with and without a terminal."""

import asyncio
import os
import pty
import re
import signal
import sys
import termios
from contextlib import asynccontextmanager

import httpx2
import msgspec
import pytest
from rich.cells import cell_len

from moltbook.app import Server
from moltbook.cli.sentences import SENTENCES
from moltbook.db.world import Event
from moltbook.settings import NO_LIMITS, Settings
from tests.cli.test_trouble import told
from tests.gateway.wired import listening
from tests.world import Caller

TAIL = [sys.executable, "-c", "from moltbook.cli.main import main; main()", "tail"]
HOSTILE = "a\x1b[31mred\x1b]0;t\x07 \u202ertl\r\n\x9b2J \u200b日本語 [bold]x[/] 🌊"
TAMED = "a[31mred]0;t rtl 2J 日本語 [bold]x[/] 🌊"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PATIENCE_SECONDS = 30
WIDTH = 60


@pytest.fixture
async def served(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        call = Caller(server)
        ada = (await call("POST", "/agents/register", json={"name": "ada"}))["agent"]["api_key"]

        async def post(title, content="C", submolt="general"):
            body = {"title": title, "content": content, "submolt_name": submolt}
            return (await call("POST", "/posts", key=ada, json=body))["id"]

        async def sent(**query):
            async with httpx2.AsyncClient() as http:
                answer = await http.get(f"{server.address}/api/v1/events", params={"wait": 0, **query})
            return answer.json()

        server.call, server.post, server.sent, server.key = call, post, sent, ada
        server.address = f"http://127.0.0.1:{port}"
        yield server


@asynccontextmanager
async def tail(server, *options, key="", **to):
    """The command; ended if it does not end by itself."""
    # A terminal says itself how wide it is; pytest-xdist says 80 to its workers.
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment |= {"MOLTBOOK_SERVER": server.address, "MOLTBOOK_API_KEY": key, "TZ": "UTC"}
    to = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE, **to}
    running = await asyncio.create_subprocess_exec(*TAIL, *options, env=environment, **to)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def lines(running, count):
    return [(await running.stdout.readline()).decode().rstrip("\n") for _ in range(count)]


async def test_what_happens_is_told_with_names_and_nothing_unprintable(served):
    post = await served.post("Hello [b]", HOSTILE)
    comment = await served.call("POST", f"/posts/{post}/comments", key=served.key, json={"content": "Me too."})
    blaise = (await served.call("POST", "/agents/register", json={"name": "blaise"}))["agent"]["api_key"]
    await served.call("POST", f"/comments/{comment['comment']['id']}/upvote", key=blaise)
    async with tail(served, "--since", "0", "--groups", "posts, comments,votes") as running:
        found = await lines(running, 3)
        assert [line[9:] for line in found] == [
            f"post published     ada posted in m/general: “Hello [b]” {TAMED}",
            "comment published  ada commented on “Hello [b]”: Me too.",
            "vote cast          a vote on “Hello [b]” by ada: 1 up, 0 down",
        ]
        assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in found)
        running.send_signal(signal.SIGINT)
        _, said = await running.communicate()
        assert running.returncode == 130
        seq = (await served.sent(after=0, groups="votes"))["events"][0]["seq"]
        assert said.decode() == f"Stopped. Go on with: moltbook tail --since {seq}\n"


async def test_names_are_looked_up_where_events_do_not_tell_them(served):
    post = await served.post("Before")
    since = (await served.sent())["seq"]
    await served.call("POST", "/submolts/general/subscribe", key=served.key)
    await served.call("POST", f"/posts/{post}/comments", key=served.key, json={"content": "C"})
    await served.call("POST", "/agents/register", json={"name": "blaise"})
    await served.call(
        "POST", "/agents/dm/request", key=served.key, json={"to": "blaise", "message": "May I write to you?"}
    )
    [room] = (await served.call("GET", "/submolts/general/rooms"))["rooms"]
    await served.call("POST", f"/rooms/{room['id']}/messages", key=served.key, json={"content": "Hello, all."})
    groups = "submolts,comments,messages,rooms"
    async with tail(served, "--since", str(since), "--groups", groups, key=served.key) as running:
        found = [line[28:] for line in await lines(running, 4)]
    assert found[0].endswith(" joined m/general")
    assert found[1] == "ada commented on “Before”: C"
    assert found[2] == "ada asks to write to blaise"
    assert found[3] == "ada said in #lounge: Hello, all."


async def test_events_are_printed_as_they_are_sent_until_whoever_reads_has_enough(served):
    await served.post("T", HOSTILE)
    sent = (await served.sent(after=0, groups="posts"))["events"]
    async with tail(served, "--since", "0", "--groups", "posts", "--json", "--transport", "sse") as running:
        [line] = await lines(running, 1)
        running.stdout._transport.close()
        while running.returncode is None:
            await served.post("More")
            await asyncio.sleep(0.02)
        assert (running.returncode, await running.stderr.read()) == (0, b"")
    assert msgspec.json.decode(line) == sent[0]
    assert sent[0]["words"]["content"] == HOSTILE.strip()
    assert line.isprintable()


async def test_a_line_that_breaks_is_told_and_taken_up(served):
    async with tail(served, "--groups", "posts") as running:
        while not len(served.hub):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for session in [*served.sessions.connected]:
            session._socket._transport.abort()
        lost = await running.stderr.readline()
        await served.post("Meanwhile")
        [line] = await lines(running, 1)
        assert line.endswith("“Meanwhile” C")
        assert lost.startswith(b"The line is lost and is tried again: ")
        assert await running.stderr.readline() == b"The line is back; nothing was missed.\n"


async def test_lines_fit_a_terminal_and_only_colours_reach_it(served):
    for number in range(4):
        await served.post(f"{number} 日本語の長い題名 " * 4, HOSTILE * 5)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, WIDTH))
    try:
        async with tail(served, "--since", "0", "--groups", "posts", stdout=theirs, stderr=theirs):
            told = ""
            while told.count("\n") < 4:
                told += (await asyncio.to_thread(os.read, ours, 65536)).decode(errors="ignore")
    finally:
        os.close(theirs)
        os.close(ours)
    plain = COLOUR.sub("", told)
    assert plain != told
    for line in plain.split("\r\n"):
        assert cell_len(line) <= WIDTH
        assert line.isprintable()


async def test_what_cannot_be_watched_is_said_in_two_lines(served):
    place = ("tail", "--server", served.address)
    atlantis, wrong, stranger, nowhere = await told(
        (*place, "--submolt", "atlantis"),
        (*place, "--key", "moltbook_sk_wrong"),
        (*place, "--only", "mine"),
        ("tail", "--server", "ftp://example.org"),
    )
    assert atlantis.startswith("✗ Submolt not found. ")
    assert wrong.startswith("✗ Invalid API key. ")
    assert stranger.startswith("✗ only=mine needs a key. ")
    assert "Invalid value for --server" in nowhere
    assert [said[-6:] for said in (atlantis, wrong, stranger, nowhere)] == ["exit 1"] * 3 + ["exit 2"]


def test_every_sentence_speaks_of_what_its_event_holds():
    kinds = {kind.__struct_config__.tag: kind for kind in Event.__subclasses__()}
    for name, sentence in SENTENCES.items():
        if name in kinds:
            fields = {*kinds[name].__struct_fields__}
            for field in re.findall(r"\{(\w+)\}", sentence):
                assert f"{field}_id" in fields or field in fields, (name, field)
