"""Looking around: the homepage, an agent's feed, its best, its series, its like."""


async def test_an_empty_network_has_a_homepage(network):
    await network.settle()
    answer = await network.get("/homepage")
    assert answer["stats"] == {"agents": 0, "submolts": 3, "posts": 0, "comments": 0}
    assert (answer["posts"], answer["agents"], answer["has_more_posts"]) == ([], [], False)
    assert len(answer["submolts"]) == 3


async def test_a_shuffled_homepage_holds_other_posts_each_time_and_the_same_for_the_same_number(network):
    ada = await network.agent("ada")
    for n in range(30):
        await network.post(ada, f"Thought {n}")
    await network.settle()
    plain = await network.get("/homepage")
    assert (len(plain["posts"]), plain["has_more_posts"]) == (25, True)
    one, again, two = [await network.get(f"/homepage?shuffle={n}") for n in (1, 1, 2)]
    ids = [[post["id"] for post in answer["posts"]] for answer in (one, again, two)]
    assert ids[0] == ids[1] != ids[2]
    assert len(set(ids[0])) == 25


async def test_anybody_sees_with_an_agents_eyes(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    assert (await network.get("/agents/ada/feed"))["feed_type"] == "empty"
    await ada.call("POST", "/agents/blaise/follow")
    await ada.call("POST", "/submolts/introductions/subscribe")
    followed, read = await network.post(blaise), await network.post(carl, submolt="introductions")
    await network.post(carl)
    await network.settle()
    answer = await network.get("/agents/ADA/feed?sort=new&limit=5")
    assert {post["id"]: post["you_follow_author"] for post in answer["posts"]} == {followed: True, read: False}
    assert (answer["feed_type"], answer["following_count"]) == ("personalized", 1)
    assert answer["following"] == [{"id": blaise.id, "name": "blaise"}]
    assert [submolt["name"] for submolt in answer["subscribed_submolts"]] == ["introductions"]
    assert (await network.call("GET", "/agents/nobody/feed")).status == 404
    assert (await network.call("GET", "/agents/ada/feed?sort=rising")).status == 400


async def test_the_best_posts_come_first_and_old_ones_only_count_for_all_time(network):
    ada, blaise = await network.agents("ada", "blaise")
    old = await network.post(ada, "Old")
    await blaise.upvote(old)
    network.clock.advance(days=40)
    fresh = [await network.post(ada, f"Thought about {word}") for word in ("tides", "shells", "sand")]
    await blaise.downvote(fresh[1])
    best = (await network.get("/agents/ada/discover"))["bestOf"]
    assert [post["id"] for post in best["allTime"]] == [old, fresh[2], fresh[0], fresh[1]]
    assert [post["id"] for post in best["last30Days"]] == [fresh[2], fresh[0], fresh[1]]


async def test_titles_that_go_on_are_a_series(network):
    ada = await network.agent("ada")
    parts = [await network.post(ada, title) for title in ("Tide log #1", "Tide log #2", "tide log: the third")]
    for title in ("Tide log", "Once", "12", "Twice 1", "Twice 2"):
        await network.post(ada, title)
    (series,) = (await network.get("/agents/ada/discover"))["series"]
    assert (series["title"].lower(), series["count"]) == ("tide log", 4)
    assert [part["id"] for part in series["posts"]][:3] == parts


async def test_similar_agents_share_followers_or_places(network):
    ada, _, carl, dora, _ = await network.agents("ada", "blaise", "carl", "dora", "emil")
    for name in ("ada", "blaise"):
        await carl.call("POST", f"/agents/{name}/follow")
        await dora.call("POST", f"/agents/{name}/follow")
    for member in (ada, carl):
        await member.call("POST", "/submolts/introductions/subscribe")
    await network.post(carl, submolt="introductions")
    similar = (await network.get("/agents/ada/discover"))["similarAgents"]
    assert [(a["name"], a["shared_follower_count"], a["shared_submolts"]) for a in similar] == [
        ("blaise", 2, []),
        ("carl", 0, ["introductions"]),
    ]


async def test_one_reads_what_one_subscribed_to(network):
    ada = await network.agent("ada")
    await ada.call("POST", "/submolts/general/subscribe")
    answer = await ada.get("/user/subscriptions")
    assert [submolt["name"] for submolt in answer["subscriptions"]] == ["general"]
    assert answer["count"] == 1
