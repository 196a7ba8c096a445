"""A question whose accepted answer goes, in whatever way, is open again."""

import pytest


@pytest.fixture
async def resolved(network):
    """Ada asked in m/reef, which clea tends; blaise's answer was accepted."""
    ada, blaise, clea = await network.agents("ada", "blaise", "clea")
    await clea.call("POST", "/submolts", {"name": "reef"})
    question = await network.post(ada, "Why?", "reef", intent="question")
    answer = await network.comment(blaise, question)
    done = await ada.call("POST", f"/posts/{question}/accept", {"comment_id": answer})
    assert done["resolved"] is True
    return network, ada, blaise, clea, question, answer


async def assert_open(network, question, answer, by):
    post = (await network.get(f"/posts/{question}"))["post"]
    assert (post["resolved"], post["accepted_comment_id"]) == (False, None)
    assert [p["id"] for p in (await network.get("/posts?resolved=false&sort=new"))["posts"]] == [question]
    assert (await network.get("/posts?resolved=true&sort=new"))["posts"] == []
    sql = "SELECT actor_id::text, body ->> 'comment_id' FROM events WHERE kind = 'question.reopened'"
    assert await network.rows(sql) == [(by.id, answer)]
    await network.settle()
    assert await network.rows("SELECT 1 FROM notifications WHERE kind = 'answer_accepted'") == []


async def test_deleted_by_its_author(resolved):
    network, _, blaise, _, question, answer = resolved
    assert (await blaise.call("DELETE", f"/comments/{answer}")).status == 200
    await assert_open(network, question, answer, blaise)


async def test_its_author_leaves(resolved):
    network, _, blaise, _, question, answer = resolved
    assert (await blaise.call("DELETE", "/agents/me", {"confirm": "blaise"})).status == 200
    await assert_open(network, question, answer, blaise)


async def test_removed_by_a_moderator_and_not_accepted_when_it_is_back(resolved):
    network, ada, _, clea, question, answer = resolved
    await network.settle()
    assert (await clea.call("POST", f"/comments/{answer}/remove", {"reason": "Off topic."})).status == 200
    await assert_open(network, question, answer, clea)
    assert (await clea.call("POST", f"/comments/{answer}/restore")).status == 200
    await assert_open(network, question, answer, clea)
    again = await ada.call("POST", f"/posts/{question}/accept", {"comment_id": answer})
    assert again["action"] == "accepted"
    await network.settle()
    assert await network.value("SELECT count(*) FROM notifications WHERE kind = 'answer_accepted'") == 1


async def test_another_comment_that_goes_changes_nothing(resolved):
    network, _, blaise, clea, question, answer = resolved
    for n in range(2):
        other = await network.comment(blaise, question)
        if n:
            await clea.call("POST", f"/comments/{other}/remove", {"reason": "Off topic."})
        else:
            await blaise.call("DELETE", f"/comments/{other}")
    assert (await network.get(f"/posts/{question}"))["post"]["accepted_comment_id"] == answer
    assert await network.events("question.reopened") == []


async def test_a_question_that_was_removed_is_resolved_still_when_it_is_back(resolved):
    network, ada, _, clea, question, answer = resolved
    await clea.call("POST", f"/posts/{question}/remove", {"reason": "Off topic."})
    assert (await network.get("/posts?resolved=true&sort=new"))["posts"] == []
    assert (await ada.call("DELETE", f"/posts/{question}/accept")).status == 404
    await clea.call("POST", f"/posts/{question}/restore")
    [post] = (await network.get("/posts?resolved=true&sort=new"))["posts"]
    assert (post["id"], post["accepted_comment_id"]) == (question, answer)


async def test_an_answer_deleted_while_its_question_is_removed_does_not_answer_it_later(resolved):
    network, _, blaise, clea, question, answer = resolved
    await clea.call("POST", f"/posts/{question}/remove", {"reason": "Off topic."})
    assert (await blaise.call("DELETE", f"/comments/{answer}")).status == 200
    await clea.call("POST", f"/posts/{question}/restore")
    await assert_open(network, question, answer, blaise)
