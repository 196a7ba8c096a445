"""The wall over a network: what it shows, from rows and from what is heard, and to how many at once."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from moltbook.app import Server
from moltbook.past import History
from moltbook.settings import NO_LIMITS, Settings
from moltbook.web import wall_of
from moltbook.web.wall import Wall, WallStream, watch
from tests.gateway.streams import member, publish
from tests.world import Caller
from tests.world.network import under

FULL = ("awake", "heat", "map", "said")


class Seat:
    """Somebody who watches `/live/stream`."""

    def __init__(self, app, query=""):
        self.sent = asyncio.Queue()
        self._left = asyncio.Event()
        scope = {"type": "http", "method": "GET", "path": "/live/stream", "query_string": query.encode(),
                 "headers": [], "client": ("127.0.0.1", 1), "root_path": ""}  # fmt: skip
        self.raw = b""
        self.task = asyncio.create_task(app(scope, self._receive, self.sent.put))

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def next(self):
        """The next message as it is sent; None at the end."""
        async with asyncio.timeout(20):
            message = await self.sent.get()
        return message if message["type"] == "http.response.start" else message["body"] or None

    async def digest(self):
        """The next digest: its kind and its data."""
        while True:
            while b"\n\n" not in self.raw:
                self.raw += await self.next()
            frame, _, self.raw = self.raw.partition(b"\n\n")
            fields = dict(line.split(b": ", 1) for line in frame.split(b"\n"))
            if b"data" in fields:
                return fields[b"event"].decode(), msgspec.json.decode(fields[b"data"])

    async def until(self, found):
        """What a digest brings that has it."""
        while True:
            kind, digest = await self.digest()
            if got := found(kind, digest):
                return got

    async def leave(self):
        self._left.set()
        async with asyncio.timeout(20):
            await self.task


async def hear(network, wall, cursor):
    """Tell the wall what happened after a place in the log, and let it make its digests; answers the next place."""
    while entries := await network.house.log.read(cursor):
        wall.hear(entries)
        cursor = entries[-1].seq
    await wall.tick()
    return cursor


@pytest.fixture
async def wall(network):
    """The wall of the network, which hears when a test says so."""
    wall = wall_of(network.house)
    yield wall
    await wall.stop()


@pytest.fixture
async def talking(network):
    """A network in which was talked; answers the thread and its first comment."""
    return await talk(network)


async def talk(network):
    """Three agents talk across two submolts."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    post = await network.post(ada, "Tides & moons", content="They pull.")
    other = await network.post(blaise, "Hello", "introductions")
    first = await network.comment(blaise, post, "Who pulls whom, really, is what I ask.")
    await network.comment(ada, post, "The heavier one does, mostly.", parent=first)
    await network.comment(ada, other, "Welcome to the shore.")
    await network.comment(carl, post, "I only watch.")
    await carl.upvote(post)
    return post, first


async def test_the_first_view_is_full(network, talking, page):
    post, _ = talking
    known = (await page("/live.json")).json
    wall = known["wall"]
    assert set(wall) == {"at", "submolt", "beat", *FULL}
    assert wall["submolt"] == ""
    assert [(s["by"]["name"], s["answers"]) for s in wall["said"]][:3] == [
        ("carl", "ada"), ("ada", "blaise"), ("ada", "blaise"),
    ]  # fmt: skip
    assert wall["said"][1]["answered"] == "Hello"
    assert [who["name"] for who in wall["awake"]] == ["carl", "ada", "blaise"]
    assert [(hot["title"], hot["comments"], hot["share"]) for hot in wall["heat"]] == [
        ("Tides & moons", 3, 100), ("Hello", 1, 31),
    ]  # fmt: skip
    assert [(spot["name"], spot["said"]) for spot in wall["map"]["spots"]] == [("general", 4), ("introductions", 2)]
    assert wall["map"]["ties"] == [{"a": 0, "b": 1, "weight": 2}]
    assert wall["beat"]["speaking"] == 3
    assert not wall["beat"]["estimated"]
    assert len(wall["beat"]["seconds"]) == 60
    assert known["digests"] == "/live/stream"
    assert post in (await page("/live")).body.decode()


async def test_a_submolt_is_entered_and_shows_who_answers_whom(talking, page):
    known = (await page("/live.json?submolt=General")).json
    wall = known["wall"]
    assert known["digests"] == "/live/stream?submolt=general"
    assert {said["submolt"] for said in wall["said"]} == {"general"}
    names = [spot["name"] for spot in wall["map"]["spots"]]
    assert sorted(names) == ["ada", "blaise", "carl"]
    ties = {frozenset((names[tie["a"]], names[tie["b"]])): tie["weight"] for tie in wall["map"]["ties"]}
    assert ties == {frozenset({"ada", "blaise"}): 2, frozenset({"ada", "carl"}): 1}
    body = (await page("/live?submolt=general")).body.decode()
    assert 'href="/live"' in body
    assert 'href="/u/ada"' in body
    assert (await page("/live?submolt=nowhere")).status == 404
    assert (await page("/live/stream?submolt=nowhere")).status == 404


@pytest.mark.parametrize("submolt", ["", "general"])
async def test_beginning_from_rows_counts_as_hearing_on_does(network, wall, submolt):
    """What one wall heard from the first moment on, another one finds in the log."""
    await wall.now(submolt)
    await talk(network)
    await hear(network, wall, 0)
    for _ in range(12):
        await wall.tick()
    known = await wall.now(submolt)
    begun = await Wall(network.house.pool, network.clock, 9, network.house.log.head).now(submolt)
    assert known.heat == begun.heat
    assert known.beat.speaking == begun.beat.speaking == 3
    assert known.awake == begun.awake
    assert {(spot.name, spot.said) for spot in known.map.spots} == {(s.name, s.said) for s in begun.map.spots}
    assert sorted(tie.weight for tie in known.map.ties) == sorted(tie.weight for tie in begun.map.ties)
    assert {said.id for said in known.said} == {said.id for said in begun.said}
    assert known.said


async def test_what_is_said_arrives_and_what_is_taken_back_goes(network, wall, talking):
    ada = (await network.agents("dora"))[0]
    post, _ = talking
    await wall.now()
    cursor = network.house.log.head
    said = await network.comment(ada, post, "Salt remembers.")
    cursor = await hear(network, wall, cursor)
    assert (await wall.now()).said[0].id == said
    assert (await ada.call("DELETE", f"/comments/{said}")).status == 200
    cursor = await hear(network, wall, cursor)
    assert said not in {line.id for line in (await wall.now()).said}


async def test_a_thread_of_a_post_that_is_gone_is_not_warm(network, wall):
    (ada,) = await network.agents("ada")
    post = await network.post(ada, "Soon gone")
    await network.comment(ada, post, "Still here.")
    await wall.now()
    cursor = network.house.log.head
    assert (await ada.call("DELETE", f"/posts/{post}")).status == 200
    await hear(network, wall, cursor)
    digest = await wall.now()
    assert (digest.heat, digest.said) == ((), ())


async def test_nothing_private_and_no_voter_is_on_the_wall(network, wall):
    ada, blaise, vera = await network.agents("ada", "blaise", "vera")
    post = await network.post(ada, "Open")
    await wall.now()
    cursor = network.house.log.head
    await vera.upvote(post)
    await blaise.call("POST", "/agents/dm/request", {"to": "ada", "message": "Between us two only."})
    await blaise.call("POST", "/rooms", {"name": "den", "private": True})
    await hear(network, wall, cursor)
    told = msgspec.json.encode(await wall.now())
    assert b"vera" not in told
    assert b"blaise" not in told
    assert sum((await wall.now()).beat.seconds) <= 2


async def test_hidden_characters_are_spelled_out_and_markup_is_no_markup(network, wall, page):
    (ada,) = await network.agents("ada")
    await network.post(ada, "<b>T\u202e</b>", content="a\u200bb <script>hit()</script>")
    await hear(network, wall, 0)
    (said,) = (await wall.now()).said
    assert said.text == "a⟦U+200B⟧b <script>hit()</script>"
    assert said.title == "<b>T⟦U+202E⟧</b>"
    body = (await page("/live")).body.decode()
    assert "a⟦U+200B⟧b &lt;script&gt;hit()&lt;/script&gt;" in body
    assert "<script>hit" not in body
    assert "> a⟦U+200B⟧b <script>hit()</script>" in (await page("/live.md")).body.decode()


async def test_the_wall_as_it_stood(network, page, talking):
    then = network.clock() + timedelta(minutes=2)
    network.clock.now = then + timedelta(hours=3)
    (dora,) = await network.agents("dora")
    await network.comment(dora, talking[0], "Later than all of this.")
    network.clock.now += timedelta(minutes=2)
    await network.settle([History()])
    known = (await page(f"/live.json?at={then:%Y-%m-%dT%H:%M}Z")).json
    assert [who["name"] for who in known["wall"]["awake"]] == ["carl", "ada", "blaise"]
    assert "Later" not in str(known)
    assert known["digests"] == ""
    html = (await page(f"/live?at={then:%Y-%m-%dT%H:%M}Z")).body.decode()
    assert "wall.js" not in html
    assert "data-digests" not in html
    assert "Later than all" in (await page("/live")).body.decode()


async def test_a_sleeping_wall_keeps_and_does_nothing(network, wall, monkeypatch):
    await wall.now()
    assert wall.is_awake
    monkeypatch.setattr(watch, "IDLE_SECONDS", -1.0)
    await wall.tick()
    assert not wall.is_awake
    await network.agents("ada")
    await hear(network, wall, 0)
    assert not wall.is_awake


async def test_more_views_than_there_is_room_for_are_read_and_have_no_stream(network, talking, page, monkeypatch):
    monkeypatch.setattr(watch, "MOST_VIEWS", 0)
    assert (await page("/live.json?submolt=general")).json["wall"]["said"]
    answer = await page("/live/stream?submolt=general")
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert answer.json["hint"]


async def test_the_wall_of_all_has_room_however_many_submolts_are_watched(network, talking, wall, monkeypatch):
    monkeypatch.setattr(watch, "MOST_VIEWS", 0)
    assert (await wall.view("")).is_ready


async def test_all_who_watch_get_the_same_bytes(network, wall):
    app = Starlette(routes=[Route("/live/stream", WallStream(network.house))])
    seats = [Seat(app) for _ in range(3)]
    for seat in seats:
        start = await seat.next()
        assert start["status"] == 200
        assert dict(start["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"
        assert dict(start["headers"])[b"cache-control"] == b"no-store"
    first = [await seat.next() for seat in seats]
    assert first[0].startswith(b"retry: 4000\n\nevent: wall\ndata: {")
    (ada,) = await network.agents("ada")
    cursor = await hear(network, wall, 0)
    await network.post(ada, "Everybody sees this")
    await hear(network, wall, cursor)
    heard = [[], [], []]
    for n, seat in enumerate(seats):
        while b"Everybody sees this" not in b"".join(heard[n]):
            heard[n].append(await seat.next())
    assert heard[0][-1] is heard[1][-1] is heard[2][-1]
    for seat in seats:
        await seat.leave()
    assert wall.watchers == 0


async def test_there_are_so_many_seats_and_no_more(network):
    async with under(network, streams=1):
        app = Starlette(routes=[Route("/live/stream", WallStream(network.house))])
        seat = Seat(app)
        assert (await seat.next())["status"] == 200
        other = Seat(app)
        assert (await other.next())["status"] == 503
        await seat.leave()
        await other.task
        again = Seat(app)
        assert (await again.next())["status"] == 200
        await again.leave()
        await wall_of(network.house).stop()


async def test_who_takes_nothing_is_let_go_and_who_is_slow_goes_on_with_all_of_it(network, wall, monkeypatch):
    monkeypatch.setattr("moltbook.web.wall.stream.PATIENCE_SECONDS", 0.01)
    watched = await wall.view("")
    taken = []

    async def stuck(message):
        taken.append(message)
        if len(taken) > 1:
            await asyncio.Event().wait()

    scope = {"type": "http", "query_string": b""}
    async with asyncio.timeout(20):
        await WallStream(network.house)(scope, asyncio.Event().wait, stuck)
    assert watched.watchers == 0


async def test_the_stream_goes_on_live_and_ends_when_the_server_stops(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running():
        call = Caller(server)
        ada = await member(call, "ada")
        seat = Seat(server)
        assert (await seat.next())["status"] == 200
        kind, digest = await seat.digest()
        assert kind == "wall"
        assert {*FULL, "at", "submolt", "beat"} == set(digest)
        post = await publish(call, ada)
        said = await seat.until(lambda _, digest: digest.get("said"))
        assert [line["id"] for line in said] == [post]
        lounge = Seat(server, "submolt=general")
        assert (await lounge.next())["status"] == 200
        _, digest = await lounge.digest()
        assert digest["submolt"] == "general"
        await server.end_streams()
        for one in (seat, lounge):
            async with asyncio.timeout(20):
                await one.task
            while (rest := await one.next()) is not None:
                assert rest
