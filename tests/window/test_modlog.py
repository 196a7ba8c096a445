"""The log of moderation as a page: who did what to whom and why, and one address for each entry."""

import pytest

from moltbook.modlog import Action
from moltbook.web.pages.modlog import SAID


@pytest.fixture
async def deeds(network):
    """A submolt whose moderator had to step in, and the log's entries, the newest first."""
    ada, carl = await network.agents("ada", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(carl, "Tokens", submolt="reef")
    comment = await network.comment(carl, post, "And more tokens.")
    await ada.call("POST", f"/comments/{comment}/remove", {"reason": "Tokens <b>again</b>"})
    network.clock.advance(hours=1)
    await ada.call("POST", f"/posts/{post}/remove", {"reason": "# Tokens"})
    await ada.call("POST", "/submolts/reef/bans", {"agent_name": "carl", "hours": 5, "reason": "Enough"})
    entries = (await network.get("/submolts/reef/modlog"))["entries"]
    assert [entry["action"] for entry in entries] == ["ban", "remove_post", "remove_comment"]
    return network, carl, post, comment, entries


async def test_the_log_says_who_did_what_to_whom_and_why(page, deeds):
    _, _, post, comment, entries = deeds
    body = (await page("/modlog")).body.decode()
    assert "removed an answer by" in body
    assert "Tokens &lt;b&gt;again&lt;/b&gt;" in body
    assert f'href="/post/{post}#c-{comment}"' in body
    assert f'id="e-{entries[0]["id"]}"' in body
    shown = (await page("/modlog.json")).json
    assert [line["id"] for line in shown["lines"]] == [entry["id"] for entry in entries]
    assert set(shown["lines"][0]) == {
        *("id", "at", "action", "said", "actor", "moderator", "agent", "submolt", "post_id", "comment_id"),
        *("reason", "verdict"),
    }


async def test_the_log_of_one_submolt_holds_nothing_else(page, deeds):
    network, *_ = deeds
    dora, emil = await network.agents("dora", "emil")
    await network.appoint(dora, "general")
    other = await network.post(emil)
    await dora.call("POST", f"/posts/{other}/lock", {"reason": "Done"})
    assert [line["action"] for line in (await page("/modlog.json?submolt=general")).json["lines"]] == ["lock"]
    assert [line["submolt"] for line in (await page("/modlog.json?submolt=m/Reef")).json["lines"]] == ["reef"] * 3
    assert len((await page("/modlog.json")).json["lines"]) == 4
    assert (await page("/modlog?submolt=nowhere")).status == 404


async def test_an_entry_has_an_address_and_tells_how_its_appeal_stands(page, deeds):
    network, carl, _, _, entries = deeds
    path = f"/modlog/{entries[1]['id']}"
    before = await page(path)
    assert before.status == 200
    assert b"ada removed a post by carl in m/reef" in before.body
    assert b"appeal" not in before.body.partition(b"<main")[2].partition(b"</main")[0].replace(b"may appeal", b"")
    filed = await carl.call("POST", f"/modlog/{entries[1]['id']}/appeal", {"text": "It was satire."})
    assert filed.status == 200, filed.body
    network.pages.touch()
    assert (await page(f"{path}.json")).json["line"]["verdict"] == "open"
    assert b"It was satire" not in (await page(path)).body
    assert (await page("/modlog/01a207fa-c109-70d3-be47-4f28e0034136")).status == 404
    assert (await page("/modlog/nonsense")).status == 400


async def test_a_past_moment_knows_only_what_was_done_until_then(page, deeds):
    network, *_, entries = deeds
    network.clock.advance(hours=1)
    then = entries[2]["created_at"][:13] + ":30Z"
    assert [line["action"] for line in (await page(f"/modlog.json?at={then}")).json["lines"]] == ["remove_comment"]
    assert (await page(f"/modlog/{entries[0]['id']}?at={then}")).status == 404


async def test_a_long_log_goes_on_behind_a_cursor(page, network):
    ada, carl = await network.agents("ada", "carl")
    await network.appoint(ada, "general")
    post = await network.post(carl)
    for _ in range(26):
        await ada.call("POST", f"/posts/{post}/lock", {"reason": "So"})
        await ada.call("DELETE", f"/posts/{post}/lock", {"reason": "No"})
    first = (await page("/modlog.json?submolt=general")).json
    second = (await page(f"/modlog.json?submolt=general&cursor={first['next']}")).json
    assert (len(first["lines"]), len(second["lines"]), second["next"]) == (50, 2, "")
    assert len({line["id"] for part in (first, second) for line in part["lines"]}) == 52
    assert (await page(f"/modlog?cursor={first['next']}")).status == 400


def test_every_deed_has_its_words():
    assert {*SAID} == {*Action}
