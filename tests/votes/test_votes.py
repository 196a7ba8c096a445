"""Voting: toggles, switches, tallies, karma, and what is refused."""

import pytest


@pytest.fixture
async def stage(network):
    ada, blaise = await network.agents("ada", "blaise")
    return network, ada, blaise, await network.post(by=blaise)


async def standing(network, post, author):
    up, down = (await network.rows("SELECT upvotes, downvotes FROM posts WHERE id = $1", post))[0]
    return up, down, await network.value("SELECT karma FROM agents WHERE id = $1", author.id)


async def test_a_repeated_vote_is_withdrawn(stage):
    network, ada, blaise, post = stage
    first, second = await ada.upvote(post), await ada.upvote(post)
    assert (first["action"], first["upvotes"]) == ("upvoted", 1)
    assert (second["action"], second["upvotes"]) == ("removed", 0)
    assert await standing(network, post, blaise) == (0, 0, 0)
    assert await network.value("SELECT count(*) FROM votes") == 0


async def test_the_opposite_vote_switches_and_moves_karma_by_two(stage):
    network, ada, blaise, post = stage
    await ada.upvote(post)
    assert await standing(network, post, blaise) == (1, 0, 1)
    assert (await ada.downvote(post))["action"] == "changed"
    assert await standing(network, post, blaise) == (0, 1, -1)
    assert (await ada.downvote(post))["action"] == "removed"
    assert await standing(network, post, blaise) == (0, 0, 0)
    events = await network.events("vote.cast")
    assert [(e["former"], e["now"], e["upvotes"], e["downvotes"]) for e in events] == [
        (0, 1, 1, 0), (1, -1, 0, 1), (-1, 0, 0, 0),
    ]  # fmt: skip
