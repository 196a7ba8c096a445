"""Moderating: who may, pins, locks, removals and their way back, bans, reports, the log and appeals."""

import asyncio

import pytest

from moltbook.kernel.errors import NotFound
from moltbook.moderation import DecideAppeal, Verdict
from moltbook.moderation.acts import Pin
from moltbook.moderation.model import Place
from moltbook.modlog import Ban, LiftBan, entry_by_id
from tests.promises.truth import what_is_wrong


@pytest.fixture
async def reef(network):
    """m/reef with its owner ada, a moderator, and two who only write."""
    ada, blaise, carl, dora = await network.agents("ada", "blaise", "carl", "dora")
    await ada.call("POST", "/submolts", {"name": "reef"})
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "Blaise"})
    return network, ada, blaise, carl, dora


async def log(network, name="reef"):
    return (await network.get(f"/submolts/{name}/modlog"))["entries"]


async def test_only_an_owner_appoints_and_dismisses(reef):
    network, ada, blaise, carl, _ = reef
    for who in (blaise, carl):
        for method in ("POST", "DELETE"):
            answer = await who.call(method, "/submolts/reef/moderators", {"agent_name": "carl"})
            assert (answer.status, answer["code"]) == (403, "NOT_OWNER")
    listed = (await network.get("/submolts/reef/moderators"))["moderators"]
    assert [(m["name"], m["role"]) for m in listed] == [("ada", "owner"), ("blaise", "moderator")]
    assert (await blaise.get("/submolts/reef"))["your_role"] == "moderator"
    again = await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    assert again.status == 409
    assert (await ada.call("DELETE", "/submolts/reef/moderators/ada")).status == 409
    assert (await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "nobody"})).status == 404
    assert (await ada.call("DELETE", "/submolts/reef/moderators/blaise")).status == 200
    assert (await ada.call("DELETE", "/submolts/reef/moderators/blaise")).status == 404
    post = await network.post(carl, submolt="reef")
    assert (await blaise.call("POST", f"/posts/{post}/pin"))["code"] == "NOT_MODERATOR"


async def test_two_appointments_at_once_are_one(reef):
    network, ada, *_ = reef
    answers = await network.together(5, lambda: ada.call("POST", "/submolts/reef/moderators", {"agent_name": "carl"}))
    assert sorted(a.status for a in answers) == [200, 409, 409, 409, 409]


async def test_settings_change_what_was_named_and_nothing_else(reef):
    network, _ada, blaise, carl, _ = reef
    wish = {"description": "Below.", "theme_color": "#AABBcc", "allow_crypto": True, "rules": "Be kind."}
    changed = (await blaise.call("PATCH", "/submolts/reef/settings", wish))["submolt"]
    read = (await network.get("/submolts/reef"))["submolt"]
    assert changed["your_role"] == "moderator"
    keys = ("description", "theme_color", "allow_crypto", "rules", "display_name", "banner_color")
    assert [read[key] for key in keys] == [
        "Below.", "#aabbcc", True, "Be kind.", "reef", None,
    ]  # fmt: skip
    assert (await blaise.call("PATCH", "/submolts/reef", {"theme_color": ""}))["submolt"]["theme_color"] is None
    for bad in ({}, {"banner_color": "red"}, {"display_name": " "}, {"rules": "x" * 10_001}):
        assert (await blaise.call("PATCH", "/submolts/reef/settings", bad)).status == 400
    assert (await carl.call("PATCH", "/submolts/reef", {"rules": "Mine."}))["code"] == "NOT_MODERATOR"
    assert (await network.events("submolt.updated"))[0]["fields"] == [
        "description", "rules", "theme_color", "allow_crypto",
    ]  # fmt: skip


async def test_pinned_posts_stand_first_and_only_once(reef):
    network, ada, _, carl, _ = reef
    posts = [await network.post(carl, f"post {n}", "reef") for n in range(5)]
    await network.settle()
    for post in posts[:2]:
        assert (await ada.call("POST", f"/posts/{post}/pin")).status == 200
    feed = (await network.get("/submolts/reef/feed?sort=new"))["posts"]
    assert [p["id"] for p in feed] == [posts[1], posts[0], posts[4], posts[3], posts[2]]
    assert [p["is_pinned"] for p in feed] == [True, True, False, False, False]
    for sort in ("new", "hot", "top", "rising"):
        for limit in (1, 2, 3, 4):
            pages = await network.walk(f"/submolts/reef/feed?sort={sort}&limit={limit}")
            assert sorted(post for page in pages for post in page) == sorted(posts), (sort, limit)
            assert all(len(page) <= limit for page in pages)
    assert (await ada.call("POST", f"/posts/{posts[0]}/pin"))["code"] == "ALREADY_SO"
    await carl.call("DELETE", f"/posts/{posts[0]}")
    assert await network.rows("SELECT post_id::text FROM pins") == [(posts[1],)]
    assert (await ada.call("POST", f"/submolts/reef/unpin/{posts[1]}")).status == 200
    assert not any(p["is_pinned"] for p in (await network.get("/submolts/reef/feed"))["posts"])


async def test_a_pin_moves_to_a_freed_place_within_one_batch(reef):
    network, ada, _, carl, _ = reef
    submolt = (await network.get("/submolts/reef"))["submolt"]["id"]
    first, moved = [Place(submolt, await network.post(carl, submolt="reef")) for _ in range(2)]
    for place, wanted in ((first, True), (moved, True), (first, False)):
        await network.house.committer.do(Pin(ada.id, place, wanted))
    batches = network.house.committer.batches
    await asyncio.gather(*(network.house.committer.do(Pin(ada.id, moved, wanted)) for wanted in (False, True)))
    assert (network.house.committer.batches, network.house.committer.retries) == (batches + 1, 0)
    assert await network.rows("SELECT place, post_id::text FROM pins") == [(1, moved.post_id)]


async def test_at_most_three_posts_are_pinned_whoever_asks_at_once(reef, other_committer):
    network, ada, blaise, carl, _ = reef
    submolt = (await network.get("/submolts/reef"))["submolt"]["id"]
    posts = [await network.post(carl, submolt="reef") for _ in range(8)]
    turns = iter(
        (committer, Pin(who.id, Place(submolt, post), True))
        for post, committer, who in zip(
            posts, [network.house.committer, other_committer] * 4, [ada, blaise] * 4, strict=True
        )
    )

    async def pin():
        committer, act = next(turns)
        try:
            await committer.do(act)
        except Exception as refusal:  # noqa: BLE001 - its code is what counts
            return refusal.code
        return "pinned"

    done = await network.together(8, pin)
    assert sorted(done) == ["PINS_FULL"] * 5 + ["pinned"] * 3
    assert await network.rows("SELECT place FROM pins ORDER BY 1") == [(1,), (2,), (3,)]
    assert await network.value("SELECT count(*) FROM posts WHERE is_pinned") == 3


async def test_a_removed_post_is_nowhere_its_words_only_with_moderators_and_it_comes_back(reef):
    network, ada, blaise, carl, dora = reef
    post = await network.post(carl, "Secret title", "reef", content="Secret words")
    other = await network.post(carl, "Another", "reef")
    comment = await network.comment(dora, post)
    await dora.upvote(post)
    await ada.call("POST", f"/posts/{post}/pin")
    assert (await carl.call("POST", f"/posts/{post}/remove", {"reason": "No."}))["code"] == "NOT_MODERATOR"
    assert (await blaise.call("POST", f"/posts/{post}/remove", {"reason": " "})).status == 400
    assert (await blaise.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})).status == 200
    assert (await blaise.call("POST", f"/posts/{post}/remove", {"reason": "Again."})).status == 404
    await network.settle()
    for path in ("/posts", "/posts?sort=new", "/posts?sort=rising", "/submolts/reef/feed", "/posts?author=carl"):
        assert [p["id"] for p in (await network.get(path))["posts"]] == [other]
    read = await network.get(f"/posts/{post}")
    assert read["removal"]["reason"] == "Off topic."
    assert (read["post"]["title"], read["post"]["is_deleted"], read["post"]["is_pinned"]) == ("[removed]", True, False)
    assert "Secret" not in str(read)
    assert (await dora.answer(post)).status == 404
    assert (await dora.upvote(post)).status == 404
    entry = (await log(network))[0]
    assert (entry["action"], entry["moderator"], entry["agent"], entry["reason"]) == (
        "remove_post", "blaise", "carl", "Off topic.",
    )  # fmt: skip
    for who, words in ((blaise, "Secret words"), (carl, None), (dora, None)):
        seen = (await who.get(f"/modlog/{entry['id']}"))["words"]
        assert (seen and seen["content"]) == words
    assert (await network.get(f"/modlog/{entry['id']}"))["words"] is None
    assert await what_is_wrong(network.dsn) == {}
    assert (await blaise.call("POST", f"/posts/{post}/restore", {"reason": "An error."})).status == 200
    assert (await blaise.call("POST", f"/posts/{post}/restore")).status == 404
    await network.settle()
    back = await network.get(f"/posts/{post}")
    assert (back["post"]["title"], back["post"]["content"], back["removal"]) == ("Secret title", "Secret words", None)
    assert (back["post"]["score"], [c["id"] for c in back["comments"]]) == (1, [comment])
    assert [p["id"] for p in (await network.get("/posts?sort=top"))["posts"]] == [post, other]
    assert await network.value("SELECT count(*) FROM removed_words") == 0
    assert await what_is_wrong(network.dsn) == {}


async def test_a_removed_comment_holds_its_place_for_those_who_answered(reef):
    network, ada, _, carl, dora = reef
    post = await network.post(carl, submolt="reef")
    comment = await network.comment(dora, post, "Secret words")
    leaf = await network.comment(dora, post, "Secret leaf")
    reply = await network.comment(carl, post, parent=comment)
    for target in (comment, leaf):
        assert (await ada.call("POST", f"/comments/{target}/remove", {"reason": "Rude."})).status == 200
    thread = (await network.get(f"/posts/{post}/comments"))["comments"]
    assert [(c["id"], c["content"], c["is_deleted"]) for c in thread] == [(comment, "[removed]", True)]
    assert [c["id"] for c in thread[0]["replies"]] == [reply]
    alone = await network.get(f"/comments/{comment}")
    assert (alone["removal"]["reason"], "Secret" in str(alone)) == ("Rude.", False)
    assert await what_is_wrong(network.dsn) == {}
    for target in (comment, leaf):
        assert (await ada.call("POST", f"/comments/{target}/restore")).status == 200
    assert (await network.get(f"/comments/{comment}"))["comment"]["content"] == "Secret words"
    assert (await network.get(f"/posts/{post}/comments"))["count"] == 3
    assert await what_is_wrong(network.dsn) == {}


async def test_what_its_author_deleted_stays_deleted(reef):
    network, ada, _, carl, _ = reef
    post = await network.post(carl, submolt="reef")
    await carl.call("DELETE", f"/posts/{post}")
    for step in ("remove", "restore", "pin", "lock", "report"):
        assert (await ada.call("POST", f"/posts/{post}/{step}", {"reason": "spam"})).status == 404


async def test_a_locked_post_takes_no_comment(reef):
    network, ada, _, carl, dora = reef
    post = await network.post(carl, submolt="reef")
    comment = await network.comment(dora, post)
    assert (await ada.call("POST", f"/posts/{post}/lock", {"reason": "Enough."})).status == 200
    for parent in (None, comment):
        answer = await dora.answer(post, parent=parent)
        assert (answer.status, answer["code"]) == (403, "LOCKED")
    assert (await network.get(f"/posts/{post}"))["post"]["is_locked"]
    assert (await dora.upvote(post)).status == 200
    assert (await ada.call("DELETE", f"/posts/{post}/lock")).status == 200
    assert (await dora.answer(post)).status == 201


async def test_a_ban_silences_in_one_submolt_until_it_ends(reef):
    network, ada, blaise, carl, dora = reef
    post = await network.post(dora, submolt="reef")
    ban = {"agent_name": "carl", "hours": 2, "reason": "Spam."}
    assert (await dora.call("POST", "/submolts/reef/bans", ban))["code"] == "NOT_MODERATOR"
    assert (await blaise.call("POST", "/submolts/reef/bans", {**ban, "agent_name": "ada"})).status == 409
    for bad in ({**ban, "hours": 0}, {**ban, "hours": 10_000}, {**ban, "reason": ""}):
        assert (await blaise.call("POST", "/submolts/reef/bans", bad)).status == 400
    assert (await blaise.call("POST", "/submolts/reef/bans", {**ban, "agent_name": "nobody"})).status == 404
    assert (await blaise.call("POST", "/submolts/reef/bans", ban)).status == 200
    for refused in (await carl.publish(submolt="reef"), await carl.answer(post)):
        assert (refused.status, refused["code"], refused["retry_after_seconds"] <= 7200) == (403, "BANNED", True)
        assert "Spam." in refused["error"]
    assert (await carl.publish()).status == 201
    listed = (await ada.get("/submolts/reef/bans"))["bans"]
    assert [(b["agent_name"], b["reason"]) for b in listed] == [("carl", "Spam.")]
    assert (await carl.get("/submolts/reef/bans")).status == 403
    network.clock.advance(hours=3)
    assert (await carl.publish(submolt="reef")).status == 201
    assert (await ada.get("/submolts/reef/bans"))["bans"] == []
    await blaise.call("POST", "/submolts/reef/bans", ban)
    assert (await ada.call("DELETE", "/submolts/reef/bans/carl")).status == 200
    assert (await ada.call("DELETE", "/submolts/reef/bans", {"agent_name": "carl"})).status == 404
    assert (await carl.answer(post)).status == 201
    assert [e["action"] for e in await log(network)] == ["unban", "ban", "ban"]


async def test_a_ban_that_two_workers_change_at_once_is_what_the_log_says_last(reef, other_committer):
    network, ada, _, carl, _ = reef
    submolt = await network.value("SELECT id::text FROM submolts WHERE name = 'reef'")
    here = network.house.committer
    ban, unban = Ban(ada.id, submolt, carl.id, 1, "Loud."), LiftBan(ada.id, submolt, carl.id, "Enough.")
    for n in range(30):
        await here.do(ban)
        acts = (here.do(unban), other_committer.do(unban if n % 2 else ban))
        outcomes = await asyncio.gather(*acts, return_exceptions=True)
        assert [type(o) for o in outcomes].count(NotFound) == n % 2
        last = (await log(network))[0]
        assert (last["action"] == "ban") == bool(await network.rows("SELECT FROM submolt_bans"))


async def test_one_report_an_agent_and_target_waits_for_the_moderators(reef):
    network, ada, blaise, carl, dora = reef
    post = await network.post(carl, submolt="reef")
    comment = await network.comment(carl, post)
    answers = await network.together(6, lambda: dora.call("POST", f"/posts/{post}/report", {"reason": "harassment"}))
    assert sorted(a.status for a in answers) == [200] + [409] * 5
    assert (await dora.call("POST", f"/comments/{comment}/report")).status == 200
    assert (await dora.call("POST", f"/posts/{post}/report", {"reason": "boring"})).status == 400
    assert (await carl.get("/submolts/reef/reports"))["code"] == "NOT_MODERATOR"
    first = (await blaise.get("/submolts/reef/reports?limit=1")).json
    assert (first["reports"][0]["comment_id"], first["reports"][0]["reason"]) == (comment, "spam")
    second = (await blaise.get(f"/submolts/reef/reports?limit=1&cursor={first['next_cursor']}")).json
    (report,) = second["reports"]
    assert (report["post_id"], report["reporter"], report["author"], second["has_more"]) == (
        post,
        "dora",
        "carl",
        False,
    )
    assert (await carl.call("POST", f"/reports/{report['id']}/dismiss")).status == 403
    assert (await blaise.call("POST", f"/reports/{report['id']}/dismiss")).status == 200
    assert (await blaise.call("POST", f"/reports/{report['id']}/dismiss")).status == 404
    await ada.call("POST", f"/comments/{comment}/remove", {"reason": "Rude."})
    assert (await blaise.get("/submolts/reef/reports"))["reports"] == []
    assert (await dora.call("POST", f"/posts/{post}/report")).status == 200
    assert (await blaise.get("/submolts/reef/reports"))["count"] == 1


async def test_a_granted_appeal_gives_back_what_was_taken(reef):
    network, ada, blaise, carl, dora = reef
    post, talk = await network.post(carl, submolt="reef"), await network.post(carl, submolt="reef")
    comment = await network.comment(carl, talk)
    await blaise.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    await blaise.call("POST", f"/comments/{comment}/remove", {"reason": "Off topic."})
    await blaise.call("POST", f"/posts/{talk}/lock", {"reason": "Enough."})
    await blaise.call("POST", "/submolts/reef/bans", {"agent_name": "carl", "reason": "Spam."})
    entries = [e["id"] for e in await log(network)]
    for entry in entries:
        appeal = f"/modlog/{entry}/appeal"
        assert (await dora.call("POST", appeal, {"text": "Let it."}))["code"] == "NOT_CONCERNED"
        assert (await carl.call("POST", appeal, {"text": ""})).status == 400
        assert (await carl.call("POST", appeal, {"text": "I meant well."})).status == 200
        assert (await carl.call("POST", appeal, {"text": "Really."}))["code"] == "ALREADY_APPEALED"
        decision = f"/modlog/{entry}/decision"
        assert (await blaise.call("POST", decision, {"decision": "denied"}))["code"] == "NOT_OWNER"
        assert (await ada.call("POST", decision, {})).status == 400
        assert (await ada.call("POST", decision, {"decision": "granted"})).status == 200
        assert (await ada.call("POST", decision, {"decision": "denied"}))["code"] == "ALREADY_DECIDED"
    assert (await blaise.get("/submolts/reef/appeals"))["code"] == "NOT_OWNER"
    assert {a["verdict"] for a in (await ada.get("/submolts/reef/appeals"))["appeals"]} == {"granted"}
    assert (await network.get(f"/posts/{post}"))["removal"] is None
    assert (await network.get(f"/comments/{comment}"))["removal"] is None
    assert (await carl.answer(talk)).status == 201
    after = await log(network)
    assert [e["action"] for e in after[:4]] == ["restore_post", "restore_comment", "unlock", "unban"]
    assert [e["appeal"] for e in after[4:]] == ["granted"] * 4
    assert (await carl.call("POST", f"/modlog/{after[0]['id']}/appeal", {"text": "?"}))["code"] == "NOT_APPEALABLE"


async def test_a_denied_appeal_changes_nothing_and_where_no_owner_is_the_operator_decides(reef):
    network, ada, blaise, carl, _ = reef
    post = await network.post(carl, submolt="reef")
    await blaise.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    entry = (await log(network))[0]["id"]
    assert (await ada.call("POST", f"/modlog/{entry}/decision", {"decision": "denied"})).status == 404
    await carl.call("POST", f"/modlog/{entry}/appeal", {"text": "Please."})
    assert (await ada.call("POST", f"/modlog/{entry}/decision", {"decision": "denied", "note": "No."})).status == 200
    assert (await network.get(f"/posts/{post}"))["removal"]["reason"] == "Off topic."
    await carl.publish("Bitcoin", content="and memecoins")
    entry = (await log(network, "general"))[0]["id"]
    assert (await carl.call("POST", f"/modlog/{entry}/appeal", {"text": "Please."})).status == 200
    found = await entry_by_id(network.house.pool, entry)
    await network.house.committer.do(DecideAppeal(None, found.row, Verdict.DENIED, "Not here."))
    denied, removed = await log(network, "general")
    assert (denied["action"], denied["actor"], denied["reason"]) == ("deny_appeal", "operator", "Not here.")
    assert (removed["id"], removed["actor"], removed["appeal"]) == (entry, "house", "denied")


async def test_the_log_goes_on_page_after_page(reef):
    network, ada, _, carl, _ = reef
    posts = [await network.post(carl, submolt="reef") for _ in range(3)]
    for post in posts:
        await ada.call("POST", f"/posts/{post}/pin")
    pages = await network.walk("/submolts/reef/modlog?limit=2", "entries")
    assert [len(page) for page in pages] == [2, 1]
