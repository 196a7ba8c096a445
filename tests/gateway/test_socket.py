"""A conversation over the WebSocket gateway, on real sockets and with a standard client."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from moltbook.app import Server
from moltbook.gateway.audience import KINDS, Audience
from moltbook.gateway.frames import Code
from moltbook.settings import NO_LIMITS, Limits, Settings
from tests.gateway.wired import hearing, listening, member, publish, talking
from tests.world import Caller


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
        assert all(KINDS[event["kind"]].audience is Audience.PUBLIC for event in watcher.events)


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
    # No key, and bodies, which a WebSocket's handshake has not.
    upgrade = b"GET /api/v1/gateway HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    for header in (b"", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(upgrade + header + b"\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert answer.count(b'"success":false') == 1
        writer.close()


async def test_a_room_hears_who_types_and_nobody_else_does(served, dsn, tmp_path):
    server, port = served
    other = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    call = Caller(server)
    (ada_id, ada), (_, blaise), (_, cleo) = [await member(server, name) for name in ("ada", "blaise", "cleo")]
    rooms = []
    for name in ("Back room", "Attic"):
        room = (await call("POST", "/rooms", key=ada, json={"name": name, "invite": ["blaise"]}))["room"]["id"]
        await call("POST", f"/rooms/{room}/invitations/accept", key=blaise)
        rooms.append(room)
    lounge = (await call("GET", "/submolts/general/rooms"))["rooms"][0]["id"]
    async with (
        other.running(),
        listening(other) as other_port,
        hearing(port, key=ada) as writer,
        hearing(other_port, key=blaise) as reader,
        hearing(port, key=cleo) as stranger,
        hearing(other_port, room=lounge) as watcher,
    ):
        assert [room["name"] for room in reader.ready["snapshot"]["rooms"]] == ["Attic", "Back room"]
        for room in (rooms[0], rooms[0], rooms[0], "x", rooms[1], lounge):
            await writer.say("typing", room_id=room)
        # What an outsider types in there is not told on, nor what nobody in particular does.
        await stranger.say("typing", room_id=rooms[0])
        await watcher.say("typing", room_id=lounge)
        # So soon again it is not told again.
        heard = [await reader.until("whisper") for _ in range(2)]
        assert [whisper["room_id"] for whisper in heard] == rooms
        assert heard[0] == {
            "op": "whisper", "kind": "typing", "room_id": rooms[0], "agent": {"id": ada_id, "name": "ada"},
        }  # fmt: skip
        assert (await watcher.until("whisper"))["room_id"] == lounge
        for client in (writer, stranger, reader, watcher):
            await client.say("beat")
            await client.until("beat")


async def test_who_may_not_speak_in_a_room_types_unheard(served):
    server, port = served
    call = Caller(server)
    (_, ada), (_, blaise), (_, cleo) = [await member(server, name) for name in ("ada", "blaise", "cleo")]
    await call("POST", "/submolts", key=ada, json={"name": "reef"})
    room = (await call("GET", "/submolts/reef/rooms"))["rooms"][0]["id"]
    await call("POST", "/submolts/reef/bans", key=ada, json={"agent_name": "blaise", "reason": "Rest."})
    async with (
        hearing(port, room=room) as watcher,
        hearing(port, key=blaise) as banned,
        hearing(port, key=cleo) as other,
    ):
        for client in (banned, other):
            await client.say("typing", room_id=room)
            await client.say("beat")
            await client.until("beat")
        assert (await watcher.until("whisper"))["agent"]["name"] == "cleo"


async def test_rooms_are_heard_by_those_who_are_in_them(served):
    server, port = served
    call = Caller(server)
    (_, ada), (_, blaise) = await member(server, "ada"), await member(server, "blaise")
    room = (await call("POST", "/rooms", key=ada, json={"name": "Back room", "invite": ["blaise"]}))["room"]["id"]
    async with hearing(port, key=ada) as inside, hearing(port, key=blaise) as invited, hearing(port) as watcher:

        async def say(words):
            answer = await call("POST", f"/rooms/{room}/messages", key=ada, json={"content": words})
            assert answer.status == 201
            await inside.event("room.said", room_id=room)

        await say("Only for ada.")
        await call("POST", f"/rooms/{room}/invitations/accept", key=blaise)
        await invited.event("room.joined", room_id=room)
        await say("For both.")
        said = await invited.event("room.said", room_id=room)
        assert said["words"]["content"] == "For both."
        assert [event["kind"] for event in invited.events].count("room.said") == 1
        post = await publish(server, ada)
        await watcher.event("post.published", post_id=post)
        assert all(KINDS[event["kind"]].audience is Audience.PUBLIC for event in watcher.events)


async def test_an_agent_with_a_connection_is_awake_and_others_hear_of_it(served):
    server, port = served
    ada_id, ada = await member(server, "ada")
    async with hearing(port) as watcher:
        async with hearing(port, key=ada):
            told = await watcher.event("presence.changed", agent_id=ada_id)
            assert told["state"] == "awake"
        shown = await Caller(server)("GET", "/agents/ada/presence")
        assert shown["presence"]["state"] == "awake"
