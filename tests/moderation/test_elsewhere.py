"""What moderators did, seen from the rest of the house: lists, search, notifications, leaving, pictures, challenges."""

from moltbook.activity import Activity
from moltbook.db.pool import connect
from moltbook.feeds import Ranks
from moltbook.notifications import Notifications
from moltbook.search import SearchIndex
from moltbook.settings import VerificationMode
from tests.images.pictures import picture
from tests.world import under
from tests.world.network import catch_up

OFF = {"reason": "Off topic."}


async def reef(network, *names):
    """Members, of whom the first owns m/reef."""
    members = await network.agents(*names)
    assert (await members[0].call("POST", "/submolts", {"name": "reef"})).status == 201
    return members


async def settle(network):
    await network.settle((Ranks(), Activity(), Notifications(), SearchIndex()))


async def found(network, words):
    return {result["id"] for result in (await network.get(f"/search?q={words}"))["results"]}


async def test_what_is_removed_is_found_nowhere_and_comes_back_with_its_thread(network):
    ada, blaise, carl = await reef(network, "ada", "blaise", "carl")
    await carl.call("POST", "/agents/blaise/follow")
    post = await network.post(blaise, "Kelp forests", submolt="reef", content="Ask @carl about kelp.")
    comment = await network.comment(carl, post, "Kelp sways.")

    async def seen():
        await settle(network)
        return [
            await found(network, "kelp") == {post, comment},
            [p["id"] for p in (await ada.get("/posts?sort=new"))["posts"]] == [post],
            [p["id"] for p in (await network.get("/homepage"))["posts"]] == [post],
            [p["post_id"] for p in (await carl.get("/home"))["posts_from_accounts_you_follow"]["posts"]] == [post],
            [p["id"] for p in (await network.get("/agents/blaise"))["recentPosts"]] == [post],
            len((await network.get("/agents/blaise/discover"))["bestOf"]["allTime"]) == 1,
            (await network.get("/stats"))["posts"] == 1,
        ]

    assert await seen() == [True] * 7
    await ada.call("POST", f"/posts/{post}/remove", OFF)
    assert await seen() == [False] * 7
    assert await found(network, "kelp") == set()
    await ada.call("POST", f"/posts/{post}/restore")
    assert await seen() == [True] * 7


async def test_a_removed_comment_leaves_search_and_notifications_and_stays_as_a_gap(network):
    ada, blaise, carl = await reef(network, "ada", "blaise", "carl")
    post = await network.post(blaise, submolt="reef")
    comment = await network.comment(carl, post, "Barnacles everywhere.")
    await network.comment(blaise, post, "Where?", parent=comment)
    await settle(network)
    before = network.house.log.head
    assert len((await blaise.get("/notifications"))["notifications"]) == 1
    await ada.call("POST", f"/comments/{comment}/remove", OFF)
    await settle(network)
    assert await found(network, "barnacles") == set()
    assert (await blaise.get("/notifications"))["notifications"] == []
    (gap,) = (await network.get(f"/posts/{post}/comments"))["comments"]
    assert (gap["id"], gap["content"], gap["is_deleted"], len(gap["replies"])) == (comment, "[removed]", True, 1)
    assert (await network.get(f"/posts/{post}/comments?since={before}"))["deleted"] == [comment]
    before = network.house.log.head
    await ada.call("POST", f"/comments/{comment}/restore")
    await settle(network)
    assert await found(network, "barnacles") == {comment}
    (told,) = (await blaise.get("/notifications"))["notifications"]
    assert (told["type"], told["from_agent"]["name"], told["comment_id"]) == ("post_comment", "carl", comment)
    assert (told["seq"] > before, told["is_read"]) == (True, False)
    assert [c["id"] for c in (await network.get(f"/posts/{post}/comments?since={before}"))["comments"]] == [comment]


async def test_what_comes_back_is_told_anew_to_everybody_it_was_told_to(network):
    ada, blaise, carl, dora = await reef(network, "ada", "blaise", "carl", "dora")
    post = await network.post(blaise, "For @dora", submolt="reef")
    above = await network.comment(carl, post)
    await network.comment(ada, post)
    comment = await network.comment(dora, post, "@dora to @carl", parent=above)
    await settle(network)

    async def told():
        lists = [(await who.get("/notifications"))["notifications"] for who in (ada, blaise, carl, dora)]
        return [sorted((n["type"], n["comment_id"] or "") for n in found) for found in lists]

    before = await told()
    assert [len(found) for found in before] == [1, 3, 1, 1]
    for steps in (("remove", "restore"), ("remove", "restore", "remove", "restore")):
        for step in steps:
            assert (await ada.call("POST", f"/comments/{comment}/{step}", OFF)).status == 200
            if len(steps) == 2:
                await settle(network)
                assert (await told() == before) is (step == "restore")
        # Also where all of it happens between two looks of the reader.
        await settle(network)
        assert await told() == before
    # Of a post that comes back only those are told whom it names: what is said under it is no news.
    for step, left in (("remove", []), ("restore", [("mention", "")])):
        assert (await ada.call("POST", f"/posts/{post}/{step}", OFF)).status == 200
        await settle(network)
        assert await told() == [[], [], [], left]


async def test_readers_hold_the_same_after_a_replay(network):
    ada, blaise, carl = await reef(network, "ada", "blaise", "carl")
    posts = [await network.post(blaise, f"Kelp {n}", submolt="reef") for n in range(3)]
    for post in posts:
        comment = await network.comment(carl, post, "Kelp sways.")
        await ada.call("POST", f"/comments/{comment}/remove", OFF)
        await network.comment(carl, post, "It does.")
        await settle(network)
        if post != posts[1]:
            await ada.call("POST", f"/comments/{comment}/restore", OFF)
        if post == posts[2]:
            await ada.call("POST", f"/comments/{comment}/remove", OFF)
            await ada.call("POST", f"/comments/{comment}/restore", OFF)
            await network.comment(carl, post, "Or not?", parent=comment)
    for post in posts[:2]:
        await ada.call("POST", f"/posts/{post}/remove", OFF)
    await settle(network)
    await ada.call("POST", f"/posts/{posts[0]}/restore")
    await network.comment(carl, posts[0], "It is back.")
    await settle(network)
    reads = (
        "SELECT post_id, id, kind FROM search_items ORDER BY id",
        "SELECT agent_id, seq, kind, post_id, comment_id FROM notifications ORDER BY agent_id, seq",
        "SELECT post_id, seq, comment_id FROM thread_news ORDER BY post_id",
        "SELECT post_id, score FROM post_ranks ORDER BY post_id",
    )
    live = [await network.rows(sql) for sql in reads]
    connection = await connect(network.dsn, "moltbook test replay")
    try:
        for reader in (Ranks(), Notifications(), SearchIndex()):
            await reader.reset(connection)
            await connection.execute("DELETE FROM readers WHERE name = $1", reader.name)
            await catch_up(connection, reader, network.house)
    finally:
        await connection.close()
    assert [await network.rows(sql) for sql in reads] == live


async def test_an_author_takes_a_removed_post_along_for_good(network):
    ada, blaise = await reef(network, "ada", "blaise")
    post = await network.post(blaise, "Mine", submolt="reef", content="My words.")
    under_it = await network.post(ada, submolt="reef")
    comment = await network.comment(blaise, under_it, "My words as well.")
    await ada.call("POST", f"/posts/{post}/remove", OFF)
    await ada.call("POST", f"/comments/{comment}/remove", OFF)
    assert (await ada.call("DELETE", f"/posts/{post}")).status == 404
    assert (await blaise.call("DELETE", f"/posts/{post}")).status == 200
    assert (await blaise.call("DELETE", f"/posts/{post}")).status == 404
    assert (await blaise.call("DELETE", f"/comments/{comment}")).status == 200
    assert (await ada.call("POST", f"/posts/{post}/restore")).status == 404
    assert (await network.call("GET", f"/posts/{post}")).status == 404
    assert await network.rows("SELECT * FROM removed_words") == []
    await network.settle()
    assert (await network.get("/stats"))["posts"] == 1
    assert (await network.get("/agents/blaise"))["agent"]["posts_count"] == 0


async def test_one_who_leaves_leaves_no_words_with_the_moderators(network):
    ada, blaise = await reef(network, "ada", "blaise")
    post = await network.post(blaise, submolt="reef", content="My words.")
    comment = await network.comment(blaise, post, "My words as well.")
    await ada.call("POST", f"/comments/{comment}/remove", OFF)
    await ada.call("POST", f"/posts/{post}/remove", OFF)
    assert (await blaise.call("DELETE", "/agents/me", {"confirm": "blaise"})).status == 200
    assert await network.rows("SELECT * FROM removed_words") == []
    assert await network.rows("SELECT removed_reason FROM posts WHERE removed_reason IS NOT NULL") == []


async def test_a_moderator_changes_the_pictures_and_a_mere_member_does_not(network):
    ada, blaise, carl = await reef(network, "ada", "blaise", "carl")
    assert (await blaise.upload("/submolts/reef/avatar", picture()))["code"] == "NOT_MODERATOR"
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    await carl.call("POST", "/submolts/reef/subscribe")
    assert (await blaise.upload("/submolts/reef/avatar", picture())).status == 200
    assert (await carl.upload("/submolts/reef/banner", picture())).status == 403
    (event,) = await network.events("submolt.updated")
    assert event["fields"] == ["avatar"]


async def test_what_waits_for_its_author_is_nobodys_business_yet(network):
    ada, blaise = await reef(network, "ada", "blaise")
    async with under(network, verification=VerificationMode.ALL):
        post = (await blaise.publish(submolt="reef"))["post"]["id"]
    for method, path, body in (
        ("POST", f"/posts/{post}/remove", OFF),
        ("POST", f"/posts/{post}/pin", None),
        ("POST", f"/posts/{post}/lock", OFF),
        ("POST", f"/posts/{post}/report", {}),
    ):
        sent = [method, path] if body is None else [method, path, body]
        assert (await ada.call(*sent)).status == 404
    assert (await network.get("/submolts/reef"))["submolt"]["post_count"] == 0


async def test_unwanted_talk_of_crypto_is_removed_without_a_challenge(network):
    _, blaise = await reef(network, "ada", "blaise")
    async with under(network, verification=VerificationMode.ALL):
        answer = await blaise.publish(
            "Buy our token", submolt="reef", content="The airdrop is on: connect your wallet."
        )
    assert answer.status == 201
    assert answer["crypto_policy"]
    assert answer["verification_required"] is False
    assert "verification" not in answer["post"]
    assert await network.rows("SELECT * FROM challenges") == []


async def test_a_repeated_removal_is_told_again_and_done_once(network):
    ada, blaise = await reef(network, "ada", "blaise")
    post = await network.post(blaise, submolt="reef")
    answers = await network.together(20, lambda: ada.call("POST", f"/posts/{post}/remove", OFF, idempotency_key="r"))
    assert {answer.status for answer in answers} <= {200, 409}
    assert (await ada.call("POST", f"/posts/{post}/remove", OFF, idempotency_key="r")).status == 200
    assert len((await network.get("/submolts/reef/modlog"))["entries"]) == 1


async def test_a_ban_holds_in_a_batch_too(network):
    ada, blaise = await reef(network, "ada", "blaise")
    post = await network.post(ada, submolt="reef")
    await ada.call("POST", "/submolts/reef/bans", {"agent_name": "blaise", "reason": "Rest."})
    acts = [
        {"method": "POST", "path": "/posts", "body": {"title": "T", "submolt_name": "reef"}},
        {"method": "POST", "path": f"/posts/{post}/comments", "body": {"content": "C"}},
        {"method": "POST", "path": "/posts", "body": {"title": "T", "submolt_name": "general"}},
    ]
    results = (await blaise.call("POST", "/batch", {"acts": acts}))["results"]
    assert [result["status"] for result in results] == [403, 403, 201]
