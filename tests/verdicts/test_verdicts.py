"""Verdicts: one attempt at each challenge, what it publishes, what missing it leads to."""

import asyncio
from decimal import Decimal

import pytest

from moltbook.app import TABLES
from moltbook.db.commit import Committer
from moltbook.db.pool import connect
from moltbook.feeds import Ranks
from moltbook.gateway.audience import KINDS, Audience
from moltbook.kernel.errors import NotFound
from moltbook.settings import Limits, VerificationMode
from moltbook.verdicts import CloseChallenge, keep_lapsing, lapse
from moltbook.verdicts.queries import challenge_by_digest
from moltbook.verdicts.rules import AlreadyAnswered
from moltbook.verification import Trust
from moltbook.web.frame import Surroundings
from moltbook.web.page import Asked
from moltbook.web.pages import agent, feed, thread
from moltbook.web.posts import post_piece
from tests.contracts import shapes as s
from tests.contracts.matching import difference, twins
from tests.verdicts.steps import ALL, published, right, verify, wrong
from tests.verification.solver import solved

WRITES = [
    ("post", "/posts", {"title": "T", "submolt_name": "general"}),
    ("comment", "/posts/{post}/comments", {"content": "C"}),
    ("submolt", "/submolts", {"name": "tides"}),
]


@pytest.fixture
async def other_worker(asked):
    """A second Committer on the same database."""
    committer = Committer(lambda: connect(asked.dsn, "moltbook other committer"), TABLES, clock=asked.clock)
    committer.start()
    yield committer
    await committer.stop()


@pytest.mark.parametrize(("kind", "path", "body"), WRITES)
async def test_what_is_written_waits_for_its_answer_and_is_published_by_it(asked, kind, path, body):
    ada, blaise = await asked.agents("ada", "blaise")
    path = path.format(post=await published(blaise))
    answer = await ada.call("POST", path, body)
    made = answer[kind]
    assert (answer.status, answer["verification_required"]) == (201, True)
    assert (made["verification_status"], made["verificationStatus"]) == ("pending", "pending")
    assert difference(made["verification"], s.CHALLENGE) == ""
    assert made["verification"]["verification_code"].startswith("moltbook_verify_")
    assert len(made["verification"]["verification_code"]) == len("moltbook_verify_") + 32
    assert twins(answer.json) == []
    done = await right(ada, made["verification"])
    assert (done.status, difference(done.json, s.VERIFIED)) == (200, "")
    assert (done["content_type"], done["content_id"]) == (kind, made["id"])
    shown = await ada.get(
        {"post": "/posts/{}", "comment": "/comments/{}", "submolt": "/submolts/tides"}[kind].format(made["id"])
    )
    assert shown[kind]["verification_status"] == "verified"


async def test_a_pending_post_is_seen_by_its_id_and_nowhere_else(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    post = (await ada.publish("Hidden"))["post"]
    lists = [
        "/posts?sort=new",
        "/posts?sort=hot",
        "/posts?author=ada",
        "/submolts/general/feed?sort=new",
        "/feed?sort=new",
    ]
    await blaise.call("POST", "/agents/ada/follow")

    async def seen():
        await asked.settle()
        pages = [await blaise.get(path) for path in lists]
        return [len(page["posts"]) for page in pages] + [
            (await asked.get("/submolts/general"))["submolt"]["post_count"],
            (await asked.get("/agents/ada"))["agent"]["posts_count"],
            len((await asked.get("/agents/ada"))["recentPosts"]),
            (await asked.get("/stats"))["posts"],
            len(await asked.events("post.published")),
        ]

    assert set(await seen()) == {0}
    assert (await asked.get(f"/posts/{post['id']}"))["post"]["verification_status"] == "pending"
    for refused in (
        await blaise.upvote(post["id"]),
        await blaise.answer(post["id"]),
        await blaise.downvote(post["id"]),
    ):
        assert (refused.status, refused["code"]) == (409, "NOT_PUBLISHED")
    await right(ada, post["verification"])
    assert set(await seen()) == {1}
    assert (await blaise.upvote(post["id"])).status == 200


async def test_a_pending_comment_is_seen_by_its_author_only(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    post = await published(ada)
    comment = (await blaise.answer(post))["comment"]
    path = f"/posts/{post}/comments"
    assert [len((await agent.get(path))["comments"]) for agent in (ada, blaise)] == [0, 1]
    assert (await asked.get(path))["count"] == 0
    assert (await asked.get(f"/comments/{comment['id']}"))["comment"]["verification_status"] == "pending"
    assert (await ada.answer(post, parent=comment["id"]))["code"] == "NOT_PUBLISHED"
    await right(blaise, comment["verification"])
    assert [len((await agent.get(path))["comments"]) for agent in (ada, blaise)] == [1, 1]
    assert (await asked.get(path))["count"] == 1
    assert (await asked.get("/agents/blaise"))["agent"]["comments_count"] == 1
    reply = (await ada.answer(post, parent=comment["id"]))["comment"]
    await right(ada, reply["verification"])
    assert (await asked.get(f"/comments/{comment['id']}"))["comment"]["reply_count"] == 1


async def test_a_pending_submolt_is_in_no_list_and_takes_nothing(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    submolt = (await ada.call("POST", "/submolts", {"name": "tides"}))["submolt"]
    names = [m["name"] for m in (await asked.get("/submolts?sort=new"))["submolts"]]
    assert "tides" not in names
    assert (await blaise.publish(submolt="tides"))["code"] == "NOT_PUBLISHED"
    assert (await blaise.call("POST", "/submolts/tides/subscribe"))["code"] == "NOT_PUBLISHED"
    await right(ada, submolt["verification"])
    shown = await ada.get("/submolts/tides")
    assert (shown["submolt"]["subscriber_count"], shown["your_role"]) == (1, "owner")
    assert (await blaise.publish(submolt="tides")).status == 201


async def test_a_submolt_has_thirty_seconds_and_its_founder_may_try_again(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    late = (await ada.call("POST", "/submolts", {"name": "tides"}))["submolt"]
    asked.clock.advance(seconds=30)
    assert (await right(ada, late["verification"])).status == 410
    assert (await asked.get("/submolts/tides"))["submolt"]["verification_status"] == "failed"
    assert (await blaise.call("POST", "/submolts", {"name": "tides"})).status == 409
    again = (await ada.call("POST", "/submolts", {"name": "tides", "display_name": "Tides!"}))["submolt"]
    assert (again["id"], again["display_name"]) == (late["id"], "Tides!")
    assert (await ada.call("POST", "/submolts", {"name": "tides"})).status == 409
    assert (await right(ada, again["verification"])).status == 200
    assert (await asked.get("/submolts/tides"))["submolt"]["subscriber_count"] == 1


async def test_a_wrong_answer_says_what_it_was_about_and_ends_it(asked):
    (ada,) = await asked.agents("ada")
    post = (await ada.publish())["post"]
    refused = await wrong(ada, post["verification"])
    assert (refused.status, refused["error"], refused["message"]) == (400, "Incorrect answer", "Incorrect answer")
    assert (refused["content_type"], refused["content_id"]) == ("post", post["id"])
    assert refused["hint"]
    again = await right(ada, post["verification"])
    assert (again.status, again["error"]) == (409, "Already answered")
    assert (await asked.get(f"/posts/{post['id']}"))["post"]["verification_status"] == "failed"


async def test_a_right_answer_cannot_be_given_twice(asked):
    (ada,) = await asked.agents("ada")
    challenge = (await ada.publish())["post"]["verification"]
    assert [(await right(ada, challenge)).status for _ in range(2)] == [200, 409]


async def test_an_unknown_code_and_anothers_code_are_not_found(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    challenge = (await ada.publish())["post"]["verification"]
    for refused in (await verify(ada, "moltbook_verify_" + "0" * 32, "1.00"), await right(blaise, challenge)):
        assert (refused.status, refused["message"]) == (404, "Invalid verification code")
        assert refused["success"] is False
    assert (await right(ada, challenge)).status == 200


async def test_after_five_minutes_it_is_too_late(asked):
    (ada,) = await asked.agents("ada")
    challenge = (await ada.publish())["post"]["verification"]
    asked.clock.advance(seconds=299)
    timely = (await ada.publish())["post"]["verification"]
    asked.clock.advance(seconds=1)
    assert [(await right(ada, challenge)).status for _ in range(2)] == [410, 410]
    assert (await right(ada, timely)).status == 200


@pytest.mark.parametrize("field", ["verification_code", "code", "id"])
@pytest.mark.parametrize("path", ["/verify", "/verification/submit"])
async def test_every_spelling_of_an_answer_counts(asked, field, path):
    (ada,) = await asked.agents("ada")
    for spell in (str, float, lambda text: f" {Decimal(text) + 0}00 "):
        challenge = (await ada.publish())["post"]["verification"]
        answer = spell(solved(challenge["challenge_text"]))
        done = await ada.call("POST", path, {field: challenge["verification_code"], "answer": answer})
        assert done.status == 200, done.body


@pytest.mark.parametrize("answer", ["fifteen", "", "NaN", "Infinity", "1e99", "1_0", "9" * 60, None, True, [1]])
async def test_what_is_no_number_is_refused_and_costs_no_attempt(asked, answer):
    (ada,) = await asked.agents("ada")
    challenge = (await ada.publish())["post"]["verification"]
    assert (await verify(ada, challenge["verification_code"], answer)).status == 400
    assert (await ada.call("POST", "/verify", {"answer": "1.00"})).status == 400
    assert (await right(ada, challenge)).status == 200


async def test_thirty_answers_a_minute_are_heard(found):
    async with found(**ALL, limits=Limits(writes_per_minute=0)) as network:
        (ada,) = await network.agents("ada")
        statuses = [(await verify(ada, "moltbook_verify_x", "1")).status for _ in range(31)]
        assert statuses == [404] * 30 + [429]


async def test_of_fifty_answers_at_once_one_counts(asked):
    (ada,) = await asked.agents("ada")
    challenge = (await ada.publish())["post"]["verification"]
    answers = await asked.together(50, lambda: right(ada, challenge))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 49
    assert await asked.rows("SELECT passed, missed FROM standings") == [(1, 0)]
    assert (await asked.get("/submolts/general"))["submolt"]["post_count"] == 1
    assert len(await asked.events("post.published")) == 1


async def test_of_fifty_wrong_answers_at_once_one_counts(asked):
    (ada,) = await asked.agents("ada")
    challenge = (await ada.publish())["post"]["verification"]
    answers = await asked.together(50, lambda: wrong(ada, challenge))
    assert sorted(answer.status for answer in answers) == [400] + [409] * 49
    assert await asked.rows("SELECT passed, missed FROM standings") == [(0, 1)]


async def test_what_nobody_answers_lapses_once(asked):
    (ada,) = await asked.agents("ada")
    post = (await ada.publish())["post"]
    assert await lapse(asked.house) == 0
    asked.clock.advance(seconds=300)
    await asked.together(5, lambda: lapse(asked.house))
    assert await lapse(asked.house) == 0
    assert await asked.rows("SELECT passed, missed FROM standings") == [(0, 1)]
    assert (await asked.get(f"/posts/{post['id']}"))["post"]["verification_status"] == "failed"
    assert (await right(ada, post["verification"])).status == 410


async def test_a_challenge_that_cannot_be_closed_does_not_keep_the_others_open(asked, monkeypatch):
    monkeypatch.setattr("moltbook.verdicts.lapsing.PAUSE_SECONDS", 0.02)
    ada, blaise = await asked.agents("ada", "blaise")
    post = await published(ada)
    assert (await ada.answer(post)).status == 201
    await asked.house.pool.execute("DELETE FROM posts WHERE id = $1", post)
    lapsing = asyncio.create_task(keep_lapsing(asked.house))
    for _ in range(2):
        post = (await blaise.publish())["post"]["id"]
        asked.clock.advance(seconds=300)
        async with asyncio.timeout(10):
            while await asked.value("SELECT state FROM challenges WHERE content_id = $1", post) == "open":
                assert not lapsing.done()
    lapsing.cancel()


async def test_who_takes_back_what_waits_moves_no_counter(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    post = await published(blaise)
    waiting = (await ada.publish())["post"]
    comment = (await ada.answer(post))["comment"]
    assert (await ada.call("DELETE", f"/posts/{waiting['id']}")).status == 200
    assert (await ada.call("DELETE", f"/comments/{comment['id']}")).status == 200
    assert (await right(ada, waiting["verification"])).status == 404
    asked.clock.advance(seconds=300)
    assert await lapse(asked.house) == 2
    agent = (await asked.get("/agents/ada"))["agent"]
    assert (agent["posts_count"], agent["comments_count"]) == (0, 0)
    assert (await asked.get(f"/posts/{post}"))["post"]["comment_count"] == 0
    assert await asked.value("SELECT missed FROM standings WHERE agent_id = $1", ada.id) == 0
    assert await asked.events("post.deleted", "comment.deleted") == []


async def test_new_agents_are_asked_until_they_passed_five_and_are_a_day_old(found):
    async with found(verification=VerificationMode.NEW) as network:
        ada, blaise, host = await network.agents("ada", "blaise", "host")
        await network.house.committer.do(Trust(host.id))
        assert (await host.publish())["verification_required"] is False
        for _ in range(5):
            await published(ada)
        assert (await ada.publish())["verification_required"] is True
        network.clock.advance(hours=24)
        assert (await ada.publish())["verification_required"] is False
        assert (await ada.publish())["post"]["verification_status"] == "verified"
        assert (await blaise.publish())["verification_required"] is True


async def test_without_challenges_nothing_is_looked_up_or_kept(network):
    (ada,) = await network.agents("ada")
    answer = await ada.publish()
    assert (answer["verification_required"], answer["post"]["verificationStatus"]) == (False, "verified")
    assert "verification" not in answer["post"]
    assert await network.rows("SELECT * FROM challenges") == await network.rows("SELECT * FROM standings") == []


async def test_the_code_is_nowhere_in_the_database(asked):
    (ada,) = await asked.agents("ada")
    code = (await ada.publish())["post"]["verification"]["verification_code"]
    for table in ("challenges", "posts", "events"):
        assert not await asked.value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1", f"%{code[16:]}%")


async def test_the_public_stream_tells_nothing_of_what_waits(asked):
    (ada,) = await asked.agents("ada")
    before = asked.house.log.head
    post = (await ada.publish())["post"]
    await wrong(ada, post["verification"])
    gone = (await ada.publish())["post"]
    await ada.call("DELETE", f"/posts/{gone['id']}")
    entries = await asked.house.log.read(before)
    assert len(entries) == 4
    assert {KINDS[entry.kind].audience for entry in entries} == {Audience.INSIDE}
    await right(ada, (await ada.publish())["post"]["verification"])
    entries = await asked.house.log.read(before)
    public = [entry.kind for entry in entries if KINDS[entry.kind].audience is Audience.PUBLIC]
    assert public == ["post.published"]


async def test_ranks_replayed_from_the_log_hold_only_what_is_published(asked):
    (ada,) = await asked.agents("ada")
    await ada.publish("Hidden")
    shown = await published(ada)
    await asked.settle([Ranks()])
    assert await asked.rows("SELECT post_id::text FROM post_ranks") == [(shown,)]


async def test_two_workers_count_one_attempt(asked, other_worker):
    (ada,) = await asked.agents("ada")
    post = (await ada.publish())["post"]
    code = post["verification"]["verification_code"]
    waiting = await challenge_by_digest(asked.house.pool, ada.id, asked.house.keyring.digest(code).hex())
    hundredths = await asked.value("SELECT hundredths FROM challenges")
    workers = [asked.house.committer, other_worker]
    tries = [workers[n % 2].do(CloseChallenge(waiting, hundredths)) for n in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, AlreadyAnswered) for outcome in outcomes) == 19
    assert len(await asked.events("post.published")) == 1


async def test_pages_for_people_show_nothing_that_waits(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    waiting = (await ada.publish("Hidden"))["post"]["id"]
    post = await published(blaise, title="Shown")
    comment = (await ada.answer(post))["comment"]
    await asked.settle()
    around = await Surroundings(asked.house).now()
    for nothing in (
        thread.read(asked.house, around, Asked({"id": waiting})),
        post_piece(asked.house, waiting),
        thread.comment_piece(asked.house, comment["id"]),
    ):
        with pytest.raises(NotFound):
            await nothing
    assert (await thread.read(asked.house, around, Asked({"id": post}))).comments == ()
    assert [p.title for p in (await feed.read_front(asked.house, around, Asked({}, {"sort": "new"}))).posts] == [
        "Shown"
    ]
    assert (await agent.read(asked.house, around, Asked({"name": "ada"}))).posts == ()
