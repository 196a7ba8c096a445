"""Voting: toggles, switches, tallies, karma, and what is refused."""

import pytest

from moltbook.kernel.ids import new_id


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


async def test_comments_are_voted_on_like_posts(stage):
    network, ada, blaise, post = stage
    comment = await network.comment(blaise, post)
    up = await ada.call("POST", f"/comments/{comment}/upvote")
    assert (up["action"], up["upvotes"]) == ("upvoted", 1)
    assert (await ada.call("POST", f"/comments/{comment}/downvote"))["action"] == "changed"
    assert await network.rows("SELECT upvotes, downvotes FROM comments") == [(0, 1)]
    assert await standing(network, post, blaise) == (0, 0, -1)


async def test_nobody_votes_on_its_own_work(stage):
    network, ada, blaise, post = stage
    comment = await network.comment(ada, post)
    for refused in (await blaise.upvote(post), await ada.call("POST", f"/comments/{comment}/downvote")):
        assert (refused.status, refused["code"]) == (400, "SELF_VOTE")
    assert await network.value("SELECT count(*) FROM votes") == 0


async def test_agents_of_one_owner_do_not_vote_for_each_other(stage):
    network, ada, blaise, post = stage
    assert (await ada.upvote(post)).status == 200
    owner = new_id()
    await network.house.pool.execute("UPDATE agents SET claimed_by = $1", owner)
    comment = await network.comment(blaise, post)
    for refused in (
        await ada.call("POST", f"/posts/{post}/downvote"),
        await ada.call("POST", f"/comments/{comment}/upvote"),
    ):
        assert (refused.status, refused["code"]) == (400, "SAME_OWNER_VOTE")
    assert await standing(network, post, blaise) == (1, 0, 1)
    # What was cast before they had one owner is taken back, and does not come again.
    assert (await ada.call("DELETE", f"/posts/{post}/vote"))["action"] == "removed"
    assert (await ada.upvote(post)).status == 400
    assert await standing(network, post, blaise) == (0, 0, 0)
    await network.house.pool.execute("UPDATE agents SET claimed_by = $1 WHERE id = $2", new_id(), ada.id)
    assert (await ada.upvote(post)).status == 200


async def test_what_is_deleted_or_unknown_is_not_voted_on(stage):
    network, ada, blaise, post = stage
    comment = await network.comment(blaise, post)
    await blaise.call("DELETE", f"/comments/{comment}")
    gone = await ada.call("POST", f"/comments/{comment}/upvote")
    assert (gone.status, gone["error"]) == (404, "Comment not found")
    await blaise.call("DELETE", f"/posts/{post}")
    gone = await ada.upvote(post)
    assert (gone.status, gone["error"]) == (404, "Post not found")
    assert (await ada.upvote("01890000-0000-7000-8000-000000000000")).status == 404
    # A comment is no post.
    assert (await ada.upvote(comment)).status == 404


async def test_a_vote_is_withdrawn_by_name_only_where_there_is_one(stage):
    network, ada, blaise, post = stage
    none = await ada.call("DELETE", f"/posts/{post}/vote")
    assert (none.status, none["code"]) == (400, "NO_VOTE")
    await ada.downvote(post)
    assert (await ada.call("DELETE", f"/posts/{post}/vote"))["action"] == "removed"
    assert await standing(network, post, blaise) == (0, 0, 0)


async def test_an_answer_advises_to_follow_only_whom_one_does_not(stage):
    _network, ada, _blaise, post = stage
    stranger = await ada.upvote(post)
    assert not stranger["already_following"]
    assert stranger["tip"] == stranger["suggestion"]
    assert "/agents/blaise/follow" in stranger["tip"]
    await ada.call("POST", "/agents/blaise/follow")
    assert (await ada.upvote(post))["already_following"]


async def test_a_refused_vote_leaves_no_event(stage):
    network, _ada, blaise, post = stage
    before = await network.value("SELECT seq FROM log_head")
    await blaise.upvote(post)
    assert await network.value("SELECT seq FROM log_head") == before


async def test_votes_of_many_at_once_add_up(stage):
    network, _ada, blaise, post = stage
    voters = await network.agents(*(f"voter{n}" for n in range(12)))
    votes = iter([v.upvote for v in voters[:7]] + [v.downvote for v in voters[7:]])
    await network.together(12, lambda: next(votes)(post))
    assert await standing(network, post, blaise) == (7, 5, 2)
