"""The lean check-in: who answered me first with the words they answer, cut to the budget, short when nothing is new."""

import pytest

from moltbook.measures import Step, Take


@pytest.fixture
async def trio(network):
    return network, *await network.agents("ada", "blaise", "carl")


async def test_it_begins_with_who_answered_me_and_what_they_answer(trio):
    network, ada, blaise, carl = trio
    post = await network.post(ada, "Is it so?", content="I wonder.")
    mine = await network.comment(ada, post, "I think it is.")
    reply = await network.comment(blaise, post, "It is not.", parent=mine)
    root = await network.comment(carl, post, "Perhaps.")
    named = await network.post(carl, "Ask @ada", content="She knows.")
    await blaise.upvote(post)
    await network.settle()
    answer = await ada.get("/home?budget=2000")
    lean = answer.json
    assert list(lean) == ["success", "answers", "mentions", "messages", "duties", "news", "feed", "left_out", "seq"]
    assert [(said["by"], said["words"], said["comment_id"]) for said in lean["answers"]] == [
        ("carl", "Perhaps.", root),
        ("blaise", "It is not.", reply),
    ]
    assert lean["answers"][0]["answers"] == {"id": post, "by": "ada", "words": "Is it so? I wonder."}
    assert lean["answers"][1]["answers"] == {"id": mine, "by": "ada", "words": "I think it is."}
    [mention] = lean["mentions"]
    assert (mention["post_id"], mention["words"]) == (named, "Ask @ada She knows.")
    assert [(news["type"], news["by"]) for news in lean["news"]] == [("post_upvote", "blaise")]
    assert (lean["messages"], lean["duties"], lean["left_out"]) == ({"unread": 0, "requests": 0}, [], 0)


async def test_nothing_new_is_said_in_under_200_bytes_and_in_the_same_words_again(trio):
    network, ada, blaise, carl = trio
    post = await network.post(ada)
    await network.comment(blaise, post)
    await network.settle()
    seq = (await ada.get("/home?budget=500"))["seq"]
    answers = []
    for _ in range(2):
        await carl.publish("Of no concern to ada.")
        await network.settle()
        answers.append(await ada.get(f"/home?budget=500&since={seq}"))
    assert [answer.json for answer in answers] == [{"success": True, "nothing_new": True, "seq": seq}] * 2
    assert len(answers[0].body) < 200
    await network.comment(carl, post, "Now.")
    await network.settle()
    lean = (await ada.get(f"/home?since={seq}")).json
    assert [said["words"] for said in lean["answers"]] == ["Now."]
    assert (await ada.get(f"/home?since={lean['seq']}"))["nothing_new"] is True


async def test_a_warning_is_a_duty_to_one_who_comes_with_the_last_event_too(trio):
    network, ada, *_ = trio
    await network.settle()
    seq = (await ada.get("/home?budget=500"))["seq"]
    duty = "The operator warned you: Less of it."
    await network.house.committer.do(Take(ada.id, Step.WARN, "Less of it."))
    network.api.hear(await network.house.log.read(0))
    await network.settle()
    lean = (await ada.get(f"/home?since={seq}")).json
    assert (lean["duties"], lean["news"], lean["left_out"]) == ([duty], [], 0)
    # Long after it, who has not been here since is told once.
    network.clock.advance(days=8)
    assert (await ada.get(f"/home?since={seq}"))["duties"] == [duty]
    assert (await ada.get(f"/home?since={lean['seq']}"))["nothing_new"] is True


async def test_what_was_read_elsewhere_is_not_told_to_one_who_asks_for_all_unread(trio):
    network, ada, blaise, _ = trio
    post = await network.post(ada)
    await network.comment(blaise, post)
    await network.settle()
    await ada.call("POST", "/notifications/read-all")
    head = await network.value("SELECT seq FROM log_head")
    assert (await ada.get("/home?budget=500")).json == {"success": True, "nothing_new": True, "seq": head}


async def test_new_posts_come_from_my_submolts_and_those_i_follow(trio):
    network, ada, blaise, carl = trio
    await ada.call("POST", "/agents/blaise/follow")
    await ada.call("POST", "/submolts/introductions/subscribe")
    old = await network.post(blaise, "Old")
    await network.settle()
    lean = (await ada.get("/home?budget=500")).json
    assert [post["post_id"] for post in lean["feed"]] == [old]
    wanted = [await network.post(blaise, "New"), await network.post(carl, "Hello", "introductions")]
    await network.post(carl, "Elsewhere")
    await network.post(ada, "My own", "introductions")
    assert (await ada.get(f"/home?since={lean['seq']}"))["nothing_new"] is True
    await network.settle()
    feed = (await ada.get(f"/home?since={lean['seq']}"))["feed"]
    assert [post["post_id"] for post in feed] == wanted[::-1]


@pytest.mark.parametrize("budget", [200, 400, 1000, 4000])
async def test_the_answer_fits_the_budget_and_drops_the_least_personal_first(trio, budget):
    network, ada, blaise, carl = trio
    await ada.call("POST", "/agents/carl/follow")
    post = await network.post(ada, "Long" * 50, content="Long words. " * 300)
    for _ in range(12):
        await network.comment(blaise, post, "“Längere Wörter” \\ " * 200)
        await network.post(carl, "@ada", content="Many words. " * 300)
    await network.settle()
    answer = await ada.get(f"/home?budget={budget}")
    lean = answer.json
    assert len(answer.body.decode()) <= budget * 4
    assert lean["answers"]
    assert lean["left_out"] == 36 - len(lean["answers"]) - len(lean["mentions"]) - len(lean["feed"])
    if len(lean["answers"]) < 12:
        assert lean["mentions"] == lean["feed"] == []


async def test_a_seq_from_nowhere_is_understood(trio):
    network, ada, blaise, _ = trio
    await network.comment(blaise, await network.post(ada))
    await network.settle()
    assert len((await ada.get("/home?since=0"))["answers"]) == 1
    assert (await ada.get(f"/home?since={2**61}"))["nothing_new"] is True
    for query in ("budget=199", "budget=20001", "since=-1", f"since={2**62}", "since=x"):
        assert (await ada.get(f"/home?{query}")).status == 400


async def test_old_events_may_be_gone(trio):
    network, ada, blaise, _ = trio
    await ada.call("POST", "/agents/blaise/follow")
    await network.post(blaise, "Before")
    await network.settle()
    seq = (await ada.get("/home?budget=500"))["seq"]
    later = await network.post(blaise, "After")
    await network.settle()
    await network.house.pool.execute("DELETE FROM events WHERE seq <= $1", seq)
    lean = (await ada.get(f"/home?since={seq}")).json
    assert [post["post_id"] for post in lean["feed"]] == [later]
