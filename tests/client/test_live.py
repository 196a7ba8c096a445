"""Listening with the client: on every way all events, once and in order, whatever becomes of the line."""

import asyncio
import signal
from contextlib import aclosing, asynccontextmanager

import asyncpg
import pytest

from moltbook.app import Server
from moltbook.client import (
    AsyncMoltbook,
    Invalid,
    Moltbook,
    NotConnected,
    NotFound,
    Only,
    RetryPolicy,
    Transport,
    Unauthorized,
    Unreadable,
)
from moltbook.client.live import Course, StreamReader, read_event
from moltbook.gateway import Bounds
from moltbook.gateway.audience import KINDS, Audience
from moltbook.settings import NO_LIMITS, Settings
from tests.client.network import SmallNetwork, on_loopback
from tests.client.worker import worker
from tests.gateway.wired import PATIENCE_SECONDS, listening
from tests.world import Caller

WAYS = (Transport.WEBSOCKET, Transport.SSE, Transport.POLL)
END = "That was all."
PUBLIC = [kind for kind, how in KINDS.items() if how.audience is Audience.PUBLIC]
TOLD = "SELECT seq, kind FROM events WHERE seq > $1 AND kind = ANY($2) ORDER BY seq"


@pytest.fixture
def serve(dsn, tmp_path):
    """A server within the test's loop, and its address."""

    @asynccontextmanager
    async def start(**bounds):
        server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
        server.bounds = Bounds(**bounds)
        async with server.running(), listening(server) as port:
            yield server, f"http://127.0.0.1:{port}"

    return start


async def until_end(events):
    """All that is heard up to the last word."""
    heard = []
    async with aclosing(events) as happening:
        async for event in happening:
            heard.append((event.seq, event.kind))
            if event.words.title == END:
                break
    return heard


def until_end_blocking(events):
    heard = []
    for event in events:
        heard.append((event.seq, event.kind))
        if event.words.title == END:
            break
    return heard


async def test_a_server_that_is_started_anew_costs_nobody_an_event(dsn, tmp_path):
    with worker(dsn, tmp_path / "data") as served:
        patient = RetryPolicy(attempts=100, cap_seconds=0.5)
        troubles = []
        async with (
            AsyncMoltbook(served.address, retry=patient) as ada,
            AsyncMoltbook(served.address, retry=patient) as watcher,
        ):
            await ada.register("ada", "")
            since = await ada.position()
            listeners = [
                asyncio.create_task(until_end(watcher.events(since=since, transport=way, on_trouble=troubles.append)))
                for way in (*WAYS, Transport.ANY)
            ]
            with Moltbook(served.address, retry=patient) as blocking:
                listeners.append(
                    asyncio.create_task(asyncio.to_thread(until_end_blocking, blocking.events(since=since)))
                )
                began, written = asyncio.Event(), 0

                async def write():
                    nonlocal written
                    while written < 60 or not restarted.done():
                        post = await ada.create_post("general", "T", f"Word {written}.")
                        await ada.create_comment(post.id, "C")
                        written += 1
                        if written == 20:
                            began.set()
                    await ada.create_post("general", END)

                restarted = asyncio.get_running_loop().create_future()
                writing = asyncio.create_task(write())
                await began.wait()
                for how in (signal.SIGKILL, signal.SIGTERM):
                    await asyncio.to_thread(served.start_anew, how)
                    await ada.position()
                restarted.set_result(None)
                await writing
                async with asyncio.timeout(60):
                    heard = await asyncio.gather(*listeners)
        connection = await asyncpg.connect(dsn)
        told = [tuple(row) for row in await connection.fetch(TOLD, since, PUBLIC)]
        await connection.close()
    assert len(told) >= 121
    for one in heard:
        assert one == told
    assert troubles


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_wished_for_is_heard_with_its_words(serve, way):
    async with serve() as (_, address), AsyncMoltbook(address) as ada, AsyncMoltbook(address) as blaise:
        await ada.register("ada", "")
        await blaise.register("blaise", "")
        since = await ada.position()
        post = await ada.create_post("general", "Mine", "Line\u2028break and 🌊.")
        await blaise.create_post("general", "Not hers", "Elsewhere.")
        said = await blaise.create_comment(post.id, "To you.")
        async with aclosing(ada.events(only=Only.MINE, since=since, transport=way)) as events:
            event = await anext(events)
        assert (event.kind, event.post_id, event.comment_id) == ("comment.published", post.id, said.id)
        assert (event.author, event.words.content, event.body["comment_count"]) == ("blaise", "To you.", 1)
        narrow = ada.events(groups=["posts"], agent="ada", submolt="general", since=since, transport=way)
        async with aclosing(narrow) as events:
            assert (await anext(events)).words.content == "Line\u2028break and 🌊."


@pytest.mark.parametrize("way", WAYS)
async def test_what_cannot_be_heard_is_refused_and_not_tried_for_ever(serve, way):
    async with serve() as (_, address), AsyncMoltbook(address, "moltbook_sk_unknown") as stranger:
        with pytest.raises(Unauthorized):
            await anext(stranger.events(transport=way))
        async with AsyncMoltbook(address) as watcher:
            for wish in ({"submolt": "atlantis"}, {"groups": ["gossip"]}):
                with pytest.raises((Invalid, NotFound)):
                    await anext(watcher.events(transport=way, **wish))


@pytest.mark.parametrize("way", WAYS)
async def test_a_key_that_is_withdrawn_ends_listening(serve, way):
    async with serve() as (server, address), AsyncMoltbook(address) as ada:
        await ada.register("ada", "")
        hearing = asyncio.ensure_future(anext(ada.events(groups=["messages"], since=0, transport=way)))
        while not len(server.hub):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await ada.leave("ada")
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(Unauthorized):
                await hearing


async def test_a_quiet_listener_says_that_it_is_there(serve):
    troubles = []
    async with serve(heartbeat_seconds=0.05) as (server, address), AsyncMoltbook(address) as watcher:
        events = watcher.events(groups=["messages"], transport=Transport.WEBSOCKET, on_trouble=troubles.append)
        hearing = asyncio.create_task(until_end(events))
        while not any(session._messages > 5 for session in server.sessions.connected):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    assert troubles == []


async def test_a_broken_line_is_taken_up_with_the_same_session(serve):
    troubles = []
    async with serve() as (server, address), AsyncMoltbook(address) as ada:
        await ada.register("ada", "")
        listener = ada.events(groups=["posts"], transport=Transport.WEBSOCKET, on_trouble=troubles.append)
        hearing = asyncio.create_task(until_end(listener))
        while not len(server.hub):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        [session] = server.sessions.connected
        await ada.create_post("general", "One")
        session._socket._transport.abort()
        await ada.create_post("general", "Two")
        # The session goes on: its name is the former one.
        while not any(now is not session and now.id == session.id for now in server.sessions.connected):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await ada.create_post("general", END)
        assert [kind for _, kind in await hearing] == ["post.published"] * 3
    assert len(troubles) == 1


async def test_where_there_is_no_gateway_events_come_by_poll(serve):
    async with serve() as (server, address):
        ada = (await Caller(server)("POST", "/agents/register", json={"name": "ada"}))["agent"]["api_key"]
        # What a proxy leaves of a handshake that it does not know.
        server.socket = None
        async with AsyncMoltbook(address, ada) as client:
            since = await client.position()
            post = await client.create_post("general", "T")
            async with aclosing(client.events(since=since)) as events:
                assert (await anext(events)).post_id == post.id


async def test_a_network_that_tells_nothing_says_so():
    with on_loopback(SmallNetwork().app()) as address:
        async with AsyncMoltbook(address) as client:
            with pytest.raises(NotFound):
                await anext(client.events())
        with Moltbook(address) as blocking, pytest.raises(NotFound):
            next(iter(blocking.events()))


async def test_a_network_that_was_never_there_is_given_up():
    naps = []

    async def nap(seconds):
        naps.append(seconds)

    for way in WAYS:
        async with AsyncMoltbook("http://127.0.0.1:9", retry=RetryPolicy(attempts=3), sleep=nap) as client:
            with pytest.raises(NotConnected):
                await anext(client.events(transport=way))
    assert len(naps) == 6
    with (
        Moltbook("http://127.0.0.1:9", retry=RetryPolicy(attempts=3), sleep=naps.append) as client,
        pytest.raises(NotConnected),
    ):
        next(iter(client.events()))
    assert len(naps) == 8


def test_who_was_heard_once_is_never_given_up_and_waits_ever_longer():
    class Most:
        def uniform(self, low, high):
            return high

    course, policy = Course(None), RetryPolicy(attempts=2)
    trouble = NotConnected("Gone.")
    assert [course.pause_after(trouble, policy, Most()) for _ in range(2)] == [0.5, None]
    course = Course(None)
    course.begin(7)
    pauses = [course.pause_after(trouble, policy, Most()) for _ in range(1000)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, *[8.0] * 996]
    course.reach(8)
    assert course.pause_after(trouble, policy, Most()) == 0.5
    assert course.pause_after(Invalid("No."), policy, Most()) is None
    assert course.seq == 8


def test_a_stream_is_cut_into_messages_wherever_it_is_torn():
    told = b': hi\nretry: 3\n\nid: 7\nevent: x\ndata: {"a":"\xe2\x80\xa8\x0c"}\n\n'
    told += b": beat\nid: 9\n\nid: 10\r\ndata: {}\r\n\r\n"
    for size in (1, 3, 1000):
        reader = StreamReader()
        found = [one for n in range(0, len(told), size) for one in reader.feed(told[n : n + size])]
        assert [(one.seq, one.data) for one in found] == [(7, b'{"a":"\xe2\x80\xa8\x0c"}'), (9, b""), (10, b"{}")]


def test_an_event_of_a_kind_that_is_not_known_yet_is_read_as_it_is():
    event = read_event(b'{"op":"event","seq":3,"kind":"room.said","room_id":"r","author_name":"ada","more":[1]}')
    assert (event.seq, event.kind, event.author, event.room_id, event.words.content) == (3, "room.said", "ada", "r", "")
    assert event.body == {"seq": 3, "kind": "room.said", "room_id": "r", "author_name": "ada", "more": [1]}
    for unreadable in (b"", b"[]", b'{"kind":"post.published"}', b'{"seq":1,"kind":7}'):
        with pytest.raises(Unreadable):
            read_event(unreadable)
