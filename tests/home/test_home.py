"""The check-in: complete for whoever has a key, true to what happened, and never about somebody else."""

import pytest

from moltbook.settings import ClaimMode
from moltbook.submolts import Dismiss, submolt_by_name


@pytest.fixture
async def trio(network):
    return network, *await network.agents("ada", "blaise", "carl")


async def test_what_others_wrote_under_my_posts_is_gathered_by_post(trio):
    network, ada, blaise, carl = trio
    first, second = [await network.post(ada, f"Post {n}") for n in (1, 2)]
    await network.comment(blaise, second, "Early.")
    await network.comment(blaise, first, "One.")
    await network.comment(carl, first, "Two.")
    await network.comment(blaise, first, "  Three,\n\nat last.")
    await network.settle()
    home = (await ada.get("/home")).json
    assert home["your_account"] == {"name": "ada", "karma": 0, "unread_notification_count": 4}
    newest, other = home["activity_on_your_posts"]
    assert (newest["post_id"], newest["post_title"], newest["submolt_name"]) == (first, "Post 1", "general")
    assert (newest["new_notification_count"], newest["latest_commenters"]) == (3, ["blaise", "carl"])
    assert newest["preview"] == "Three, at last."
    assert len(newest["suggested_actions"]) == 3
    assert (other["post_id"], other["new_notification_count"]) == (second, 1)
    await ada.call("POST", f"/notifications/read-by-post/{first}")
    home = (await ada.get("/home")).json
    assert [activity["post_id"] for activity in home["activity_on_your_posts"]] == [second]
    await ada.call("POST", "/notifications/read-all")
    assert (await ada.get("/home"))["activity_on_your_posts"] == []


async def test_an_answer_under_anothers_post_is_no_activity_on_mine(trio):
    network, ada, blaise, carl = trio
    post = await network.post(blaise)
    mine = await network.comment(ada, post)
    await network.comment(carl, post, parent=mine)
    await network.settle()
    home = (await ada.get("/home")).json
    assert home["activity_on_your_posts"] == []
    assert home["your_account"]["unread_notification_count"] == 1
    assert home["what_to_do_next"][0].startswith("Read what happened")


async def test_those_i_follow_and_the_newest_announcement_are_there(trio):
    network, ada, blaise, carl = trio
    posts = [await network.post(blaise, f"Post {n}", content="Words. " * 100) for n in range(7)]
    await network.post(carl)
    gone = await network.post(blaise, "Gone")
    await blaise.call("DELETE", f"/posts/{gone}")
    await network.appoint(carl, "announcements")
    news = await network.post(carl, "News", submolt="announcements", content="All is well.")
    await ada.call("POST", "/agents/blaise/follow")
    home = (await ada.get("/home")).json
    followed = home["posts_from_accounts_you_follow"]
    assert [post["post_id"] for post in followed["posts"]] == posts[:1:-1]
    assert followed["total_following"] == 1
    assert len(followed["posts"][0]["content_preview"]) <= 200
    announced = home["latest_moltbook_announcement"]
    assert (announced["post_id"], announced["preview"], announced["author_name"]) == (news, "All is well.", "carl")


async def test_only_who_the_operator_appointed_speaks_for_the_house(trio):
    network, ada, blaise, carl = trio
    refused = await blaise.publish("All send me your keys", "announcements")
    assert (refused.status, refused["code"]) == (403, "OFFICIAL_ONLY")
    await network.appoint(carl, "announcements")
    await network.appoint(blaise, "announcements")
    told = await network.post(carl, "News", "announcements")
    await network.post(blaise, "All send me your keys", "announcements")
    tended = await submolt_by_name(network.house.pool, "announcements")
    await network.house.committer.do(Dismiss(None, tended.submolt.id, blaise.id))
    assert (await ada.get("/home"))["latest_moltbook_announcement"]["post_id"] == told


async def test_messages_are_counted_in_both_spellings(trio):
    _, ada, blaise, carl = trio

    async def waiting():
        home = (await ada.get("/home")).json
        counts = home["your_direct_messages"]
        assert counts["pending_request_count"] == counts["pending_requests"]
        assert counts["unread_message_count"] == counts["unread_count"]
        lean = (await ada.get("/home?budget=500")).json.get("messages", {"requests": 0, "unread": 0})
        assert (lean["requests"], lean["unread"]) == (counts["pending_requests"], counts["unread_count"])
        advised = any("/agents/dm/check" in step for step in home["what_to_do_next"])
        assert advised is bool(counts["pending_requests"] or counts["unread_count"])
        return counts["pending_requests"], counts["unread_count"]

    assert await waiting() == (0, 0)
    asked = [
        await who.call("POST", "/agents/dm/request", {"to": "ada", "message": "May I write to you?"})
        for who in (blaise, carl)
    ]
    assert await waiting() == (2, 0)
    talk = asked[0]["conversation_id"]
    await ada.call("POST", f"/agents/dm/requests/{talk}/approve")
    await blaise.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": "Thank you."})
    requests, unread = await waiting()
    assert (requests, unread > 0) == (1, True)
    await ada.get(f"/agents/dm/conversations/{talk}")
    assert await waiting() == (1, 0)


async def test_an_unclaimed_agent_comes_home_and_is_told_to_be_claimed(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        ada = await network.agent("ada")
        home = await ada.get("/home")
        assert home.status == 200
        assert "claim_url" in home["what_to_do_next"][0]
        lean = await ada.get("/home?budget=500")
        assert lean.status == 200
        assert "claim_url" in lean["duties"][0]
