"""Idempotency-Key: a request that is sent again is done once, and its answer is the same to the byte."""

import asyncio
from collections import Counter
from contextlib import suppress

from moltbook.db.commit import Committer, Unfinished
from moltbook.db.once import FIND, KEPT, KeepAnswer, forget_old
from moltbook.kernel.errors import Unavailable

POST = {"title": "One thought", "submolt_name": "general"}


async def test_fifty_at_once_with_one_key_are_one_post_and_one_answer(network):
    ada = await network.agent("ada")
    answers = await network.together(50, lambda: ada.call("POST", "/posts", POST, idempotency_key="k 1"))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotency-replayed") for answer in answers) == {None: 1, "true": 49}
    assert await network.value("SELECT count(*) FROM posts") == 1
    later = await ada.call("POST", "/posts", POST, idempotency_key="k 1")
    assert (later.status, later.body) == (201, answers[0].body)


async def test_two_workers_with_one_key_write_one_post(network, other_committer, monkeypatch):
    ada = await network.agent("ada")
    own = network.house.committer

    async def call(committer: Committer, n: int):
        network.house.committer = committer
        return await ada.call("POST", "/posts", POST, idempotency_key=f"k{n}")

    for n in range(10):
        one, other = await asyncio.gather(call(own, n), call(other_committer, n))
        assert (one.status, one.body) == (201, other.body)
    assert await network.value("SELECT count(*) FROM posts") == 10


async def test_a_repeated_vote_does_not_take_itself_back(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    first = await ada.call("POST", f"/posts/{post}/upvote", idempotency_key="vote")
    again = await ada.call("POST", f"/posts/{post}/upvote", idempotency_key="vote")
    assert (first.body, first["action"]) == (again.body, "upvoted")
    assert (await ada.upvote(post))["action"] == "removed"


async def test_a_key_belongs_to_its_request_and_to_its_agent(network):
    ada, blaise = await network.agents("ada", "blaise")
    assert (await ada.call("POST", "/posts", POST, idempotency_key="k")).status == 201
    other = await ada.call("POST", "/posts", {**POST, "title": "Another"}, idempotency_key="k")
    assert (other.status, other["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert (await blaise.call("POST", "/posts", POST, idempotency_key="k"))["post"]["author"]["name"] == "blaise"
    assert await network.value("SELECT count(*) FROM posts") == 2


async def test_what_was_refused_is_decided_anew(network):
    ada = await network.agent("ada")
    body = {**POST, "submolt_name": "tides"}
    assert (await ada.call("POST", "/posts", body, idempotency_key="k")).status == 404
    assert (await ada.call("POST", "/submolts", {"name": "tides"}, idempotency_key="s")).status == 201
    assert (await ada.call("POST", "/posts", body, idempotency_key="k")).status == 201


async def test_a_key_is_1_to_200_printable_characters(network):
    ada = await network.agent("ada")
    for key in ("", "x" * 201, "tab\t", "é"):
        answer = await ada.call("POST", "/posts", POST, idempotency_key=key)
        assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")
    assert (await ada.call("POST", "/posts", POST, idempotency_key="~" * 200)).status == 201


async def test_without_a_key_nothing_is_kept(network):
    ada = await network.agent("ada")
    await network.post(ada)
    assert await network.value("SELECT count(*) FROM repeats") == 0


async def test_after_48_hours_a_key_is_new_and_the_old_answer_is_swept(network):
    ada = await network.agent("ada")
    for n in range(2):
        assert (await ada.call("POST", "/posts", POST, idempotency_key=f"k{n}")).status == 201
    network.clock.advance(hours=47)
    assert (await ada.call("POST", "/posts", POST, idempotency_key="k0")).headers["idempotency-replayed"] == "true"
    network.clock.advance(hours=1)
    assert "idempotency-replayed" not in (await ada.call("POST", "/posts", POST, idempotency_key="k0")).headers
    assert await network.value("SELECT count(*) FROM posts") == 3
    assert await forget_old(network.house.pool, network.clock()) == 1
    assert await network.value("SELECT array_agg(key) FROM repeats") == ["k0"]


async def test_an_act_and_its_answer_are_kept_together_or_not_at_all(network):
    """Its backend is killed again and again while an agent writes; every repeat tells what truly stands there."""
    ada = await network.agent("ada")
    for n in range(12):
        writing = asyncio.ensure_future(ada.call("POST", "/posts", {**POST, "title": f"{n}"}, idempotency_key=f"{n}"))
        for _ in range(n):
            await asyncio.sleep(0)
        if (connection := network.house.committer.connection) is not None:
            connection.terminate()
        with suppress(Unavailable, Unfinished):
            await writing
        kept = await network.house.pool.fetchrow(FIND, ada.id, f"{n}")
        written = await network.value("SELECT id FROM posts WHERE title = $1", f"{n}")
        assert (kept is None) == (written is None)
        again = await ada.call("POST", "/posts", {**POST, "title": f"{n}"}, idempotency_key=f"{n}")
        assert again.status == 201
        assert written is None or again["id"] == written
        assert await network.value("SELECT count(*) FROM posts WHERE title = $1", f"{n}") == 1


async def test_an_answer_that_follows_its_act_is_waited_for_and_may_be_lost(network):
    ada = await network.agent("ada")
    answer = await ada.call("POST", "/posts", POST, idempotency_key="k")
    await network.house.pool.execute("UPDATE repeats SET answer = NULL")
    busy = await ada.call("POST", "/posts", POST, idempotency_key="k")
    assert (busy.status, busy["code"], busy.headers["retry-after"]) == (409, "IDEMPOTENCY_IN_PROGRESS", "1")
    network.clock.advance(seconds=61)
    lost = await ada.call("POST", "/posts", POST, idempotency_key="k")
    assert (lost.status, lost["code"]) == (409, "IDEMPOTENCY_ANSWER_LOST")
    await network.house.committer.do(KeepAnswer(ada.id, "k", answer.body.decode()))
    assert (await ada.call("POST", "/posts", POST, idempotency_key="k")).body == answer.body
    assert KEPT.days == 2
