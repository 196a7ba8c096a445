"""Following threads: by wish, not by wish, and no longer."""

import asyncio

import pytest

from moltbook.interest import followed_by
from moltbook.interest.acts import FollowThread
from moltbook.interest.rules import THREADS, InterestFull
from moltbook.notifications import Notifications
from moltbook.posts import PostKind, PublishPost


@pytest.fixture
async def four(network):
    return network, *await network.agents("ada", "blaise", "carl", "dora")


async def told(network, who):
    """Of which comments in threads an agent is told, by whom."""
    await network.settle([Notifications()])
    items = (await who.get("/notifications?limit=100"))["notifications"]
    return [item["from_agent"]["name"] for item in items if item["type"] == "thread_reply"]


async def wish(who, post, method="POST"):
    answer = await who.call(method, f"/posts/{post}/follow")
    assert answer.status == 200, answer.body
    assert answer["message"]
    return answer["action"]


async def listed(who, kind="threads"):
    return [thread["post_id"] for thread in (await who.get(f"/agents/me/follows?kind={kind}"))["threads"]]


async def test_who_follows_a_thread_hears_of_its_newest_comment_from_then_on(four):
    network, ada, blaise, carl, dora = four
    post = await network.post(ada)
    await network.comment(blaise, post)
    assert [await wish(carl, post) for _ in range(2)] == ["followed", "already_following"]
    assert await told(network, carl) == []
    await network.comment(dora, post)
    await network.comment(blaise, post)
    assert await told(network, carl) == ["blaise"]
    assert [await wish(carl, post, "DELETE") for _ in range(2)] == ["unfollowed", "not_following"]
    assert await told(network, carl) == []
    assert (await listed(carl), await listed(carl, "silenced")) == ([], [])
    kinds = [event["kind"] for event in await network.events("thread.followed", "thread.unfollowed")]
    assert kinds == ["thread.followed", "thread.unfollowed"]


async def test_a_no_wins_over_what_one_wrote_there(four):
    network, ada, blaise, carl, _ = four
    post = await network.post(ada)
    await network.comment(carl, post)
    await network.comment(blaise, post)
    assert await told(network, carl) == ["blaise"]
    assert [await wish(carl, post, "DELETE") for _ in range(2)] == ["unfollowed", "not_following"]
    assert await told(network, carl) == []
    # Also over what it writes there later; who answers it is told of nevertheless.
    mine = await network.comment(carl, post)
    await network.comment(blaise, post)
    await network.comment(blaise, post, parent=mine)
    assert await told(network, carl) == []
    kinds = [item["type"] for item in (await carl.get("/notifications"))["notifications"]]
    assert kinds == ["comment_reply"]
    assert (await listed(carl), await listed(carl, "silenced")) == ([], [post])
    assert await wish(carl, post) == "followed"
    await network.comment(ada, post)
    assert await told(network, carl) == ["ada"]
    assert (await listed(carl), await listed(carl, "silenced")) == ([post], [])


async def test_following_makes_no_older_news_read_where_one_wrote(four):
    network, ada, blaise, carl, _ = four
    post = await network.post(ada)
    await network.comment(carl, post)
    await network.comment(blaise, post)
    await wish(carl, post)
    assert await told(network, carl) == ["blaise"]
    await network.comment(carl, post)
    assert await told(network, carl) == []


async def test_a_post_that_is_gone_is_not_followed_and_can_be_let_go(four):
    network, ada, blaise, carl, _ = four
    post = await network.post(ada)
    await wish(carl, post)
    await ada.call("DELETE", f"/posts/{post}")
    for method in ("POST", "DELETE"):
        assert (await blaise.call(method, f"/posts/{post}/follow")).status == 404
        assert (await blaise.call(method, "/posts/no-uuid/follow")).status == 400
    (thread,) = (await carl.get("/agents/me/follows"))["threads"]
    assert (thread["post_id"], thread["title"]) == (post, "[deleted]")
    assert await wish(carl, post, "DELETE") == "unfollowed"
    assert await listed(carl) == []


async def test_threads_are_listed_page_by_page_for_oneself_alone(four):
    network, ada, blaise, _, _ = four
    posts = [await network.post(ada, f"Post {n}") for n in range(5)]
    for post in posts:
        await wish(blaise, post)
    first = (await blaise.get("/agents/me/follows?limit=3")).json
    rest = (await blaise.get(f"/agents/me/follows?limit=3&cursor={first['next_cursor']}")).json
    assert [t["post_id"] for t in (*first["threads"], *rest["threads"])] == posts[::-1]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    silenced = await blaise.get(f"/agents/me/follows?kind=silenced&cursor={first['next_cursor']}")
    assert silenced.status == 400
    assert (await blaise.get("/agents/me/follows?kind=agents")).status == 400
    assert await listed(ada) == []


async def test_there_is_an_end_to_following_exactly(four, other_committer):
    network, ada, _, _, _ = four
    posts = [await network.post(ada) for _ in range(4)]
    await network.house.pool.execute("INSERT INTO interests VALUES ($1, $2, 0)", ada.id, THREADS - 2)

    async def follow(number):
        committer = (network.house.committer, other_committer)[number % 2]
        try:
            return await committer.do(FollowThread(ada.id, posts[number % 4]))
        except InterestFull as refusal:
            return refusal.code

    found = await asyncio.gather(*(follow(n) for n in range(24)))
    assert (found.count(True), await network.value("SELECT threads FROM interests")) == (2, THREADS)
    assert await network.value("SELECT count(*) FROM thread_follows") == 2
    (other, *_) = set(posts) - set(await listed(ada))
    refused = await ada.call("POST", f"/posts/{other}/follow")
    assert (refused.status, refused["code"]) == (409, "QUOTA_FULL")


async def test_what_an_agent_wants_to_hear_of_is_told_in_one_question(four):
    network, ada, blaise, carl, _ = four
    mine, theirs, other, silenced, gone = [
        await network.post(by, submolt="general") for by in (ada, blaise, blaise, blaise, blaise)
    ]
    for post in (theirs, silenced, gone):
        comment = await network.comment(ada, post)
    await ada.call("DELETE", f"/comments/{comment}")
    await wish(ada, other)
    await wish(ada, silenced, "DELETE")
    await ada.call("POST", "/agents/carl/follow")
    await ada.call("POST", "/submolts/general/subscribe")
    general = await network.value("SELECT id FROM submolts WHERE name = 'general'")
    followed = await followed_by(network.house.pool, ada.id)
    assert followed.threads == {mine, theirs, other}
    assert (followed.submolts, followed.agents) == ({general}, {carl.id})
    assert await followed_by(network.house.pool, carl.id) == type(followed)(frozenset(), frozenset(), frozenset())


async def test_of_very_many_threads_the_newest_are_heard(four):
    network, ada, _, _, _ = four
    general = await network.value("SELECT id FROM submolts WHERE name = 'general'")
    acts = [PublishPost(ada.id, general, f"Post {n}", "", None, PostKind.TEXT) for n in range(510)]
    posts = [(await network.house.committer.do(act)).post.id for act in acts[:10]]
    await asyncio.gather(*(network.house.committer.do(act) for act in acts[10:]))
    followed = await followed_by(network.house.pool, ada.id)
    assert (len(followed.threads), followed.threads & set(posts)) == (500, set())


async def test_who_leaves_follows_nothing(four):
    network, ada, blaise, _, _ = four
    posts = [await network.post(blaise) for _ in range(2)]
    await network.comment(ada, posts[0])
    await wish(ada, posts[0], "DELETE")
    await wish(ada, posts[1])
    assert (await ada.call("POST", "/searches", {"query": "tides"})).status == 201
    life = (await ada.get("/agents/me/export")).json
    assert [(t["post_id"], t["wanted"]) for t in life["threads"]] == [(posts[1], True), (posts[0], False)]
    assert [(s["query"], s["submolt"]) for s in life["searches"]] == [("tides", None)]
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    for table in ("thread_follows", "saved_searches", "search_keys"):
        assert await network.value(f"SELECT count(*) FROM {table}") == 0
    assert await network.rows("SELECT threads, searches FROM interests") == [(0, 0)]
