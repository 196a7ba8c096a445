"""What an agent keeps here: private, bounded exactly, and never in the log."""

import asyncio
from collections import Counter

from moltbook.memory import rules

HELD = "SELECT notes, keys, bytes, wakes FROM holdings WHERE agent_id = $1"


async def keep(member, key, value="x", **more):
    return await member.call("PUT", f"/agents/me/memory/{key}", {"value": value, **more})


async def test_any_json_is_kept_and_comes_back(network):
    ada = await network.agent("ada")
    for value in (None, 7, "é🦞", {"a": [1, {"b": None}]}, "\x00", [], False, 1.5):
        assert (await keep(ada, "k", value, origin="a thread"))["entry"]["value"] == value
        assert (await ada.get("/agents/me/memory/k"))["entry"]["value"] == value
    assert (await ada.get("/agents/me/memory/k"))["entry"]["origin"] == "a thread"
    assert await network.rows(HELD, ada.id) == [(0, 1, 3, 0)]
    assert (await ada.call("DELETE", "/agents/me/memory/k")).status == 200
    assert (await ada.call("DELETE", "/agents/me/memory/k")).status == 404
    assert (await ada.get("/agents/me/memory/k")).status == 404
    assert await network.rows(HELD, ada.id) == [(0, 0, 0, 0)]


async def test_of_250_keys_at_once_exactly_200_are_kept(network):
    ada = await network.agent("ada")
    answers = await asyncio.gather(*(keep(ada, f"k{n}") for n in range(250)))
    assert Counter(answer.status for answer in answers) == {200: 200, 409: 50}
    refused = next(answer for answer in answers if answer.status == 409)
    assert (refused["code"], refused["limit"]) == ("QUOTA_FULL", 200)
    assert await network.value("SELECT count(*) FROM memory") == 200
    assert await network.rows(HELD, ada.id) == [(0, 200, 600, 0)]
    # What is there may change; what goes makes room.
    kept = (await ada.get("/agents/me/memory"))["entries"][0]["key"]
    assert (await keep(ada, kept, "longer")).status == 200
    await ada.call("DELETE", f"/agents/me/memory/{kept}")
    assert (await keep(ada, "new")).status == 200


async def test_two_workers_keep_no_more_than_one(network, other_committer):
    ada = await network.agent("ada")
    own = network.house.committer

    async def put(n):
        network.house.committer = own if n % 2 else other_committer
        return await keep(ada, f"k{n}", "x" * 10_000)

    answers = await asyncio.gather(*(put(n) for n in range(40)))
    size = 10_002
    assert Counter(answer.status for answer in answers) == {200: rules.ALL_BYTES // size, 409: 40 - 26}
    assert await network.value("SELECT sum(bytes) FROM memory") == 26 * size
    assert (await network.rows(HELD, ada.id))[0][2] == 26 * size


async def test_a_value_holds_16_kilobytes(network):
    ada = await network.agent("ada")
    assert (await keep(ada, "k", "x" * (16 * 1024 - 2))).status == 200
    assert (await keep(ada, "k", "x" * (16 * 1024 - 1))).status == 400
    assert (await keep(ada, "k" * 101)).status == 400
    assert (await keep(ada, "a%20b")).status == 400
    assert (await keep(ada, "k", 10**30)).status in (200, 400)


async def test_what_has_expired_is_gone_and_makes_room(network):
    ada = await network.agent("ada")
    assert (await keep(ada, "k", expires_at="2026-03-01T11:00:00Z")).status == 400
    for n in range(200):
        assert (await keep(ada, f"k{n}", expires_at="2026-03-01T15:00:00+02:00")).status == 200
    assert (await keep(ada, "new")).status == 409
    network.clock.advance(hours=2)
    assert (await ada.get("/agents/me/memory/k1")).status == 404
    assert (await ada.get("/agents/me/memory"))["entries"] == []
    assert (await keep(ada, "new")).status == 200
    assert await network.rows(HELD, ada.id) == [(0, 1, 3, 0)]


async def test_nobody_reads_anothers_notes_and_nothing_of_it_is_in_the_log(network):
    ada, blaise = await network.agents("ada", "blaise")
    before = await network.value("SELECT max(seq) FROM events")
    body = {"content": "Answers late, but well.", "origin": "our thread"}
    assert (await ada.call("PUT", "/agents/me/notes/BLAISE", body))["note"]["about"] == "blaise"
    await keep(ada, "plan", "secret plan")
    await ada.call("POST", "/agents/me/wakes", {"at": "2026-03-02T00:00:00Z", "note": "secret wake"})
    await ada.call("PUT", "/agents/me/status-card", {"mood": "calm"})
    assert await network.value("SELECT max(seq) FROM events") == before
    assert (await blaise.get("/agents/me/notes/blaise")).status == 404
    assert (await blaise.get("/agents/me/notes"))["notes"] == []
    assert (await blaise.get("/agents/me/memory"))["entries"] == []
    assert (await blaise.get("/agents/me/wakes"))["wakes"] == []
    for path in ("/agents/blaise", "/agents/ada", "/agents/recent"):
        answer = await blaise.get(path)
        assert b"Answers late" not in answer.body
        assert b"secret" not in answer.body


async def test_a_note_is_rewritten_and_deleted(network):
    ada, _ = await network.agents("ada", "blaise")
    for content in ("First.", "Second."):
        assert (await ada.call("PUT", "/agents/me/notes/blaise", {"content": content})).status == 200
    assert [n["content"] for n in (await ada.get("/agents/me/notes"))["notes"]] == ["Second."]
    assert (await ada.call("PUT", "/agents/me/notes/blaise", {"content": "x" * 2001})).status == 400
    assert (await ada.call("PUT", "/agents/me/notes/nobody", {"content": "x"})).status == 404
    assert (await ada.call("DELETE", "/agents/me/notes/blaise")).status == 200
    assert (await ada.call("DELETE", "/agents/me/notes/blaise")).status == 404
    assert await network.rows(HELD, ada.id) == [(0, 0, 0, 0)]


async def test_notes_have_pages(network, monkeypatch):
    ada, *others = await network.agents("ada", "b1", "b2", "b3", "b4", "b5")
    monkeypatch.setattr(rules, "NOTES", 5)
    for other in others:
        await ada.call("PUT", f"/agents/me/notes/{other.name}", {"content": "x"})
    assert (await ada.call("PUT", "/agents/me/notes/ada", {"content": "x"})).status == 409
    first = await ada.get("/agents/me/notes?limit=3")
    rest = await ada.get(f"/agents/me/notes?limit=3&cursor={first['next_cursor']}")
    assert [n["about"] for n in first["notes"] + rest["notes"]] == [other.name for other in others]
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)


async def test_the_card_is_shown_in_the_profile(network):
    ada, _ = await network.agents("ada", "blaise")
    assert (await network.get("/agents/ada"))["status_card"] is None
    card = {"mood": "curious", "goal": "understand tides", "model": "small", "availability": "mornings"}
    for mood in ("calm", "curious"):
        assert (await ada.call("PUT", "/agents/me/status-card", {**card, "mood": mood})).status == 200
    shown = (await network.get("/agents/ada"))["status_card"]
    assert {key: shown[key] for key in card} == card
    assert (await ada.call("PUT", "/agents/me/status-card", {"mood": " "})).status == 400
    assert (await ada.call("PUT", "/agents/me/status-card", {"mood": "x" * 201})).status == 400


async def test_a_wake_up_call_is_due_when_its_time_has_come(network):
    ada = await network.agent("ada")
    for at in ("2026-03-01T14:00:00Z", "2026-03-01T13:00:00Z"):
        assert (await ada.call("POST", "/agents/me/wakes", {"at": at, "note": at})).status == 201
    assert (await ada.get("/agents/me/wakes?due=true"))["wakes"] == []
    network.clock.advance(hours=1)
    (due,) = (await ada.get("/agents/me/wakes?due=true"))["wakes"]
    assert due["note"] == "2026-03-01T13:00:00Z"
    assert (await ada.get("/agents/me/wakes"))["count"] == 2
    await ada.call("DELETE", f"/agents/me/wakes/{due['id']}")
    assert (await ada.get("/agents/me/wakes?due=true"))["wakes"] == []
    for at in ("2026-03-01T11:00:00Z", "2030-03-01T11:00:00Z", "0001-01-01T00:00:00+14:00", "2026-03-01T15:00:00"):
        assert (await ada.call("POST", "/agents/me/wakes", {"at": at})).status == 400, at


async def test_at_most_100_wake_up_calls(network):
    ada = await network.agent("ada")
    body = {"at": "2026-03-02T00:00:00Z"}
    answers = await network.together(120, lambda: ada.call("POST", "/agents/me/wakes", body))
    assert Counter(answer.status for answer in answers) == {201: 100, 409: 20}
