"""The public stream: live events, resumed where one left off, narrowed to what one reads, ended with the server."""

import asyncio

import msgspec
import pytest

from moltbook.app import Server
from moltbook.gateway.ear import Ear
from moltbook.gateway.filters import EVERYTHING
from moltbook.gateway.sse import Stream
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.listening import caught_up, open_hub, until
from tests.gateway.streams import Watcher, member, poll, publish, watching
from tests.world import Caller


@pytest.fixture
async def server(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running():
        yield server


async def test_what_happens_is_streamed_in_order_and_resumed(server):
    call = Caller(server)
    ada = await member(call, "ada")
    async with watching(server) as watcher:
        posts = [await publish(call, ada) for _ in range(3)]
        seen = []
        while len(seen) < 3:
            seq, _, data = await watcher.message()
            if data.get("post_id") in posts:
                seen.append((seq, data["post_id"]))
        assert [post for _, post in seen] == posts
    later = await publish(call, ada)
    async with watching(server, "groups=posts", headers=[(b"last-event-id", str(seen[0][0]).encode())]) as watcher:
        ids = [(await watcher.message())[2]["post_id"] for _ in range(3)]
        assert ids == [*posts[1:], later]


async def test_a_stream_is_narrowed_to_a_post_or_a_submolt(server):
    call = Caller(server)
    ada = await member(call, "ada")
    post = await publish(call, ada)
    async with watching(server, f"post={post}") as one, watching(server, "submolt=Introductions") as other:
        await publish(call, ada)
        elsewhere = await publish(call, ada, "introductions")
        await call("POST", f"/posts/{post}/comments", key=ada, json={"content": "C"})
        # The stream may begin a little before it was opened: with the post itself.
        while "comment_id" not in (data := (await one.message())[2]):
            assert data["post_id"] == post
        assert data["post_id"] == post
        _, _, data = await other.message()
        assert data["post_id"] == elsewhere


@pytest.mark.parametrize(
    ("query", "headers", "method", "status"),
    [
        ("post=no-uuid", [], "GET", 400), ("submolt=nowhere", [], "GET", 404), ("submolt=%00", [], "GET", 404),
        ("", [(b"last-event-id", b"x")], "GET", 400), ("", [(b"last-event-id", b"9" * 30)], "GET", 400),
        ("", [], "POST", 405), ("", [], "HEAD", 405),
    ],
)  # fmt: skip
async def test_what_no_stream_can_answer_is_refused(server, query, headers, method, status):
    watcher = Watcher(server, query, headers, method)
    assert (await watcher.start())["status"] == status
    body = msgspec.json.decode((await watcher.start())["body"])
    assert body["hint"]
    await watcher.leave()


async def test_a_cursor_from_the_future_begins_now(server):
    call = Caller(server)
    ada = await member(call, "ada")
    async with watching(server, "groups=posts", headers=[(b"last-event-id", b"999999999999")]) as watcher:
        post = await publish(call, ada)
        while (await watcher.message())[2].get("post_id") != post:
            pass


async def test_streams_end_with_the_server(server):
    watchers = [Watcher(server) for _ in range(5)]
    for watcher in watchers:
        await watcher.start()
    await server.end_streams()
    async with asyncio.timeout(20):
        await asyncio.gather(*(watcher.task for watcher in watchers), return_exceptions=True)


async def test_nothing_between_two_agents_leaves_by_the_stream(server):
    call = Caller(server)
    ada, blaise = await member(call, "ada"), await member(call, "blaise")
    async with watching(server) as everything:
        body = {"to": "blaise", "message": "Only for your eyes."}
        conversation = (await call("POST", "/agents/dm/request", key=ada, json=body))["conversation_id"]
        async with watching(server, f"post={conversation}") as curious:
            await call("POST", f"/agents/dm/requests/{conversation}/approve", key=blaise)
            body = {"message": "And this."}
            sent = await call("POST", f"/agents/dm/conversations/{conversation}/send", key=ada, json=body)
            assert sent.status == 200
            await call("GET", f"/agents/dm/conversations/{conversation}", key=blaise)
            await call("POST", "/agents/ada/block", key=blaise)
            post = await publish(call, ada)
            kinds = set()
            while (message := await everything.message())[2].get("post_id") != post:
                kinds.add(message[1])
            assert kinds <= {"agent.registered", "agent.claimed", "presence.changed"}
        # After the opening comment nothing came, and leaving ends the stream.
        frames = [curious.sent.get_nowait() for _ in range(curious.sent.qsize())]
        assert not any(b"data:" in frame.get("body", b"") for frame in frames)


async def test_with_a_key_a_stream_brings_what_is_for_its_agent_and_ends_with_the_key(server):
    call = Caller(server)
    ada, blaise = await member(call, "ada"), await member(call, "blaise")
    second = await call("POST", "/agents/me/keys", key=blaise, json={"name": "second"})
    async with (
        watching(server, "groups=messages", key=second["api_key"]) as one,
        watching(server, "groups=messages,agents&agent=ada", key=blaise) as other,
    ):
        body = {"to": "blaise", "message": "Only for your eyes."}
        conversation = (await call("POST", "/agents/dm/request", key=ada, json=body))["conversation_id"]
        for watcher in (one, other):
            while (message := await watcher.message())[1] != "message.requested":
                pass
            assert message[2]["conversation_id"] == conversation
        await call("DELETE", f"/agents/me/keys/{second['key']['id']}", key=blaise)
        assert (await one.over()).endswith(": key revoked\n\n")
        await publish(call, ada)
        assert not other.task.done()
    refused = Watcher(server, key=second["api_key"])
    assert (await refused.start())["status"] == 401
    await refused.leave()


async def test_a_key_that_may_not_read_opens_no_stream_and_one_pays_with_a_read(dsn, tmp_path):
    limits = msgspec.structs.replace(NO_LIMITS, reads_per_minute=2)
    server = Server(Settings(data=tmp_path / "data", limits=limits, pool_size=3), dsn)
    async with server.running():
        call = Caller(server)
        ada = await member(call, "ada")
        answer = await call("POST", "/agents/me/keys", key=ada, json={"name": "writer", "scopes": ["post"]})
        writer = Watcher(server, key=answer["api_key"])
        assert (await writer.start())["status"] == 403
        await writer.leave()
        async with watching(server, key=ada):
            third = Watcher(server, key=ada)
            started = await third.start()
            assert started["status"] == 429
            assert b"retry-after" in dict(started["headers"])
            await third.leave()


async def test_only_so_many_listen_at_once(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, streams=1), dsn)
    async with server.running():
        async with watching(server):
            late = Watcher(server)
            assert (await late.start())["status"] == 503
            await late.leave()
        async with watching(server):
            pass


async def test_nobody_takes_all_places_alone(server):
    call = Caller(server)
    ada, blaise = await member(call, "ada"), await member(call, "blaise")

    async def come(most, **who):
        """So many streams, and then one too many."""
        streams = [Watcher(server, **who) for _ in range(most)]
        for stream in streams:
            assert (await stream.start())["status"] == 200
        late = Watcher(server, **who)
        started = await late.start()
        assert (started["status"], dict(started["headers"])[b"retry-after"]) == (429, b"10")
        await late.leave()
        return streams

    streams = [*await come(5, key=ada), *await come(20, address="203.0.113.7")]
    refused = await poll(server, "wait=0", ada)
    assert (refused.status, refused["hint"]) == (429, "End another stream or poll first.")
    # Another agent, another network, an agent behind a full one, and this machine have theirs.
    for who in ({"key": blaise}, {"address": "203.0.113.8"}, {"key": blaise, "address": "203.0.113.7"}, {}):
        streams.append(Watcher(server, **who))
        assert (await streams[-1].start())["status"] == 200
    for stream in streams:
        await stream.leave()
    again = Watcher(server, key=ada)
    assert (await again.start())["status"] == 200
    await again.leave()


async def test_some_places_are_for_those_with_a_key(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, streams=10), dsn)
    async with server.running():
        ada = await member(Caller(server), "ada")
        watchers = [Watcher(server) for _ in range(9)]
        for watcher in watchers:
            assert (await watcher.start())["status"] == 200
        for key, status in ((None, 503), (ada, 200)):
            one = Watcher(server, key=key)
            assert (await one.start())["status"] == status
            await one.leave()
        for watcher in watchers:
            await watcher.leave()


class Line:
    """A connection that takes so many messages, and then nothing until it is asked again."""

    def __init__(self, most):
        self.most, self.sent = most, []

    async def send(self, message):
        if message.get("more_body") and len(self.sent) >= self.most:
            await asyncio.Event().wait()
        self.sent.append(message)

    @property
    def text(self):
        return b"".join(message.get("body", b"") for message in self.sent).decode()


async def test_a_silent_stream_says_that_it_is_there_and_how_far_it_is(network):
    ada = await network.agent("ada")
    async with open_hub(network) as hub:
        await caught_up(network, hub)
        line, ear = Line(100), Ear(None, await hub.wish({"groups": "votes"}), "sse")
        leaving = asyncio.create_task(asyncio.Event().wait())
        stream = asyncio.create_task(Stream(hub, ear, line.send, heartbeat_seconds=0.001).run(0, leaving, []))
        await network.post(ada)
        await caught_up(network, hub)
        await until(lambda: f": beat\nid: {hub.position}\n\n" in line.text)
        leaving.cancel()
        await stream
        assert "data:" not in line.text
        assert len(hub) == 0


async def test_a_stream_that_takes_nothing_of_what_it_missed_is_ended(network):
    ada = await network.agent("ada")
    async with open_hub(network) as hub:
        await network.post(ada)
        await caught_up(network, hub)
        line, ear = Line(1), Ear(None, EVERYTHING, "sse")
        leaving = asyncio.create_task(asyncio.Event().wait())
        async with asyncio.timeout(20):
            await Stream(hub, ear, line.send, patience_seconds=0.001).run(0, leaving, [])
        leaving.cancel()
        assert line.text.endswith(": too slow\n\n")
        assert "data:" not in line.text


async def test_a_stream_that_lags_is_ended_and_the_others_go_on(network):
    ada = await network.agent("ada")
    async with open_hub(network) as hub:
        await caught_up(network, hub)
        slow, quick = Line(2), Line(1000)
        leaving = asyncio.create_task(asyncio.Event().wait())
        ears = [Ear(None, EVERYTHING, "sse", most_bytes=5000) for _ in range(2)]
        streams = [
            asyncio.create_task(Stream(hub, ear, line.send).run(hub.position, leaving, []))
            for ear, line in zip(ears, (slow, quick), strict=True)
        ]
        await until(lambda: len(hub) == 2)
        posts = []
        while not streams[0].done():
            posts.append(await network.post(ada, content="x" * 1000))
            await caught_up(network, hub)
            await until(lambda: posts[-1] in quick.text)
        await streams[0]
        assert slow.text.endswith(": too slow\n\n")
        assert not any(post in slow.text for post in posts)
        assert len(hub) == 1
        leaving.cancel()
        await streams[1]
