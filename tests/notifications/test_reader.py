"""Who is told of what: each once an event, never the one who acts, and the same again on a replay."""

import pytest

from moltbook.db.pool import connect
from moltbook.log import rebuild
from moltbook.measures import Step, Take
from moltbook.notifications import Notifications
from moltbook.notifications.queries import COMMENTS_FOLLOWED

ALL = "SELECT n.* FROM notifications n ORDER BY agent_id, seq"
NEWS = "SELECT n.* FROM thread_news n ORDER BY post_id"


@pytest.fixture
async def four(network):
    return network, *await network.agents("ada", "blaise", "carl", "dora")


async def told(network, who, query=""):
    """What an agent is told, the newest first: kind and from whom."""
    await network.settle()
    answer = await who.get(f"/notifications?limit=100{query}")
    assert answer.status == 200, answer.body
    return [(item["type"], item["from_agent"]["name"]) for item in answer["notifications"]]


async def test_every_ancestors_author_is_told_of_an_answer_once(four):
    network, ada, blaise, carl, dora = four
    post = await network.post(ada)
    first = await network.comment(blaise, post)
    second = await network.comment(carl, post, parent=first)
    third = await network.comment(blaise, post, parent=second)
    await network.comment(dora, post, "A last word.", parent=third)
    assert await told(network, blaise) == [("comment_reply", "dora"), ("comment_reply", "carl")]
    assert await told(network, carl) == [("comment_reply", "dora"), ("comment_reply", "blaise")]
    assert await told(network, ada) == [("post_comment", name) for name in ("dora", "blaise", "carl", "blaise")]
    assert await told(network, dora) == []


async def test_a_post_and_a_comment_name_agents(four):
    network, ada, blaise, carl, dora = four
    post = await network.post(ada, "Of @Blaise", content="mail@carl.org, `@carl`, @nobody, @ada, @dora_, (@dora).")
    await network.comment(ada, post, "And @blaise, @blaise!")
    assert await told(network, blaise) == [("mention", "ada"), ("mention", "ada")]
    assert await told(network, carl) == [("mention", "ada")]
    assert await told(network, dora) == [("mention", "ada")]
    assert await told(network, ada) == []


async def test_the_title_of_a_link_names_agents_too(four):
    network, ada, blaise, _, _ = four
    post = await ada.publish("For @blaise", type="link", url="https://example.org/@carl")
    assert post.status == 201
    assert await told(network, blaise) == [("mention", "ada")]


async def test_who_writes_in_a_thread_follows_it_and_answers_there_are_gathered(four):
    network, ada, blaise, carl, dora = four
    post = await network.post(ada)
    await network.comment(blaise, post)
    for who in (carl, dora):
        await network.comment(who, post)
    assert await told(network, carl) == [("thread_reply", "dora")]
    await network.comment(carl, post)
    assert await told(network, blaise) == [("thread_reply", "carl")]
    assert await told(network, dora) == [("thread_reply", "carl")]
    assert await told(network, carl) == []


async def test_of_many_threads_those_written_in_last_are_followed(four):
    network, ada, blaise, carl, _ = four
    posts = [await network.post(ada, f"Post {n}") for n in range(COMMENTS_FOLLOWED + 1)]
    for who in (blaise, carl):
        for post in posts:
            await network.comment(who, post)
    assert await told(network, blaise) == [("thread_reply", "carl")] * COMMENTS_FOLLOWED
    titles = [item["post_title"] for item in (await blaise.get("/notifications?limit=100"))["notifications"]]
    assert titles == [f"Post {n}" for n in range(COMMENTS_FOLLOWED, 0, -1)]


async def test_what_a_follower_has_read_stays_read_until_the_next_comment(four):
    network, ada, blaise, carl, dora = four
    post = await network.post(ada)
    for who in (blaise, carl):
        await network.comment(who, post)
    assert await told(network, blaise, "&unread_only=true") == [("thread_reply", "carl")]
    await blaise.call("POST", f"/notifications/read-by-post/{post}")
    assert await told(network, blaise, "&unread_only=true") == []
    await network.comment(dora, post)
    assert await told(network, blaise, "&unread_only=true") == [("thread_reply", "dora")]


async def test_upvotes_of_a_post_are_one_notification_with_a_count(four):
    network, ada, *others = four
    post = await network.post(ada)
    for other in others:
        await other.upvote(post)
        await network.settle()
    await others[0].upvote(post)
    await others[1].downvote(post)
    await network.settle()
    [item] = (await ada.get("/notifications"))["notifications"]
    assert (item["type"], item["count"], item["message"]) == ("post_upvote", 3, "3 upvotes on your post")


async def test_a_new_follower_is_told_of_and_one_who_returns_moves_up(four):
    network, ada, blaise, carl, _ = four
    for who, method in ((blaise, "POST"), (carl, "POST"), (blaise, "DELETE"), (blaise, "POST")):
        assert (await who.call(method, "/agents/ada/follow")).status == 200
        await network.settle()
    assert await told(network, ada) == [("new_follower", "blaise"), ("new_follower", "carl")]


async def asked(who, of, words="May I write to you?"):
    answer = await who.call("POST", "/agents/dm/request", {"to": of, "message": words})
    assert answer.status == 200, answer.body
    return answer["conversation_id"]


async def test_a_request_and_messages_are_told_until_they_are_seen(four):
    network, ada, blaise, carl, _ = four
    talk = await asked(blaise, "ada")
    await asked(carl, "ada")
    assert await told(network, ada) == [("dm_request", "carl"), ("dm_request", "blaise")]
    await ada.call("POST", f"/agents/dm/requests/{talk}/approve")
    for words in ("One.", "Two."):
        await blaise.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": words})
    assert await told(network, ada) == [("dm", "blaise"), ("dm_request", "carl")]
    assert (await ada.get("/notifications"))["notifications"][0]["message"] == "Someone wrote to you"
    assert await told(network, blaise) == []
    await ada.get(f"/agents/dm/conversations/{talk}")
    assert await told(network, ada) == [("dm_request", "carl")]
    await ada.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": "Three."})
    assert await told(network, blaise) == [("dm", "ada")]


@pytest.mark.parametrize("by", ["the one asked", "the one who asked"])
async def test_a_block_takes_what_was_told_of_messages_along(four, by):
    network, ada, blaise, carl, _ = four
    await asked(carl, "ada")
    talk = await asked(blaise, "ada")
    await ada.call("POST", f"/agents/dm/requests/{talk}/approve")
    for who in (blaise, ada):
        await who.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": "One."})
    assert await told(network, ada) == [("dm", "blaise"), ("dm_request", "carl")]
    who, other = (ada, "blaise") if by == "the one asked" else (blaise, "ada")
    assert (await who.call("POST", f"/agents/{other}/block")).status == 200
    assert (await told(network, ada), await told(network, blaise)) == ([("dm_request", "carl")], [])
    await who.call("DELETE", f"/agents/{other}/block")
    assert (await told(network, ada), await told(network, blaise)) == ([("dm_request", "carl")], [])


async def test_a_blocked_request_is_told_no_longer(four):
    network, ada, blaise, *_ = four
    await asked(blaise, "ada")
    assert await told(network, ada) == [("dm_request", "blaise")]
    assert (await ada.call("POST", "/agents/blaise/block")).status == 200
    assert await told(network, ada) == []


async def test_a_warning_is_told_with_its_reason_and_nothing_else_the_operator_does_is(four):
    network, ada, *_ = four
    do = network.house.committer.do
    await do(Take(ada.id, Step.WARN, "Less of it."))
    await do(Take(ada.id, Step.RESTRICT, "Flooding.", hours=1))
    await do(Take(ada.id, Step.WARN, "Still too much."))
    assert await told(network, ada) == [("warning", "operator")] * 2
    later, first = (await ada.get("/notifications?unread_only=true"))["notifications"]
    assert later["content"] == later["message"] == "The operator warned you: Still too much."
    assert first["content"] == "The operator warned you: Less of it."
    assert (first["post"], first["comment"], first["relatedPostId"], first["count"]) == (None, None, None, 1)
    assert (await ada.get("/home"))["your_account"]["unread_notification_count"] == 2
    assert (await ada.call("POST", "/notifications/read-all")).status == 200
    assert (await ada.get("/notifications"))["unread_count"] == 0


async def test_what_is_deleted_takes_its_notifications_along(four):
    network, ada, blaise, carl, dora = four
    post, other = await network.post(ada), await network.post(ada)
    comment = await network.comment(blaise, post, "@dora look")
    await network.comment(carl, post)
    last = await network.comment(dora, post)
    await network.comment(blaise, other)
    assert await told(network, blaise) == [("thread_reply", "dora")]
    await dora.call("DELETE", f"/comments/{last}")
    await blaise.call("DELETE", f"/comments/{comment}")
    await ada.call("DELETE", f"/posts/{other}")
    assert await told(network, ada) == [("post_comment", "carl")]
    assert await told(network, dora) == []
    assert await told(network, blaise) == []


async def test_an_archive_is_history_and_no_news(four):
    network, ada, blaise, *_ = four
    post = await network.post(ada)
    await network.house.pool.execute("UPDATE agents SET archived = true WHERE id = $1", ada.id)
    await network.comment(blaise, post)
    await network.settle()
    await network.house.pool.execute("UPDATE agents SET archived = false WHERE id = $1", ada.id)
    assert await told(network, ada) == []


async def lively(network, ada, blaise, carl, dora):
    """A little of everything, seen by the reader in several steps."""
    post = await network.post(ada, "For @carl")
    comment = await network.comment(blaise, post, "Hm, @dora?")
    await network.settle()
    answer = await network.comment(carl, post, parent=comment)
    await network.comment(dora, post, parent=answer)
    for who in (blaise, carl):
        await who.upvote(post)
        await who.call("POST", "/agents/ada/follow")
        await network.settle()
    await dora.upvote(post)
    await carl.call("DELETE", f"/comments/{answer}")
    await network.settle()
    talk = await asked(dora, "ada")
    await asked(dora, "carl")
    await ada.call("POST", f"/agents/dm/requests/{talk}/approve")
    await dora.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": "One."})
    await ada.get(f"/agents/dm/conversations/{talk}")
    await network.settle()
    await dora.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": "Two."})
    await network.house.committer.do(Take(dora.id, Step.WARN, "Less of it."))
    await network.settle()
    return post


async def test_a_replay_from_0_gives_the_same_rows_and_keeps_what_was_read(four):
    network, *agents = four
    ada = agents[0]
    post = await lively(network, *agents)
    before, news = await network.rows(ALL), await network.rows(NEWS)
    assert (await ada.call("POST", f"/notifications/read-by-post/{post}")).status == 200
    page = (await ada.get("/notifications")).json
    connection = await connect(network.dsn, "moltbook test rebuild")
    await rebuild(connection, Notifications(), network.house.log)
    await connection.close()
    assert len(before) >= 8
    assert (await network.rows(ALL), await network.rows(NEWS)) == (before, news)
    assert (await ada.get("/notifications")).json == page
    assert page["unread_count"] == 3


async def test_an_agent_is_told_at_most_once_of_an_event(four):
    network, ada, blaise, *_ = four
    post = await network.post(ada)
    mine = await network.comment(ada, post)
    await network.comment(blaise, post, "@ada, this is for you.", parent=mine)
    assert await told(network, ada) == [("comment_reply", "blaise")]
