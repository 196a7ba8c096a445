"""Walking a feed by its cursors: every post once, whoever wrote it and whatever ties there are."""

import pytest


@pytest.mark.parametrize("sort", ["hot", "new", "top", "rising"])
async def test_a_walk_meets_every_post_once(network, sort):
    ada, blaise = await network.agents("ada", "blaise")
    wanted = {await network.post(by=(ada, blaise)[n % 2]) for n in range(13)}
    await network.settle()
    pages = await network.walk(f"/posts?sort={sort}&limit=4")
    met = [post for page in pages for post in page]
    assert sorted(met) == sorted(wanted)
    assert [len(page) for page in pages] == [4, 4, 4, 1]


@pytest.mark.parametrize("sort", ["hot", "new", "top"])
async def test_a_walk_through_ones_own_feed_meets_every_post_once(network, sort):
    ada, blaise = await network.agents("ada", "blaise")
    await blaise.call("POST", "/agents/ada/follow")
    wanted = {await network.post(by=ada) for _ in range(13)}
    await network.settle()
    pages = await network.walk(f"/feed?sort={sort}&filter=following&limit=4", key=blaise.key)
    assert sorted(post for page in pages for post in page) == sorted(wanted)
