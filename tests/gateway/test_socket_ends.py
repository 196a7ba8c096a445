"""How a conversation over the gateway ends: who is silent, slow, loud, unknown or too many is told so."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from moltbook.app import Server
from moltbook.gateway.frames import Code
from moltbook.settings import NO_LIMITS, Limits, Settings
from tests.gateway.wired import hearing, listening, member, talking
from tests.world import Caller

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


async def test_who_takes_nothing_of_what_it_missed_is_told_so(serve):
    async with serve(replay_seconds=0.001) as (server, port):
        await member(server, "ada")
        async with hearing(port) as client:
            client.wire.transport.pause_reading()
            (session,) = server.sessions.connected
            session._socket._transport.set_write_buffer_limits(high=0)
            session._socket.send(b"\x81\x7e\xea\x60" + b" " * 60_000)
            while session in server.sessions.connected:
                if session._replaying is None:
                    server.hub.detach(session)
                    session._replay(0, is_told=False)
                session._socket.send(b"\x81\x7e\xea\x60" + b" " * 60_000)
                await asyncio.sleep(0)
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
        async with hearing(port), hearing(port), hearing(port, key=ada) as first, hearing(port, key=ada) as second:
            # A connection that is lost says nothing any more, and must not keep its agent out.
            await first.say("beat")
            await first.until("beat")
            async with hearing(port, key=ada) as third:
                assert (await second.ended())[0] == Code.TOO_MANY_CONNECTIONS
                assert (
                    second.wire.close_reason
                    == "A newer connection took the place of this one, silent longest of yours."
                )
                for client in (first, third):
                    await client.say("beat")
                    await client.until("beat")
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


HANDSHAKE = (
    b"GET /api/v1/gateway HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
BYE = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
# Bytes that are no WebSocket, and the close frame's code for them; or the end without a word.
RUDE = {
    "a frame without a mask": (b"\x81\x02{}", 1002),
    "a bit that nobody agreed on": (b"\xc1\x80\x00\x00\x00\x00", 1002),
    "a long ping": (b"\x89\xfe\x00\x7e" + bytes(130), 1002),
    "a continuation of nothing": (b"\x80\x80\x00\x00\x00\x00", 1002),
    "a frame of two gigabytes": (b"\x81\xff\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00", 1009),
    "a request": (b"GET / HTTP/1.1\r\n\r\n", 1002),
    "a goodbye": (BYE, 1000),
    "empty parts without end": (b"\x01\x80\x00\x00\x00\x00" + b"\x00\x80\x00\x00\x00\x00" * 2000, 4007),
    "half a message": (b"\x81\x8d\x00", 0),
}


async def test_bytes_that_are_no_websocket_end_the_connection_and_leave_nothing_behind(served):
    server, port = served
    for what, (sent, code) in RUDE.items():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"}")
        writer.write(sent)
        if code:
            async with asyncio.timeout(20):
                closed = await reader.readuntil(b"\x88")
                frame = await reader.readexactly(3)
            assert (what, closed[:-1], int.from_bytes(frame[1:])) == (what, b"", code)
        writer.close()
    async with asyncio.timeout(20):
        while len(server.sessions):  # noqa: ASYNC110 - they are on their way out
            await asyncio.sleep(0.001)
    async with hearing(port):
        assert len(server.sessions) == 1


async def test_a_flood_of_pings_is_not_read_to_its_end(served):
    server, port = served
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HANDSHAKE)
    await reader.readuntil(b"}")
    # As much at once as the server takes from the socket at once, many times over.
    writer.write(b"\x89\x80\x00\x00\x00\x00" * 500_000)
    async with asyncio.timeout(20):
        answered, _, why = (await reader.read()).partition(b"\x88")
    assert set(answered) == {0x8A, 0x00}
    assert len(answered) < 2 * 2000
    assert int.from_bytes(why[1:3]) == Code.TOO_MANY_MESSAGES
    writer.transport.abort()
    async with asyncio.timeout(20):
        while len(server.sessions):  # noqa: ASYNC110 - it is on its way out
            await asyncio.sleep(0.001)


async def test_who_floods_after_a_goodbye_is_cut_off_as_well(served):
    _, port = served
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HANDSHAKE)
    await reader.readuntil(b"}")
    writer.write(b"\x81\x82\x00\x00\x00\x00[]" + b"\x89\x80\x00\x00\x00\x00" * 500_000)
    told = bytearray()
    async with asyncio.timeout(20):
        try:
            while part := await reader.read(65_536):
                told += part
        # Nobody reads what it still sends.
        except ConnectionResetError:
            pass
    assert len(told) < 5000
    writer.transport.abort()
