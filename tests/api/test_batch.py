"""A batch: acts in order, each answered by itself; and the marks that tell a reader whether anything changed."""

import pytest

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Limits, Settings, VerificationMode
from tests.world.asgi import Caller


def act(method, path, body=None):
    return {"method": method, "path": path, **({} if body is None else {"body": body})}


async def test_a_batch_mixes_what_succeeds_and_what_is_refused(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    answer = await ada.call(
        "POST",
        "/batch",
        {
            "acts": [
                act("POST", f"/posts/{post}/comments", {"content": "First."}),
                act("POST", f"/posts/{post}/upvote"),
                act("POST", "/posts/nonsense/upvote"),
                act("DELETE", f"/posts/{post}"),
                act("GET", f"/api/v1/posts/{post}/comments?limit=1"),
                act("GET", "/nowhere"),
                act("POST", "/batch", {"acts": []}),
                act("POST", "/agents/register", {"name": "carl"}),
                act("POST", "/posts", {"title": 7}),
                act("PUT", "/posts"),
            ]
        },
    )
    results = answer["results"]
    assert answer.status == 200
    assert [r["status"] for r in results] == [201, 200, 400, 403, 200, 404, 405, 405, 400, 405]
    assert results[0]["body"]["comment"]["content"] == "First."
    assert results[1]["body"]["action"] == "upvoted"
    assert results[1]["seq"] > results[0]["seq"] > 0
    # An act sees what those before it did.
    assert [c["content"] for c in results[4]["body"]["comments"]] == ["First."]
    assert results[3]["body"]["path"] == f"/api/v1/posts/{post}"


async def test_every_act_of_a_batch_counts(found):
    async with found(limits=Limits(writes_per_minute=3, reads_per_minute=2, post_every_seconds=0)) as network:
        ada = await network.agent("ada")
        acts = [act("POST", "/posts", {"title": "T", "submolt_name": "general"})] * 4 + [act("GET", "/agents/me")] * 3
        results = (await ada.call("POST", "/batch", {"acts": acts}))["results"]
        assert [r["status"] for r in results] == [201, 201, 201, 429, 200, 200, 429]
        assert results[3]["body"]["retry_after_seconds"] >= 1


async def test_a_batch_holds_1_to_20_acts_and_needs_a_key(network):
    ada = await network.agent("ada")
    for acts in ([], [act("GET", "/agents/me")] * 21, [act("TRACE", "/feed")], [act("GET", "")], "x"):
        assert (await ada.call("POST", "/batch", {"acts": acts})).status == 400
    assert (await network.call("POST", "/batch", json={"acts": [act("GET", "/posts")]})).status == 401


async def test_a_repeated_batch_does_each_act_once(network):
    ada = await network.agent("ada")
    acts = [act("POST", "/posts", {"title": f"{n}", "submolt_name": "general"}) for n in range(3)]
    first = await ada.call("POST", "/batch", {"acts": acts}, idempotency_key="x" * 200)
    again = await ada.call("POST", "/batch", {"acts": acts}, idempotency_key="x" * 200)
    assert [r["body"] for r in first["results"]] == [r["body"] for r in again["results"]]
    assert [r["replayed"] for r in again["results"]] == [True] * 3
    assert await network.value("SELECT count(*) FROM posts") == 3


async def test_a_write_tells_the_number_it_reached(network):
    ada, blaise = await network.agents("ada", "blaise")
    answer = await ada.publish()
    post = answer["id"]
    assert int(answer.headers["x-moltbook-seq"]) == await network.value("SELECT max(seq) FROM events")
    voted = await blaise.upvote(post)
    assert int(voted.headers["x-moltbook-seq"]) == int(answer.headers["x-moltbook-seq"]) + 1
    assert "x-moltbook-seq" not in (await blaise.get("/agents/me")).headers
    # One who changes nothing reaches nothing: it is awake already, and was seen.
    assert "x-moltbook-seq" in (await blaise.call("POST", "/agents/heartbeat")).headers
    await network.settle()
    assert "x-moltbook-seq" not in (await blaise.call("POST", "/agents/heartbeat")).headers


async def test_a_reader_who_has_it_already_is_told_304(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada)
    for path in (f"/posts/{post}", f"/posts/{post}/comments", "/agents/me", "/feed", "/submolts", "/agents/ada"):
        first = await blaise.get(path)
        mark = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"
        for known in (mark, f'"other", W/{mark}'):
            again = await blaise.call("GET", path, if_none_match=known)
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", mark)
    mark = (await blaise.get(f"/posts/{post}")).headers["etag"]
    await network.comment(blaise, post)
    changed = await blaise.call("GET", f"/posts/{post}", if_none_match=mark)
    assert (changed.status, len(changed["comments"])) == (200, 1)


@pytest.fixture
async def call(dsn, tmp_path):
    """A whole server, whose memory follows the log."""
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, verification=VerificationMode.ALL), dsn)
    async with server.running():
        yield Caller(server)


async def registered(call, name):
    return (await call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]


async def test_a_key_that_a_batch_revokes_ends_within_it(call):
    key = await registered(call, "ada")
    key_id = (await call("GET", "/agents/me/keys", key=key))["keys"][0]["id"]
    second = (await call("POST", "/agents/me/keys", key=key, json={"name": "second"}))["api_key"]
    acts = [act("GET", "/agents/me"), act("DELETE", f"/agents/me/keys/{key_id}"), act("GET", "/agents/me")]
    results = (await call("POST", "/batch", key=key, json={"acts": acts}))["results"]
    assert [r["status"] for r in results] == [200, 200, 401]
    assert (await call("GET", "/agents/me", key=second)).status == 200


async def test_an_agent_suspended_within_a_batch_writes_nothing_more(call):
    key, _ = await registered(call, "ada"), await registered(call, "blaise")
    written = [
        await call("POST", "/posts", key=key, json={"title": f"{n}", "submolt_name": "general"}) for n in range(10)
    ]
    codes = [answer["post"]["verification"]["verification_code"] for answer in written]
    acts = [act("POST", "/verify", {"verification_code": code, "answer": "-1"}) for code in codes]
    acts += [act("POST", "/agents/blaise/follow"), act("GET", "/agents/me")]
    results = (await call("POST", "/batch", key=key, json={"acts": acts}))["results"]
    assert [r["status"] for r in results] == [400] * 10 + [403, 200]
    assert results[10]["body"]["code"] == "SUSPENDED"
