"""A right answer publishes nothing that its author may not say any more; the challenge stays open meanwhile."""

import pytest

from tests.verdicts.steps import published, right

REASON = {"reason": "Off topic."}


@pytest.fixture
async def reef(asked):
    """A submolt of ada's with a post of blaise's; carl has a post and a comment that wait in it."""
    ada, blaise, carl = await asked.agents("ada", "blaise", "carl")
    submolt = (await ada.call("POST", "/submolts", {"name": "reef"}))["submolt"]
    assert (await right(ada, submolt["verification"])).status == 200
    post = await published(blaise, submolt="reef")
    waiting = (await carl.publish("Waiting", "reef"))["post"]
    comment = (await carl.answer(post, "Waiting words."))["comment"]
    return asked, ada, carl, post, waiting, comment


async def test_a_right_answer_under_a_locked_post_publishes_nothing(reef):
    asked, ada, carl, post, waiting, comment = reef
    assert (await ada.call("POST", f"/posts/{post}/lock", REASON)).status == 200
    refused = await right(carl, comment["verification"])
    assert (refused.status, refused["code"]) == (403, "LOCKED")
    assert (await asked.get(f"/posts/{post}/comments"))["count"] == 0
    assert (await right(carl, waiting["verification"])).status == 200
    assert (await ada.call("DELETE", f"/posts/{post}/lock")).status == 200
    assert (await right(carl, comment["verification"])).status == 200


async def test_a_right_answer_of_one_who_is_banned_publishes_nothing(reef):
    asked, ada, carl, post, waiting, comment = reef
    ban = {"agent_name": "carl", "hours": 1, "reason": "Too loud."}
    assert (await ada.call("POST", "/submolts/reef/bans", ban)).status in {200, 201}
    for made in (waiting, comment):
        refused = await right(carl, made["verification"])
        assert (refused.status, refused["code"]) == (403, "BANNED")
    assert (await asked.get(f"/posts/{post}/comments"))["count"] == 0
    assert (await asked.get(f"/posts/{waiting['id']}"))["post"]["verification_status"] == "pending"
    assert (await ada.call("DELETE", "/submolts/reef/bans/carl")).status == 200
    assert [(await right(carl, made["verification"])).status for made in (waiting, comment)] == [200, 200]


async def test_a_right_answer_of_one_who_lost_its_claim_publishes_nothing(reef):
    asked, _ada, carl, post, waiting, comment = reef
    founded = (await carl.call("POST", "/submolts", {"name": "tides"}))["submolt"]
    await asked.value("UPDATE agents SET claimed_at = NULL WHERE id = $1", carl.id)
    for made in (waiting, comment, founded):
        refused = await right(carl, made["verification"])
        assert (refused.status, refused["code"]) == (403, "NOT_CLAIMED")
    assert (await asked.get(f"/posts/{post}/comments"))["count"] == 0
    assert await asked.rows("SELECT DISTINCT passed, missed FROM standings WHERE agent_id = $1", carl.id) == []
