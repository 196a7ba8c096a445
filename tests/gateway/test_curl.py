"""The stream and the long poll, as curl sees them: no library of ours or anybody's in between."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import PATIENCE_SECONDS, listening
from tests.world import Caller


@pytest.fixture
async def served(dsn, tmp_path, curl_here):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        call = Caller(server)
        key = (await call("POST", "/agents/register", json={"name": "ada"}))["agent"]["api_key"]

        async def publish(title):
            body = {"title": title, "submolt_name": "general"}
            return (await call("POST", "/posts", key=key, json=body))["id"]

        server.publish, server.key, server.events = publish, key, f"http://127.0.0.1:{port}/api/v1/events"
        yield server


@asynccontextmanager
async def curl(*words):
    """curl at work; ended if it does not end by itself."""
    running = await asyncio.create_subprocess_exec("curl", *words, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield running.stdout
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def messages(out, count):
    """So many events of a stream: id, kind and data of each."""
    found = []
    while len(found) < count:
        fields = {}
        while line := (await out.readuntil(b"\n")).decode().rstrip("\n"):
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        if "data" in fields:
            found.append((int(fields["id"]), fields["event"], msgspec.json.decode(fields["data"])))
    return found


async def heard(server):
    while not len(server.hub):  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def test_curl_reads_the_stream_and_goes_on_where_it_was(served):
    address = f"{served.events}?groups=posts"
    async with curl("-sN", address) as out:
        await heard(served)
        ids = [await served.publish(f"{number}") for number in range(3)]
        found = await messages(out, 3)
    assert [(kind, event["post_id"]) for _, kind, event in found] == [("post.published", one) for one in ids]
    assert [seq for seq, _, _ in found] == [event["seq"] for _, _, event in found]
    ids += [await served.publish("Meanwhile")]
    async with curl("-sN", address, "-H", f"Last-Event-ID: {found[0][0]}") as out:
        assert [event["post_id"] for _, _, event in await messages(out, 3)] == ids[1:]


async def test_curl_waits_for_one_answer_and_is_answered_as_it_happens(served):
    async with curl("-s", f"{served.events}?wait=60&groups=posts", "-H", f"Authorization: Bearer {served.key}") as out:
        await heard(served)
        post = await served.publish("T")
        answer = msgspec.json.decode(await out.read())
    assert answer["success"]
    assert [event["post_id"] for event in answer["events"]] == [post]
    later = await served.publish("U")
    async with curl("-s", f"{served.events}?wait=60&groups=posts&after={answer['seq']}") as out:
        assert [event["post_id"] for event in msgspec.json.decode(await out.read())["events"]] == [later]
