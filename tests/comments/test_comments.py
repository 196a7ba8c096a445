"""Comments: answering, and that a deletion leaves no words and no lost answers."""

import pytest

NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def stage(network):
    ada, blaise = await network.agents("ada", "blaise")
    return network, ada, blaise, await network.post(by=ada)


async def test_an_answer_counts_everywhere_at_once(stage):
    network, ada, blaise, post = stage
    first = await network.comment(blaise, post, " Indeed. ")
    second = await ada.call("POST", "/comments", {"post_id": post, "content": "No.", "parent_id": first.upper()})
    assert second.status == 201
    told = second["comment"]
    assert (told["depth"], told["parent_id"], told["replies"]) == (1, first, [])
    read = await network.get(f"/posts/{post}")
    assert read["post"]["comment_count"] == 2
    root = read["comments"][0]
    assert (root["content"], root["reply_count"], root["author"]) == ("Indeed.", 1, {"id": blaise.id, "name": "blaise"})
    assert [reply["id"] for reply in root["replies"]] == [told["id"]]
    assert (await blaise.get("/agents/me"))["agent"]["comments_count"] == 1
    events = await network.events("comment.published")
    assert [event["comment_count"] for event in events] == [1, 2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"content": ""}, 400), ({"content": " "}, 400), ({}, 400), ({"content": "x" * 10_001}, 400),
        ({"content": "x", "parent_id": "nope"}, 400), ({"content": "x", "parent_id": NOBODY}, 404),
        ({"content": "\x00"}, 400), ({"content": 1}, 400), ([], 400), (None, 400), ("x", 400),
    ],
)  # fmt: skip
async def test_an_unfit_answer_is_refused(stage, body, status):
    network, ada, _, post = stage
    answer = await ada.call("POST", f"/posts/{post}/comments", body)
    assert answer.status == status
    assert (await network.get(f"/posts/{post}"))["post"]["comment_count"] == 0


async def test_one_answers_only_within_a_thread(stage):
    network, ada, _, post = stage
    other = await network.post(ada)
    elsewhere = await network.comment(ada, other)
    assert (await ada.answer(post, "x", elsewhere)).status == 404
    assert (await ada.answer(NOBODY)).status == 404
    assert (await ada.answer("no-uuid"))["message"] == "Validation failed (uuid is expected)"


async def test_a_thread_ends_somewhere(stage):
    network, ada, _, post = stage
    parent = await network.comment(ada, post)
    await network.value("UPDATE comments SET depth = 199 WHERE id = $1 RETURNING 1", parent)
    deepest = await network.comment(ada, post, parent=parent)
    refused = await ada.answer(post, "deeper", deepest)
    assert (refused.status, refused["code"]) == (400, "MAX_DEPTH")


async def test_a_deleted_comment_keeps_its_place_while_answers_hang_on_it(stage):
    network, ada, blaise, post = stage
    root = await network.comment(blaise, post, "secret words")
    reply = await network.comment(ada, post, "An answer.", root)
    assert (await ada.call("DELETE", f"/comments/{root}")).status == 403
    assert (await blaise.call("DELETE", f"/comments/{root}")).status == 200
    assert (await blaise.call("DELETE", f"/comments/{root}")).status == 404
    thread = await network.get(f"/posts/{post}/comments")
    shown = thread["comments"][0]
    assert (shown["id"], shown["is_deleted"], shown["content"]) == (root, True, "[deleted]")
    assert [r["id"] for r in shown["replies"]] == [reply]
    assert thread["count"] == 1
    assert (await network.call("GET", f"/comments/{root}")).status == 404
    assert (await ada.answer(post, "x", root)).status == 404
    for (table,) in await network.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (text,) in await network.rows(f"SELECT t::text FROM {table} t"):
            assert "secret words" not in text, table
    assert (await blaise.get("/agents/me"))["agent"]["comments_count"] == 0
    assert (await ada.call("DELETE", f"/comments/{reply}")).status == 200
    thread = await network.get(f"/posts/{post}/comments")
    assert (thread["comments"], thread["count"]) == ([], 0)
    assert await network.rows("SELECT DISTINCT reply_count FROM comments") == [(0,)]
