"""The WebSocket gateway, over real sockets and with a standard client."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from moltbook.app import Server
from moltbook.gateway import Bounds
from moltbook.gateway.frames import REASONS, Code
from moltbook.settings import NO_LIMITS, Limits, Settings
from tests.gateway.wired import hearing, listening, talking
from tests.world import Caller


@pytest.fixture
def serve(dsn, tmp_path):
    """Start a server with bounds and limits of the test's own; gives it and its port."""

    @asynccontextmanager
    async def with_bounds(limits=NO_LIMITS, proxies=(), **bounds):
        settings = Settings(data=tmp_path / "data", limits=limits, pool_size=3, trusted_proxies=proxies)
        server = Server(settings, dsn, bounds=Bounds(**bounds))
        async with server.running(), listening(server) as port:
            yield server, port

    return with_bounds


@pytest.fixture
async def served(serve):
    async with serve() as both:
        yield both


async def member(server, name):
    told = (await Caller(server)("POST", "/agents/register", json={"name": name}))["agent"]
    return told["id"], told["api_key"]


async def publish(server, key, **more):
    body = {"title": "T", "submolt_name": "general", **more}
    return (await Caller(server)("POST", "/posts", key=key, json=body))["id"]


async def test_a_watcher_hears_what_anybody_may_hear_with_its_words(served):
    server, port = served
    _, ada = await member(server, "ada")
    async with hearing(port) as watcher:
        assert watcher.ready["agent"] is None
        assert watcher.ready["snapshot"] is None
        post = await publish(server, ada, content="Salt – and 🌊.")
        event = await watcher.event("post.published")
        assert event["post_id"] == post
        assert event["words"] == {"title": "T", "content": "Salt – and 🌊."}
        await watcher.say("beat")
        assert (await watcher.until("beat"))["seq"] >= event["seq"] > watcher.ready["seq"]


async def test_an_agent_hears_what_is_for_it_alone(served):
    server, port = served
    (_, ada), (blaise_id, blaise) = await member(server, "ada"), await member(server, "blaise")
    call = Caller(server)
    async with hearing(port, key=blaise) as at_blaise, hearing(port) as watcher:
        assert at_blaise.ready["agent"] == {"id": blaise_id, "name": "blaise"}
        waiting = at_blaise.ready["snapshot"]
        assert (waiting["unread_notifications"], waiting["unread_messages"]) == (0, 0)
        await call("POST", "/agents/dm/request", key=ada, json={"to": "blaise", "message": "Only for your eyes."})
        await at_blaise.event("message.requested")
        post = await publish(server, ada)
        await at_blaise.event("post.published", post_id=post)
        await watcher.event("post.published", post_id=post)
        assert {event["kind"] for event in watcher.events} == {"post.published"}


async def test_a_wish_narrows_what_is_heard_and_can_be_changed(served):
    server, port = served
    _, ada = await member(server, "ada")
    first, second = await publish(server, ada), await publish(server, ada)
    async with hearing(port, groups=["comments"], thread=first) as client:
        call = Caller(server)
        for post in (second, first):
            await call("POST", f"/posts/{post}/comments", key=ada, json={"content": "C"})
        assert (await client.until("event"))["post_id"] == first
        await client.say("filter", groups="posts")
        await client.until("filtered")
        await call("POST", f"/posts/{first}/comments", key=ada, json={"content": "C"})
        third = await publish(server, ada)
        assert (await client.until("event"))["post_id"] == third


async def test_acts_are_answered_in_order_by_nonce_as_in_a_batch(served):
    server, port = served
    _, ada = await member(server, "ada")
    async with hearing(port, key=ada, groups="messages") as client:
        body = {"title": "T", "submolt_name": "general"}
        await client.say("act", nonce="a", method="POST", path="/posts", body=body)
        await client.say("act", nonce=2, method="GET", path="/api/v1/posts?sort=new&limit=1")
        await client.say("act", nonce="c", method="POST", path="/posts", body={"title": 7})
        await client.say("act", nonce="d", method="POST", path="/batch", body={"acts": []})
        await client.say("act", nonce="e", method="GET", path="/nowhere")
        answers = [await client.until("answer") for _ in range(5)]
        assert [a["nonce"] for a in answers] == ["a", 2, "c", "d", "e"]
        assert [a["status"] for a in answers] == [201, 200, 400, 405, 404]
        # An act sees what those before it did.
        assert answers[1]["body"]["posts"][0]["id"] == answers[0]["body"]["post"]["id"]
        assert answers[0]["seq"] > 0
        assert set(answers[1]) == {"op", "nonce", "status", "body"}
        again = [await client.ask("POST", "/posts", body, idempotency_key="once") for _ in range(2)]
        assert again[0]["body"]["post"]["id"] == again[1]["body"]["post"]["id"]
        assert again[1]["replayed"]
        assert (await client.ask("POST", "/posts", body, idempotency_key="é"))["status"] == 400


async def test_a_watcher_reads_over_the_gateway_and_does_not_write(served):
    _, port = served
    async with hearing(port) as client:
        assert (await client.ask("GET", "/submolts"))["status"] == 200
        assert (await client.ask("POST", "/posts", {"title": "T"}))["status"] == 401


async def test_acts_count_against_their_own_budgets(serve):
    async with serve(Limits(writes_per_minute=1, post_every_seconds=0)) as (server, port):
        _, ada = await member(server, "ada")
        async with hearing(port, key=ada) as client:
            body = {"title": "T", "submolt_name": "general"}
            assert [(await client.ask("POST", "/posts", body))["status"] for _ in range(2)] == [201, 429]


async def test_a_session_is_resumed_where_it_was_left(served):
    server, port = served
    _, ada = await member(server, "ada")
    async with hearing(port, key=ada, groups="posts") as client:
        first = await publish(server, ada)
        seen = await client.event("post.published", post_id=first)
        session = client.ready["session"]
        client.wire.transport.abort()
    await Caller(server)("POST", f"/posts/{first}/comments", key=ada, json={"content": "C"})
    missed = [await publish(server, ada) for _ in range(3)]
    async with talking(port) as client:
        await client.say("resume", key=ada, session=session, seq=seen["seq"])
        # By the filter of that session, though nobody said it again.
        events = await client.events_until("post.published", post_id=missed[-1])
        assert [event["post_id"] for event in events] == missed
        await client.event("post.published", post_id=await publish(server, ada))


async def test_whoever_is_not_known_any_more_says_again_what_it_wants_to_hear(served):
    server, port = served
    _, ada = await member(server, "ada")
    post = await publish(server, ada)
    async with talking(port) as client:
        await client.say("resume", session="elsewhere", seq=0)
        assert (await client.ended())[0] == Code.INVALID_SESSION
    async with talking(port) as client:
        await client.say("resume", session="elsewhere", seq=0, groups="posts")
        assert (await client.until("ready"))["session"] != "elsewhere"
        assert len(await client.events_until("post.published", post_id=post)) == 1
    async with hearing(port, since=0, groups="posts") as client:
        assert len(await client.events_until("post.published", post_id=post)) == 1
        resumed = await client.until("resumed")
        assert resumed["seq"] >= client.events[0]["seq"]
    async with hearing(port, since=10**15) as client:
        resumed = await client.until("resumed")
        assert resumed["seq"] == client.ready["seq"] < 10**15


async def test_a_session_is_its_agents_alone_and_goes_on_over_one_connection(served):
    server, port = served
    (_, ada), (_, blaise) = await member(server, "ada"), await member(server, "blaise")
    async with hearing(port, key=ada) as former:
        session, seq = former.ready["session"], former.ready["seq"]
        for wrong in ({"key": blaise}, {}):
            async with talking(port) as thief:
                await thief.say("resume", session=session, seq=seq, **wrong)
                assert (await thief.ended())[0] == Code.INVALID_SESSION
        async with talking(port) as client:
            await client.say("resume", key=ada, session=session, seq=seq)
            await client.until("resumed")
            assert (await former.ended())[0] == Code.INVALID_SESSION
            await client.event("post.published", post_id=await publish(server, ada))


async def test_sessions_without_a_connection_are_forgotten(serve):
    async with serve(kept_sessions=1) as (_, port):
        sessions = []
        for _ in range(2):
            async with hearing(port) as client:
                sessions.append(client.ready["session"])
        async with talking(port) as client:
            await client.say("resume", session=sessions[0], seq=0)
            assert (await client.ended())[0] == Code.INVALID_SESSION
        async with talking(port) as client:
            await client.say("resume", session=sessions[1], seq=0)
            await client.until("resumed")
    async with serve(kept_seconds=0) as (_, port):
        async with hearing(port) as client:
            session = client.ready["session"]
        async with talking(port) as client:
            await client.say("resume", session=session, seq=0)
            assert (await client.ended())[0] == Code.INVALID_SESSION


# What ends a connection, and how.
WRONG = [
    ('{"op":"identify"', 4002), ("[]", 4002), ("{}", 4002), ("[" * 5000, 4002), ('{"op":"resume"}', 4002),
    ('{"op":"identify","since":-1}', 4002), ('{"op":"identify","groups":["secrets"]}', 4002),
    ('{"op":"identify","submolt":"nowhere"}', 4002), ('{"op":"identify","submolt":"a\\u0000"}', 4002),
    ('{"op":"identify","thread":"x"}', 4002), ('{"op":"identify","only":"mine"}', 4003),
    ('{"op":"identify","key":"moltbook_x"}', 4003), ('{"op":"identify","key":"ü"}', 4003),
    ('{"op":"dance"}', 4005), ('{"op":"filter"}', 4001), ('{"op":"act","nonce":1,"method":"GET","path":"/x"}', 4001),
]  # fmt: skip


async def test_what_cannot_be_answered_ends_the_connection_with_a_reason(served):
    _, port = served
    for sent, code in WRONG:
        async with talking(port) as client:
            await client.wire.send(sent)
            ended, said = await client.ended()
            assert (sent, ended) == (sent, code)
            assert said
    for sent, code in (('{"op":"bye"}', 1000), ("x" * 70_000, 1009)):
        async with talking(port) as client:
            await client.wire.send(sent)
            assert await client.ended() == (code, "")


async def test_nobody_identifies_twice(served):
    _, port = served
    async with hearing(port) as client:
        await client.say("identify")
        assert (await client.ended())[0] == Code.MALFORMED


async def test_a_key_that_does_not_read_hears_nothing(served):
    server, port = served
    _, ada = await member(server, "ada")
    body = {"name": "pen", "scopes": ["post"]}
    pen = (await Caller(server)("POST", "/agents/me/keys", key=ada, json=body))["api_key"]
    async with talking(port) as client:
        await client.say("identify", key=pen)
        assert (await client.ended())[0] == Code.KEY_INVALID


async def test_who_guesses_keys_is_soon_sent_away(serve):
    async with serve(Limits(reads_per_minute=2), proxies=("127.0.0.1",)) as (_, port):
        codes = []
        for _ in range(3):
            async with talking(port, {"X-Forwarded-For": "192.0.2.9"}) as client:
                await client.say("identify", key="moltbook_sk_guess")
                codes.append((await client.ended())[0])
        assert codes == [4003, 4003, 4007]


async def test_who_says_nothing_is_taken_for_gone(serve):
    async with serve(identify_seconds=0.05, heartbeat_seconds=0.05) as (_, port):
        async with talking(port) as client:
            assert (await client.ended())[0] == Code.NOT_IDENTIFIED
        async with hearing(port) as client:
            assert (await client.ended())[0] == Code.SILENT


async def test_who_says_too_much_is_sent_away(serve):
    async with serve(messages_a_minute=3) as (_, port):
        async with hearing(port) as client:
            for _ in range(3):
                await client.say("beat")
            assert (await client.ended())[0] == Code.TOO_MANY_MESSAGES
        async with talking(port) as client:
            # Fragments and pings are no messages, but nobody sends them without end.
            with pytest.raises(ConnectionClosed):
                for _ in range(200):
                    await asyncio.gather(*(client.wire.ping() for _ in range(10)))
            assert client.wire.close_code == Code.TOO_MANY_MESSAGES


async def test_who_reads_too_slowly_is_told_so(served):
    server, port = served
    async with hearing(port) as client:
        client.wire.transport.pause_reading()
        (session,) = server.sessions.connected
        while session in server.sessions.connected:
            session.deliver(b"\x81\x7e\xea\x60" + b" " * 60_000, session.position)
        client.wire.transport.resume_reading()
        with pytest.raises(ConnectionClosed):
            while True:
                await client.wire.recv()
        assert client.wire.close_code == Code.TOO_SLOW


async def sent_away(port, headers=None):
    """The code with which a connection ends before hello."""
    async with connect(f"ws://127.0.0.1:{port}/api/v1/gateway", additional_headers=headers, proxy=None) as wire:
        with pytest.raises(ConnectionClosed) as closed:
            await wire.recv()
        return closed.value.rcvd.code


async def test_an_agent_has_few_connections_and_a_network_few_that_watch(serve):
    bounds = {"connections_an_agent": 2, "watchers_a_network": 1, "strangers_a_network": 2}
    async with serve(proxies=("127.0.0.1",), **bounds) as (server, port):
        _, ada = await member(server, "ada")
        async with hearing(port, key=ada), hearing(port, key=ada), hearing(port), hearing(port), talking(port) as third:
            await third.say("identify", key=ada)
            assert (await third.ended())[0] == Code.TOO_MANY_CONNECTIONS
        far = {"X-Forwarded-For": "192.0.2.1"}
        async with talking(port, far) as one, talking(port, far) as two:
            await one.say("identify")
            await one.until("ready")
            await two.say("identify")
            assert (await two.ended())[0] == Code.TOO_MANY_CONNECTIONS
            async with talking(port, far) as agent:
                await agent.say("identify", key=ada)
                await agent.until("ready")
            async with talking(port, far), talking(port, far):
                assert await sent_away(port, far) == Code.TOO_MANY_CONNECTIONS


async def test_a_worker_has_so_many_connections_and_no_more(serve):
    async with serve(connections=1) as (_, port):
        async with talking(port):
            assert await sent_away(port) == Code.TOO_MANY_CONNECTIONS
        async with hearing(port):
            pass


async def test_a_message_in_parts_is_one_message_and_pings_are_answered(served):
    _, port = served
    async with talking(port) as client:
        await client.wire.send(['{"op":', '"iden', 'tify"}'])
        await client.until("ready")
        await client.wire.send(b'{"op":"beat"}')
        await client.until("beat")
        async with asyncio.timeout(20):
            await (await client.wire.ping(b"still here?"))


async def test_only_the_gateway_speaks_websocket(served):
    _, port = served
    for path in ("/api/v1/posts", "/", "/api/v1/gateway/"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}{path}", proxy=None)
        assert refused.value.response.status_code == 404
        assert b'"hint":"Open /api/v1/gateway."' in refused.value.response.body


async def test_a_plain_request_is_told_to_upgrade_and_a_bad_handshake_what_is_missing(served):
    server, port = served
    answer = await Caller(server)("GET", "/gateway")
    assert (answer.status, answer["code"]) == (426, "UPGRADE_REQUIRED")
    assert (await Caller(server)("POST", "/gateway")).status == 405
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/gateway HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b'"success":false' in answer
    writer.close()


async def test_sessions_end_with_the_server_and_what_is_under_way_is_answered(served):
    server, port = served
    _, ada = await member(server, "ada")
    async with hearing(port) as idle, hearing(port, key=ada) as busy:
        await busy.say("act", nonce=1, method="POST", path="/posts", body={"title": "T", "submolt_name": "general"})
        (session,) = [one for one in server.sessions.connected if one.viewer]
        while session.working is None:  # noqa: ASYNC110 - the message is on its way
            await asyncio.sleep(0)
        await asyncio.gather(server.end_streams(), end_with(idle), end_with(busy))
        assert [answer["status"] for answer in busy.answers] == [201]


async def end_with(client):
    assert (await client.ended())[0] == Code.STOPPED


async def test_a_key_that_ends_takes_its_sessions_with_it_on_every_worker(serve, dsn, tmp_path):
    other = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with serve() as (server, port), other.running(), listening(other) as other_port:
        call = Caller(server)
        _, ada = await member(server, "ada")
        second = (await call("POST", "/agents/me/keys", key=ada, json={"name": "second"}))["key"]["id"]
        keys = (await call("GET", "/agents/me/keys", key=ada))["keys"]
        (first,) = [key["id"] for key in keys if key["id"] != second]
        async with hearing(port, key=ada) as here, hearing(other_port, key=ada, since=0) as there:
            assert (await call("DELETE", f"/agents/me/keys/{first}", key=ada)).status == 200
            assert (await here.ended())[0] == (await there.ended())[0] == Code.KEY_REVOKED
        async with talking(other_port) as client:
            await client.say("identify", key=ada)
            assert (await client.ended())[0] == Code.KEY_INVALID


async def test_an_agent_that_leaves_takes_its_sessions_with_it(served):
    server, port = served
    _, ada = await member(server, "ada")
    async with hearing(port, key=ada) as client:
        assert (await client.ask("DELETE", "/agents/me", {"confirm": "ada"}))["status"] == 200
        assert (await client.ended())[0] == Code.KEY_REVOKED


def test_every_code_has_a_reason_that_fits_into_a_close_frame():
    assert set(REASONS) == set(Code)
    assert all(len(reason.encode()) <= 123 for reason in REASONS.values())
