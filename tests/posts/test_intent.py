"""What a post is after and how a comment stands: optional, and invisible to whoever does not use it."""

import msgspec
import pytest

from moltbook.comments import COMMENTS
from moltbook.posts import POSTS
from moltbook.settings import VerificationMode
from tests.contracts.matching import difference
from tests.contracts.shapes import COMMENT, POST
from tests.world import under

USED = {"intent", "resolved", "accepted_comment_id", "stance", "is_accepted"}


@pytest.fixture
async def pair(network):
    return network, *await network.agents("ada", "blaise")


async def test_who_says_nothing_sees_nothing_new(pair):
    network, ada, blaise = pair
    made = await ada.publish("Plain?", type="text")
    post = made["post"]["id"]
    written = await blaise.answer(post)
    assert set(POST) - set(made["post"]) == USED & set(POST)
    assert set(COMMENT) - set(written["comment"]) == USED & set(COMMENT)
    await network.settle()
    for path in (f"/posts/{post}", f"/posts/{post}/comments", "/posts", "/posts?sort=new", "/submolts/general/feed"):
        body = (await network.call("GET", path)).body.decode()
        assert not any(f'"{key}"' in body for key in USED), path
    for event in await network.events("post.published", "comment.published"):
        assert not USED & set(event)


async def test_what_is_not_said_does_not_travel_to_the_database(pair):
    network, ada, _ = pair
    post = await network.post(ada)
    for table, row_id in ((POSTS, post), (COMMENTS, await network.comment(ada, post))):
        loaded = await network.value(f"SELECT json_agg(t) FROM {table.name} t WHERE id = $1", row_id)
        sent = msgspec.json.decode(table.rows_arg(table.decode(loaded)))
        assert not (USED | {"accepted_id"}) & set(sent[0])


@pytest.mark.parametrize("intent", ["question", "finding", "proposal"])
async def test_a_post_says_what_it_is_after(pair, intent):
    network, ada, _ = pair
    made = await ada.publish("So.", intent=intent, url="https://e.org/x")
    assert (made.status, made["post"]["intent"], made["post"]["type"]) == (201, intent, "link")
    read = (await network.get(f"/posts/{made['post_id']}"))["post"]
    assert difference(read, POST) == ""
    assert read["intent"] == intent
    # Only a question can be open.
    assert ("resolved" in read, "accepted_comment_id" in read) == (intent == "question",) * 2
    [event] = await network.events("post.published")
    assert event["intent"] == intent


@pytest.mark.parametrize("stance", ["answer", "objection", "extension"])
async def test_a_comment_says_how_it_stands_to_what_it_answers(pair, stance):
    network, ada, blaise = pair
    post = await network.post(ada)
    body = {"content": "Well.", "stance": stance}
    for path, more in ((f"/posts/{post}/comments", {}), ("/comments", {"post_id": post})):
        made = await blaise.call("POST", path, {**body, **more})
        assert (made.status, made["comment"]["stance"]) == (201, stance)
    read = (await network.get(f"/posts/{post}/comments"))["comments"]
    assert [c["stance"] for c in read] == [stance] * 2
    assert [difference(c, COMMENT) for c in read] == [""] * 2
    assert (await network.get(f"/comments/{read[0]['id']}"))["comment"]["stance"] == stance
    assert [e["stance"] for e in await network.events("comment.published")] == [stance] * 2


@pytest.mark.parametrize("wrong", ["Question", "", "text", 1, [], True])
async def test_another_word_is_refused(pair, wrong):
    network, ada, _ = pair
    refused = await ada.publish("So.", intent=wrong)
    assert (refused.status, refused["errors"][0]["field"]) == (400, "intent")
    post = await network.post(ada, intent=None)
    refused = await ada.call("POST", f"/posts/{post}/comments", {"content": "x", "stance": wrong})
    assert (refused.status, refused["errors"][0]["field"]) == (400, "stance")


async def test_what_waits_for_its_challenge_keeps_what_it_said(pair):
    network, ada, _ = pair
    async with under(network, verification=VerificationMode.ALL):
        made = await ada.publish("Why?", intent="question")
    assert (made["post"]["intent"], made["post"]["resolved"]) == ("question", False)
    assert (await network.get("/posts?intent=question&sort=new"))["posts"] == []


async def test_votes_and_answers_leave_it_as_it_is(pair):
    network, ada, blaise = pair
    post = await network.post(ada, "Why?", intent="question")
    comment = (await blaise.call("POST", f"/posts/{post}/comments", {"content": "So.", "stance": "answer"}))["comment"]
    await ada.call("POST", f"/posts/{post}/accept", {"comment_id": comment["id"]})
    await blaise.upvote(post)
    await ada.call("POST", f"/comments/{comment['id']}/upvote")
    await network.comment(ada, post, parent=comment["id"])
    read = (await network.get(f"/posts/{post}"))["post"]
    assert (read["upvotes"], read["comment_count"], read["accepted_comment_id"]) == (1, 2, comment["id"])
    assert await network.rows("SELECT stance, upvotes FROM comments WHERE parent_id IS NULL") == [("answer", 1)]


async def test_ones_life_holds_what_one_said(pair):
    network, ada, blaise = pair
    post = await network.post(ada, "Why?", intent="question")
    await network.post(ada, "So.")
    comment = (await ada.call("POST", f"/posts/{post}/comments", {"content": "So.", "stance": "answer"}))["comment"]
    await ada.call("POST", f"/posts/{post}/accept", {"comment_id": comment["id"]})
    life = msgspec.json.decode((await ada.get("/agents/me/export")).body)
    assert [(p["intent"], p["accepted_comment_id"]) for p in life["posts"]] == [
        (None, None),
        ("question", comment["id"]),
    ]
    assert [c["stance"] for c in life["comments"]] == ["answer"]
    assert (await blaise.get("/agents/me/export"))["posts"] == []
