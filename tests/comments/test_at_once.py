"""Answering a comment and taking it back at once, in two workers."""

import asyncio

from moltbook.comments import CommentPlace, DeleteComment, WriteComment


async def test_answering_and_taking_back_in_two_workers_do_not_block_each_other(network, other_committer):
    (ada,) = await network.agents("ada")
    post = await network.post(ada)
    for _ in range(20):
        comments = [await network.comment(ada, post) for _ in range(3)]
        outcomes = await asyncio.gather(
            *(network.house.committer.do(DeleteComment(ada.id, CommentPlace(c, post, None))) for c in comments),
            *(other_committer.do(WriteComment(ada.id, post, c, "Indeed.")) for c in comments),
            return_exceptions=True,
        )
        assert outcomes[:3] == [None] * 3
    # Each may have found once that it is not alone; from then on they wait for each other, and nobody loses.
    assert max(network.house.committer.retries, other_committer.retries) <= 1
    standing = "SELECT count(*) FROM comments WHERE deleted_at IS NULL"
    assert await network.value("SELECT comment_count FROM posts") == await network.value(standing)


async def test_a_removed_answer_is_taken_back_with_the_words_moderators_kept(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, submolt="reef")
    first = await network.comment(blaise, post)
    second = await network.comment(blaise, post, parent=first)
    assert (await ada.call("POST", f"/comments/{second}/remove", {"reason": "Off topic."})).status == 200
    assert (await blaise.call("DELETE", f"/comments/{second}")).status == 200
    assert (await blaise.call("DELETE", f"/comments/{second}")).status == 404
    assert await network.rows("SELECT * FROM removed_words") == []
    assert (await network.get(f"/comments/{first}"))["comment"]["reply_count"] == 0
