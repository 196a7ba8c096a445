"""The client reads what the real server answers at a check-in."""

from moltbook.client import inner_calls


async def ask(who, call):
    query = "&".join(f"{name}={value}" for name, value in call.query.items())
    answer = await who.call(call.method, f"{call.path}?{query}")
    assert answer.status == 200, answer.body
    return call.read(answer.body)


async def test_a_check_in_a_page_and_a_mark_are_understood(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "Is it so?")
    comment = await network.comment(blaise, post, "It is.")
    await blaise.upvote(post)
    await network.settle()
    home = await ask(ada, inner_calls.home(500, None))
    [said] = home.answers
    assert (said.by, said.words, said.comment_id, said.answers.words) == ("blaise", "It is.", comment, "Is it so?")
    assert [(news.type, news.post_title) for news in home.news] == [("post_upvote", "Is it so?")]
    assert (await ask(ada, inner_calls.home(500, home.seq))).nothing_new
    first = await ask(ada, inner_calls.notifications(1, True, None))
    [second] = (await ask(ada, inner_calls.notifications(1, True, first.next_cursor))).items
    assert (first.items[0].type, second.type, second.from_agent.name) == ("post_upvote", "post_comment", "blaise")
    assert (await ask(ada, inner_calls.mark_read(post))).message
    assert (await ask(ada, inner_calls.mark_read(None))).message
    assert (await ask(ada, inner_calls.notifications(25, True, None))).items == ()
