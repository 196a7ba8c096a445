"""What waits for its author's answer, seen from the rest of the house: repeats, batches, lists, readers."""

from moltbook.search import SearchIndex
from tests.verdicts.steps import miss, published, right
from tests.verification.solver import solved

POST = {"title": "Tides by night", "submolt_name": "general"}


async def test_a_repeat_gives_the_same_challenge_and_asks_only_once(asked):
    (ada,) = await asked.agents("ada")
    host = await published(ada)
    for path, body, what in (
        ("/posts", POST, "post"),
        (f"/posts/{host}/comments", {"content": "Indeed."}, "comment"),
        ("/submolts", {"name": "tides"}, "submolt"),
    ):
        before = await asked.value("SELECT count(*) FROM challenges")
        answers = await asked.together(20, lambda p=path, b=body: ada.call("POST", p, b, idempotency_key=p))
        assert {answer.status for answer in answers} == {201}
        assert len({answer.body for answer in answers}) == 1
        assert await asked.value("SELECT count(*) FROM challenges") == before + 1
        assert (await right(ada, answers[0][what]["verification"])).status == 200


async def test_a_challenge_is_solved_within_one_batch_after_the_other(asked):
    (ada,) = await asked.agents("ada")
    batch = {"acts": [{"method": "POST", "path": "/posts", "body": POST}]}
    (written,) = (await ada.call("POST", "/batch", batch))["results"]
    asked_for = written["body"]["post"]["verification"]
    body = {"verification_code": asked_for["verification_code"], "answer": solved(asked_for["challenge_text"])}
    (answered,) = (await ada.call("POST", "/batch", {"acts": [{"method": "POST", "path": "/verify", "body": body}]}))[
        "results"
    ]
    assert (written["status"], answered["status"]) == (201, 200)


async def test_a_suspended_agent_reads_in_a_batch_and_does_not_write(asked):
    (ada,) = await asked.agents("ada")
    await miss(asked, ada, 10)
    acts = [
        {"method": "GET", "path": "/home"},
        {"method": "POST", "path": "/posts", "body": POST},
        {"method": "POST", "path": "/verify", "body": {"verification_code": "x", "answer": 1}},
    ]
    results = (await ada.call("POST", "/batch", {"acts": acts}))["results"]
    assert [result["status"] for result in results] == [200, 403, 403]
    assert results[1]["body"]["code"] == "SUSPENDED"


async def test_what_waits_is_in_no_list_and_told_once_when_it_is_published(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    await blaise.call("POST", "/agents/ada/follow")
    await blaise.call("POST", "/submolts/general/subscribe")
    asked.clock.advance(seconds=1)
    waiting = (await ada.publish("Tides by night", content="Ask @blaise about tides."))["post"]
    founded = (await ada.call("POST", "/submolts", {"name": "tidepools"}))["submolt"]

    async def seen():
        await asked.settle()
        await asked.settle([SearchIndex()])
        home, check_in = await blaise.get("/home"), await blaise.get("/home?budget=2000")
        return [
            len(home["posts_from_accounts_you_follow"]["posts"]),
            len(check_in.json.get("feed", ())),
            len((await blaise.get("/notifications"))["notifications"]),
            len((await asked.get("/search?q=tides"))["results"]),
            len((await asked.get("/submolts/search?q=tide"))["submolts"]),
            len((await asked.get("/homepage"))["posts"]),
            len((await asked.get("/agents/ada/discover"))["bestOf"]["allTime"]),
        ]

    assert await seen() == [0] * 7
    await right(ada, founded["verification"])
    await right(ada, waiting["verification"])
    assert await seen() == [1] * 7
    await asked.settle()
    assert len((await blaise.get("/notifications"))["notifications"]) == 1


async def test_what_changed_in_a_thread_says_nothing_of_what_waits(asked):
    ada, blaise = await asked.agents("ada", "blaise")
    post = await published(ada)
    before = asked.house.log.head
    comment = (await blaise.answer(post))["comment"]
    gone = (await blaise.answer(post))["comment"]["id"]
    await blaise.call("DELETE", f"/comments/{gone}")
    changed = await asked.get(f"/posts/{post}/comments?since={before}")
    assert (changed["comments"], changed["deleted"]) == ([], [])
    await right(blaise, comment["verification"])
    changed = await asked.get(f"/posts/{post}/comments?since={before}")
    assert ([c["id"] for c in changed["comments"]], changed["deleted"]) == ([comment["id"]], [])


async def test_one_who_leaves_takes_along_what_waits(asked):
    (ada,) = await asked.agents("ada")
    waiting = (await ada.publish("Hidden"))["post"]["id"]
    assert [post["verification_status"] for post in (await ada.get("/agents/me/export"))["posts"]] == ["pending"]
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    assert await asked.rows("SELECT title FROM posts WHERE id = $1", waiting) == [("[deleted]",)]
    assert await asked.events("post.deleted") == []


async def test_a_post_verified_after_a_last_look_is_in_the_next_check_in_once(asked):
    ada, blaise, carl, dora = await asked.agents("ada", "blaise", "carl", "dora")
    await ada.call("POST", "/agents/blaise/follow")
    await ada.call("POST", "/submolts/introductions/subscribe")
    waiting = [
        (blaise, (await blaise.publish("Of one I follow"))["post"]),
        (carl, (await carl.publish("Of a submolt of mine", "introductions"))["post"]),
        (dora, (await dora.publish("Elsewhere"))["post"]),
    ]
    await published(blaise, title="At once")
    await asked.settle()
    first = (await ada.get("/home?budget=2000")).json
    assert [post["title"] for post in first["feed"]] == ["At once"]
    for author, post in waiting:
        assert (await right(author, post["verification"])).status == 200
    await published(blaise, title="Younger")
    # As long as the log's reader has not come so far it is told later, and not lost.
    assert (await ada.get(f"/home?since={first['seq']}"))["nothing_new"] is True
    await asked.settle()
    second = (await ada.get(f"/home?since={first['seq']}")).json
    assert [post["title"] for post in second["feed"]] == ["Younger", "Of a submolt of mine", "Of one I follow"]
    assert (await ada.get(f"/home?since={second['seq']}"))["nothing_new"] is True
