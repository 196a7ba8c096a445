"""Long poll: what there is at once, what comes as soon as it comes, and always from where to go on."""

import asyncio

import msgspec
import pytest

from moltbook.app import Server
from moltbook.gateway.ear import Ear
from moltbook.gateway.filters import EVERYTHING
from moltbook.gateway.poll import await_events
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.listening import caught_up, open_hub, until
from tests.gateway.streams import Watcher, member, poll, publish
from tests.skill.examples import examples
from tests.world import Caller


@pytest.fixture
async def server(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running():
        yield server


async def heard(server, seq):
    """Wait until the server has handed out what is in the log up to there."""
    await until(lambda: server.hub.position >= int(seq))


async def test_what_came_after_a_place_is_answered_at_once(server):
    call = Caller(server)
    ada = await member(call, "ada")
    start = await poll(server, "wait=0")
    assert list(start.json) == ["success", "events", "seq"]
    assert (start["success"], start["events"]) == (True, [])
    assert start.headers["content-type"] == "application/json"
    assert start.headers["cache-control"] == "no-store"
    posts = [await publish(call, ada) for _ in range(3)]
    found, seq = [], start["seq"]
    while len(found) < 3:
        answer = await poll(server, f"after={seq}&wait=60&limit=2&groups=posts")
        assert answer.status == 200
        assert 1 <= len(answer["events"]) <= 2
        found += answer["events"]
        seq = answer["seq"]
    assert [event["post_id"] for event in found] == posts
    assert seq >= found[-1]["seq"]
    assert found[0]["kind"] == "post.published"
    assert found[0]["words"]["title"] == "T"


async def test_one_who_waits_is_answered_when_something_comes_that_it_wishes_for(server):
    call = Caller(server)
    ada = await member(call, "ada")
    post = await publish(call, ada)
    asking = asyncio.create_task(poll(server, f"wait=60&thread={post}&groups=comments"))
    await until(lambda: len(server.hub) == 1)
    await publish(call, ada)
    assert not asking.done()
    written = await call("POST", f"/posts/{post}/comments", key=ada, json={"content": "C"})
    answer = await asking
    (event,) = answer["events"]
    assert event["comment_id"] == written["comment"]["id"]
    assert answer["seq"] == event["seq"] == int(written.headers["x-moltbook-seq"])
    assert len(server.hub) == 0


async def test_the_place_to_go_on_moves_past_what_was_not_wished_for(server):
    call = Caller(server)
    ada = await member(call, "ada")
    posted = await call("POST", "/posts", key=ada, json={"title": "T", "submolt_name": "general"})
    await heard(server, posted.headers["x-moltbook-seq"])
    answer = await poll(server, "after=0&wait=0&groups=votes")
    assert answer["events"] == []
    assert answer["seq"] >= int(posted.headers["x-moltbook-seq"])
    assert (await poll(server, "after=999999999999&wait=0"))["seq"] >= answer["seq"]


# A long log in which nothing happens.
LONG = """
WITH head AS (UPDATE log_head SET seq = seq + 10500 RETURNING seq),
written AS (
    INSERT INTO events
    SELECT seq - 10500 + n, now(), 'nothing.happened', NULL, '{"kind": "nothing.happened"}'
    FROM head, generate_series(1, 10500) AS n
)
SELECT pg_notify('log', seq::text) FROM head
"""


async def test_one_who_is_far_behind_is_answered_on_the_way_and_goes_on_from_there(network):
    ada = await network.agent("ada")
    async with open_hub(network) as hub:
        await network.value(LONG)
        post = await network.post(ada)
        await caught_up(network, hub)
        wish, answers = await hub.wish({"thread": post}), []
        while not answers or not answers[-1].events:
            since = answers[-1].seq if answers else 0
            # Nobody waits a minute for what the log has already.
            answers.append(await await_events(hub, Ear(None, wish, "json"), since, 100, 60.0))
            assert since < answers[-1].seq <= since + 10_000
        assert len(answers) >= 2
        assert answers[-1].seq > 10_500
        assert len(hub) == 0


async def test_a_place_beyond_everything_begins_now(server):
    call = Caller(server)
    ada = await member(call, "ada")
    answer = await poll(server, "after=999999999&wait=0")
    assert answer["events"] == []
    post = await publish(call, ada)
    answer = await poll(server, f"after={answer['seq']}&wait=60&groups=posts")
    assert [event["post_id"] for event in answer["events"]] == [post]


async def test_a_wait_that_is_over_is_answered_with_nothing(server):
    before = await poll(server, "wait=0")
    answer = await await_events(server.hub, Ear(None, EVERYTHING, "json"), server.hub.position, 100, 0.001)
    assert answer.events == []
    assert answer.seq >= before["seq"]
    assert len(server.hub) == 0


async def test_what_one_tick_brings_is_never_too_much_and_nothing_is_skipped(network):
    ada = await network.agent("ada")
    async with open_hub(network) as hub:
        await caught_up(network, hub)
        start = hub.position
        ear = Ear(None, EVERYTHING, "json", most_bytes=10)
        asking = asyncio.create_task(await_events(hub, ear, start, 100, 60.0))
        await until(lambda: len(hub) == 1)
        await network.post(ada)
        assert len((await asking).events) >= 1
        # A second tick comes before the first was taken: it is told to ask again from where it was.
        await caught_up(network, hub)
        start, ear = hub.position, Ear(None, EVERYTHING, "json", most_bytes=10)
        asking = asyncio.create_task(await_events(hub, ear, start, 100, 60.0))
        await until(lambda: len(hub) == 1)
        for seq in (1, 2):
            ear.deliver(b'{"seq": %d, "kind": "test"}' % (start + seq), start + seq)
        hub.position += 2
        answer = await asking
        assert (answer.events, answer.seq) == ([], start)


async def test_more_than_is_asked_for_waits_for_the_next_time(server):
    call = Caller(server)
    ada = await member(call, "ada")
    asking = asyncio.create_task(poll(server, "wait=60&limit=1&groups=posts"))
    await until(lambda: len(server.hub) == 1)
    acts = [{"method": "POST", "path": "/posts", "body": {"title": f"T{n}", "submolt_name": "general"}} for n in "123"]
    assert (await call("POST", "/batch", key=ada, json={"acts": acts})).status == 200
    answer, titles = await asking, []
    while True:
        titles += [event["words"]["title"] for event in answer["events"]]
        if len(titles) == 3:
            break
        assert answer["seq"] == answer["events"][-1]["seq"]
        answer = await poll(server, f"wait=60&limit=1&groups=posts&after={answer['seq']}")
    assert titles == ["T1", "T2", "T3"]


async def test_with_a_key_a_poll_brings_what_is_for_its_agent(server):
    call = Caller(server)
    ada, blaise, carl = [await member(call, name) for name in ("ada", "blaise", "carl")]
    start = (await poll(server, "wait=0"))["seq"]
    body = {"to": "blaise", "message": "Only for your eyes."}
    asked = await call("POST", "/agents/dm/request", key=ada, json=body)
    await heard(server, asked.headers["x-moltbook-seq"])
    query = f"wait=0&groups=messages&after={start}"
    for key, count in ((ada, 1), (blaise, 1), (carl, 0), (None, 0)):
        assert len((await poll(server, query, key))["events"]) == count
    assert len((await poll(server, f"{query}&only=mine", blaise))["events"]) == 1
    assert (await poll(server, f"{query}&only=mine", ada))["events"] == []


async def test_one_who_waits_is_refused_when_its_key_ends(server):
    call = Caller(server)
    ada = await member(call, "ada")
    second = await call("POST", "/agents/me/keys", key=ada, json={"name": "second"})
    asking = asyncio.create_task(poll(server, "wait=60&groups=votes", second["api_key"]))
    await until(lambda: len(server.hub) == 1)
    await call("DELETE", f"/agents/me/keys/{second['key']['id']}", key=ada)
    assert (await asking).status == 401


async def test_one_who_waits_is_answered_when_the_server_stops(server):
    asking = asyncio.create_task(poll(server, "wait=60"))
    await until(lambda: len(server.hub) == 1)
    await server.end_streams()
    answer = await asking
    assert answer.status == 200
    assert answer["events"] == []


async def test_one_who_leaves_is_not_waited_for(server):
    watcher = Watcher(server, "wait=60&groups=votes", accept=b"*/*")
    await until(lambda: len(server.hub) == 1)
    await watcher.leave()
    assert len(server.hub) == 0
    assert watcher.sent.empty()


REFUSED = [
    ("wait=-1", None, "GET", 400), ("wait=soon", None, "GET", 400), ("wait=0&limit=0", None, "GET", 400),
    ("wait=0&limit=1001", None, "GET", 400), ("wait=0&after=x", None, "GET", 400),
    ("wait=0&after=-1", None, "GET", 400), ("wait=0&groups=gossip", None, "GET", 400),
    ("wait=0&only=mine", None, "GET", 401), ("wait=0", "nonsense", "GET", 401),
    ("wait=0&agent=nobody", None, "GET", 404), ("wait=0&agent=%00", None, "GET", 404),
    ("wait=0&room=x", None, "GET", 400), ("wait=0&" + "a=b&" * 60, None, "GET", 400),
    ("wait=0", None, "POST", 405), ("wait=0", None, "HEAD", 405),
]  # fmt: skip


async def test_what_no_poll_can_answer_is_refused(server):
    for query, key, method, status in REFUSED:
        answer = await poll(server, query, key, method)
        assert answer.status == status, query
        assert answer["hint"]


async def test_a_wait_is_at_most_a_minute_and_who_wants_json_need_not_say_how_long(server):
    call = Caller(server)
    await member(call, "ada")
    assert (await poll(server, "after=0&wait=99999999"))["events"]
    answer = await poll(server, "after=0", headers=[(b"accept", b"application/json")])
    assert answer["events"]


async def test_the_document_tells_of_both_ways(server):
    document = (await Caller(server, base="")("GET", "/openapi.json")).json
    operation = document["paths"]["/api/v1/events"]["get"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/event-stream"}
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names >= {"after", "wait", "limit", "groups", "submolt", "agent", "thread", "room", "only"}
    assert msgspec.json.encode(document)
    page = (await Caller(server, base="")("GET", "/docs")).body.decode()
    assert "/api/v1/events" in page


async def test_the_streams_of_the_skill_files_open(server):
    call = Caller(server)
    ada = await member(call, "ada")
    found = [example for example in examples(server.settings) if example.tag == "stream"]
    assert len(found) >= 3
    for example in found:
        key = ada if "authorization" in example.headers else None
        watcher = Watcher(server, example.path.partition("?")[2], key=key, accept=b"*/*")
        assert (await watcher.start())["status"] == 200, example.path
        await watcher.leave()
