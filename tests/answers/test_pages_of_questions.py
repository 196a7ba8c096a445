"""The pages of a question: its accepted answer stands first in the usual order, and is marked in every one."""

import pytest

from moltbook.web.frame import Surroundings
from moltbook.web.page import Asked
from moltbook.web.pages.thread import comment_piece, read
from moltbook.web.posts import AnswerSort, post_piece


@pytest.fixture
async def resolved(network):
    """A question whose accepted answer, below a comment nobody likes, is the least liked of all."""
    ada, blaise = await network.agents("ada", "blaise")
    question = await network.post(ada, "Why?", intent="question")
    loved = await network.comment(ada, question, "Who knows.")
    await blaise.call("POST", f"/comments/{loved}/upvote")
    parent = await network.comment(blaise, question, "The moon?")
    sibling = await network.comment(ada, question, "Perhaps.", parent=parent)
    await blaise.call("POST", f"/comments/{sibling}/upvote")
    body = {"content": "The moon.", "parent_id": parent, "stance": "answer"}
    answer = (await blaise.call("POST", f"/posts/{question}/comments", body))["comment"]["id"]
    await ada.call("POST", f"/posts/{question}/accept", {"comment_id": answer})
    late = await network.comment(blaise, question, "Is it settled?")
    return network, question, [parent, answer, sibling, loved, late], answer


async def test_the_accepted_answer_stands_first_with_what_it_answers(resolved):
    network, question, order, answer = resolved
    around = await Surroundings(network.house).now()
    for sort in AnswerSort:
        page = await read(network.house, around, Asked({"id": question}, {"sort": sort}))
        assert (page.post.intent, page.post.is_resolved) == ("question", True)
        assert [(c.id, c.stance) for c in page.comments if c.is_accepted] == [(answer, "answer")]
        shown = [c.id for c in page.comments]
        assert (shown == order) == (sort is AnswerSort.BEST)


async def test_a_comment_that_comes_live_is_marked_too(resolved):
    network, question, order, answer = resolved
    for comment_id in order:
        comment, *_ = await comment_piece(network.house, comment_id)
        assert (comment.is_accepted, comment.stance) == ((True, "answer") if comment_id == answer else (False, ""))
    post = await post_piece(network.house, question)
    assert (post.intent, post.is_resolved) == ("question", True)
