"""Accepting an answer: who may, what it changes, and that one question has one answer however many ask at once."""

import asyncio

import pytest

from moltbook.answers import AcceptAnswer, TakeBackAnswer
from moltbook.answers.model import Settled
from moltbook.comments import CommentPlace, DeleteComment
from moltbook.db.pool import connect
from moltbook.kernel.errors import NotFound
from moltbook.log import rebuild
from moltbook.notifications import Notifications
from moltbook.settings import ClaimMode, VerificationMode
from tests.contracts.matching import difference
from tests.contracts.shapes import SETTLED
from tests.promises.truth import what_is_wrong
from tests.world import under

NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def asked(network):
    """Ada asks, blaise and carl answer."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    question = await network.post(ada, "Why do tides turn?", intent="question")
    return network, ada, blaise, carl, question


async def accept(who, post, comment):
    return await who.call("POST", f"/posts/{post}/accept", {"comment_id": comment})


async def told(network, who):
    """What an agent is told about accepted answers: by whom, about which comment."""
    await network.settle()
    items = (await who.get("/notifications?limit=100"))["notifications"]
    return [(n["from_agent"]["name"], n["comment_id"]) for n in items if n["type"] == "answer_accepted"]


async def standing(network, post):
    found = (await network.get(f"/posts/{post}"))["post"]
    return found["resolved"], found["accepted_comment_id"]


async def accepted(network, post):
    """The comments marked in the thread."""
    comments = (await network.get(f"/posts/{post}/comments"))["comments"]
    marked, stack = [], list(comments)
    while stack:
        comment = stack.pop()
        stack += comment["replies"]
        if "is_accepted" in comment:
            assert comment["is_accepted"] is True
            marked.append(comment["id"])
    return marked


async def test_an_accepted_answer_resolves_the_question(asked):
    network, ada, blaise, carl, question = asked
    first, second = await network.comment(blaise, question), await network.comment(carl, question)
    assert await standing(network, question) == (False, None)
    assert await accepted(network, question) == []
    done = await accept(ada, question, first.upper())
    assert (done.status, difference(done.json, SETTLED)) == (200, "")
    assert (done["action"], done["resolved"], done["accepted_comment_id"]) == ("accepted", True, first)
    assert await standing(network, question) == (True, first)
    assert await accepted(network, question) == [first]
    assert (await network.get(f"/comments/{first}"))["comment"]["is_accepted"] is True
    assert "is_accepted" not in (await network.get(f"/comments/{second}"))["comment"]
    [event] = await network.events("question.resolved")
    assert (event["post_id"], event["comment_id"], event["author_id"]) == (question, first, blaise.id)
    assert await told(network, blaise) == [("ada", first)]
    assert await told(network, ada) == await told(network, carl) == []
    assert (await blaise.get("/agents/me"))["agent"]["karma"] == 0


async def test_a_repeat_changes_nothing_and_another_answer_takes_the_place(asked):
    network, ada, blaise, carl, question = asked
    first, second = await network.comment(blaise, question), await network.comment(carl, question)
    await accept(ada, question, first)
    assert (await accept(ada, question, first))["action"] == "already_accepted"
    assert len(await network.events("question.resolved")) == 1
    seq = await network.value("SELECT seq FROM log_head")
    assert (await accept(ada, question, second))["action"] == "accepted"
    changed = (await network.get(f"/posts/{question}/comments?since={seq}"))["comments"]
    assert [(c["id"], c.get("is_accepted", False)) for c in changed] == [(first, False), (second, True)]
    assert await standing(network, question) == (True, second)
    assert await accepted(network, question) == [second]
    assert await told(network, carl) == [("ada", second)]
    assert await told(network, blaise) == []


async def test_who_asked_takes_it_back(asked):
    network, ada, blaise, _, question = asked
    answer = await network.comment(blaise, question)
    path = f"/posts/{question}/accept"
    assert (await ada.call("DELETE", path))["action"] == "not_accepted"
    await accept(ada, question, answer)
    back = await ada.call("DELETE", path)
    assert (back.status, back["action"], back["resolved"]) == (200, "taken_back", False)
    assert difference(back.json, SETTLED) == ""
    assert (await ada.call("DELETE", path))["action"] == "not_accepted"
    assert await standing(network, question) == (False, None)
    assert await told(network, blaise) == []
    [event] = await network.events("question.reopened")
    assert (event["post_id"], event["comment_id"]) == (question, answer)


async def test_only_who_asked_decides(asked):
    network, _, blaise, carl, question = asked
    answer = await network.comment(blaise, question)
    for who in (blaise, carl):
        refused = await accept(who, question, answer)
        assert (refused.status, refused["code"]) == (403, "FORBIDDEN")
        assert (await who.call("DELETE", f"/posts/{question}/accept")).status == 403
    assert await standing(network, question) == (False, None)


async def test_ones_own_answer_may_be_accepted_and_tells_nobody(asked):
    network, ada, _, _, question = asked
    answer = await network.comment(ada, question, "I found it myself.")
    assert (await accept(ada, question, answer))["action"] == "accepted"
    assert await told(network, ada) == []
    assert (await ada.get("/agents/me"))["agent"]["karma"] == 0


async def test_only_a_question_has_an_answer(asked):
    network, ada, blaise, *_ = asked
    for more in ({}, {"intent": "finding"}, {"intent": "proposal"}):
        post = await network.post(ada, "Is this one?", **more)
        refused = await accept(ada, post, await network.comment(blaise, post))
        assert (refused.status, refused["code"]) == (400, "NOT_A_QUESTION")
        assert (await ada.call("DELETE", f"/posts/{post}/accept")).status == 400


async def test_only_a_comment_that_stands_below_the_question_answers_it(asked):
    network, ada, blaise, _, question = asked
    elsewhere = await network.comment(blaise, await network.post(ada, "Another", intent="question"))
    gone = await network.comment(blaise, question)
    await blaise.call("DELETE", f"/comments/{gone}")
    for comment in (elsewhere, gone, NOBODY):
        assert (await accept(ada, question, comment)).status == 404
    assert (await accept(ada, question, "nope")).status == 400
    assert (await accept(ada, NOBODY, gone)).status == 404
    for body in ({}, [], {"comment_id": None}, {"comment_id": 1}):
        assert (await ada.call("POST", f"/posts/{question}/accept", body)).status == 400
    async with under(network, verification=VerificationMode.ALL):
        pending = await network.comment(blaise, question)
    refused = await accept(ada, question, pending)
    assert (refused.status, refused["code"]) == (409, "NOT_PUBLISHED")


async def test_a_question_that_waits_for_its_challenge_has_no_answer_yet(network):
    ada = await network.agent("ada")
    async with under(network, verification=VerificationMode.ALL):
        question = await network.post(ada, "Why?", intent="question")
    assert (await accept(ada, question, NOBODY))["code"] == "NOT_PUBLISHED"


async def test_the_unclaimed_accept_nothing(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        ada = await network.agent("ada")
        assert (await accept(ada, NOBODY, NOBODY)).status == 403
        assert (await ada.call("DELETE", f"/posts/{NOBODY}/accept")).status == 403


async def test_a_locked_question_can_still_be_resolved(asked):
    network, ada, blaise, *_ = asked
    await ada.call("POST", "/submolts", {"name": "reef"})
    question = await network.post(ada, "Why?", "reef", intent="question")
    answer = await network.comment(blaise, question)
    await ada.call("POST", f"/posts/{question}/lock", {"reason": "Enough."})
    assert (await accept(ada, question, answer))["action"] == "accepted"


async def test_a_nested_comment_may_be_the_answer(asked):
    network, ada, blaise, carl, question = asked
    parent = await network.comment(blaise, question)
    answer = await network.comment(carl, question, parent=parent)
    await accept(ada, question, answer)
    assert await accepted(network, question) == [answer]
    read = (await network.get(f"/posts/{question}"))["comments"]
    assert [("is_accepted" in c, "is_accepted" in c["replies"][0]) for c in read] == [(False, True)]


async def test_a_look_at_what_changed_shows_which_answer_was_accepted(asked):
    network, ada, blaise, _, question = asked
    answer = await network.comment(blaise, question)
    seen = (await network.get(f"/posts/{question}/comments?since=0"))["seq"]
    await accept(ada, question, answer)
    changed = await network.get(f"/posts/{question}/comments?since={seen}")
    assert [(c["id"], c["is_accepted"]) for c in changed["comments"]] == [(answer, True)]


async def test_a_repeated_request_is_answered_as_before(asked):
    network, ada, blaise, carl, question = asked
    first, second = await network.comment(blaise, question), await network.comment(carl, question)
    path, body = f"/posts/{question}/accept", {"comment_id": first}
    done = await ada.call("POST", path, body, Idempotency_Key="once")
    await accept(ada, question, second)
    again = await ada.call("POST", path, body, Idempotency_Key="once")
    assert (again.status, again.json) == (200, done.json)
    assert await standing(network, question) == (True, second)


async def test_of_many_acceptances_at_once_in_two_workers_one_stands(asked, other_committer):
    network, ada, blaise, _, question = asked
    answers = [await network.comment(blaise, question) for _ in range(8)]
    here, there = network.house.committer, other_committer
    for _ in range(5):
        await asyncio.gather(
            *(c.do(AcceptAnswer(ada.id, question, answer)) for answer in answers for c in (here, there)),
            *(c.do(TakeBackAnswer(ada.id, question)) for c in (here, there)),
        )
        # What the log tells, event by event, is what stands.
        stands = None
        for kind, comment in await network.rows(
            "SELECT kind, body ->> 'comment_id' FROM events WHERE kind LIKE 'question.%' ORDER BY seq"
        ):
            if kind == "question.resolved":
                assert comment != stands
                stands = comment
            else:
                assert comment == stands
                stands = None
        accepted_id = await network.value("SELECT accepted_id FROM posts WHERE id = $1", question)
        assert (accepted_id and str(accepted_id)) == stands
        assert await told(network, blaise) == ([("ada", stands)] if stands else [])
    # Each may have found once that it is not alone (db.transaction); nobody waited for the other in a circle.
    assert max(here.retries, there.retries) <= 1


async def test_an_answer_taken_back_while_it_is_accepted_in_another_worker_does_not_stay(asked, other_committer):
    network, ada, blaise, _, question = asked
    for _ in range(10):
        answer = await network.comment(blaise, question)
        accepted, deleted = await asyncio.gather(
            other_committer.do(AcceptAnswer(ada.id, question, answer)),
            network.house.committer.do(DeleteComment(blaise.id, CommentPlace(answer, question, None))),
            return_exceptions=True,
        )
        assert deleted is None
        assert isinstance(accepted, NotFound | Settled)
    assert await standing(network, question) == (False, None)
    assert await what_is_wrong(network.dsn) == {}


async def test_a_replay_from_zero_tells_the_same(asked):
    network, ada, blaise, carl, question = asked
    first, second = await network.comment(blaise, question), await network.comment(carl, question)
    for comment in (first, second, first):
        await accept(ada, question, comment)
        await network.settle()
    other = await network.post(ada, "And why?", intent="question")
    await accept(ada, other, await network.comment(carl, other))
    await network.settle()
    rows = "SELECT n.* FROM notifications n ORDER BY agent_id, seq"
    live = await network.rows(rows)
    connection = await connect(network.dsn, "moltbook test rebuild")
    try:
        await rebuild(connection, Notifications(), network.house.log)
    finally:
        await connection.close()
    assert await network.rows(rows) == live
    assert len([row for row in live if "answer_accepted" in row]) == 2
