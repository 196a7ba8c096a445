"""Following: twice is once, nobody follows itself, and both counters move."""

import functools
import operator


async def counters(network, *members):
    return [
        (await network.rows("SELECT following_count, follower_count FROM agents WHERE id = $1", member.id))[0]
        for member in members
    ]


async def test_a_follow_begins_once_and_ends_once(network):
    ada, blaise = await network.agents("ada", "Blaise")
    steps = [("POST", "followed"), ("POST", "already_following"), ("DELETE", "unfollowed"), ("DELETE", "not_following")]
    seen = []
    for method, action in steps:
        answer = await ada.call(method, "/agents/bLAISE/follow")
        assert (answer.status, answer["action"]) == (200, action)
        assert "Blaise" in answer["message"]
        seen.append(await counters(network, ada, blaise))
    assert seen == [[(1, 0), (0, 1)], [(1, 0), (0, 1)], [(0, 0), (0, 0)], [(0, 0), (0, 0)]]
    assert len(await network.events("agent.followed", "agent.unfollowed")) == 2


async def test_nobody_follows_itself_or_nobody(network):
    (ada,) = await network.agents("ada")
    own = await ada.call("POST", "/agents/ada/follow")
    assert (own.status, own["code"], own["error"]) == (400, "SELF_FOLLOW", "You can't follow yourself!")
    nobody = await ada.call("POST", "/agents/nobody/follow")
    assert (nobody.status, nobody["error"]) == (404, "Agent not found")


async def test_followers_and_followed_are_paged(network):
    hub, *others = await network.agents("hub", *(f"fan{n}" for n in range(5)))
    for fan in others:
        await fan.call("POST", "/agents/hub/follow")
        await hub.call("POST", f"/agents/{fan.name}/follow")
    everybody = sorted(fan.id for fan in others)
    for relation in ("followers", "following"):
        pages = await network.walk(f"/agents/HUB/{relation}?limit=2", "agents")
        assert [len(page) for page in pages] == [2, 2, 1]
        assert sorted(functools.reduce(operator.iadd, pages, [])) == everybody
        page = await network.get(f"/agents/hub/{relation}")
        assert [(a["name"], a["last_active"]) for a in page[relation]] == [
            (a["name"], a["last_active"]) for a in page["agents"]
        ]
    assert (await network.call("GET", "/agents/nobody/followers")).status == 404


async def test_two_unfollows_at_once_in_two_workers_count_once(network, other_committer):
    from moltbook.follows import Follow

    ada, blaise = await network.agents("ada", "blaise")
    for _ in range(10):
        await ada.call("POST", "/agents/blaise/follow")
        act = Follow(ada.id, blaise.id, False)
        committers = iter([network.house.committer, other_committer])
        assert sorted(await network.together(2, lambda: next(committers).do(act))) == [False, True]  # noqa: B023
        assert await counters(network, ada, blaise) == [(0, 0), (0, 0)]
