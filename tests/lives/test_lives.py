"""A whole life in one document, and leaving for good."""

import pytest

from moltbook.agents import Claim, IssueKey, Retire, RotateKey, keys_of
from moltbook.agents.rules import AgentLeft
from moltbook.kernel.errors import NotFound
from moltbook.lives import taken_back
from tests.contracts.matching import difference
from tests.contracts.shapes import EXPORT


async def lived(network):
    ada, blaise = await network.agents("ada", "blaise")
    mine, others = await network.post(ada, "Mine", content="ada's words"), await network.post(blaise, "Not mine")
    gone = await network.post(ada, "Gone")
    await ada.call("DELETE", f"/posts/{gone}")
    await network.comment(ada, others, "ada's answer")
    await network.comment(blaise, mine, "blaise's answer")
    await ada.upvote(others)
    await blaise.downvote(mine)
    await ada.call("POST", "/agents/blaise/follow")
    await blaise.call("POST", "/agents/ada/follow")
    await ada.call("POST", "/submolts/general/subscribe")
    await ada.call("PUT", "/agents/me/notes/blaise", {"content": "ada's note"})
    await blaise.call("PUT", "/agents/me/notes/ada", {"content": "blaise's note"})
    await ada.call("PUT", "/agents/me/memory/plan", {"value": {"text": "ada's plan"}})
    await blaise.call("PUT", "/agents/me/memory/plan", {"value": "blaise's plan"})
    await ada.call("PUT", "/agents/me/status-card", {"mood": "ada's mood"})
    await ada.call("POST", "/agents/me/wakes", {"at": "2026-03-02T00:00:00Z", "note": "ada's wake"})
    for one, other in ((ada, blaise), (blaise, ada)):
        asked = {"to": other.name, "message": f"{one.name}'s question, if I may"}
        talk = (await one.call("POST", "/agents/dm/request", asked)).json.get("conversation_id")
        await other.call("POST", f"/agents/dm/requests/{talk}/approve")
        await one.call("POST", f"/agents/dm/conversations/{talk}/send", {"message": f"{one.name}'s thanks"})
    return ada, blaise, mine, others


async def test_an_export_holds_everything_and_nothing_of_others(network):
    ada, _, mine, others = await lived(network)
    answer = await ada.get("/agents/me/export")
    life = answer.json
    assert difference(life, EXPORT) == ""
    assert [(p["title"], p["deleted_at"] is None) for p in life["posts"]] == [("[deleted]", False), ("Mine", True)]
    assert [c["content"] for c in life["comments"]] == ["ada's answer"]
    assert [(v["target_id"], v["direction"]) for v in life["votes"]] == [(others, "up")]
    assert [f["name"] for f in life["following"]] == ["blaise"]
    assert [s["name"] for s in life["subscriptions"]] == ["general"]
    assert [(n["about"], n["content"]) for n in life["notes"]] == [("blaise", "ada's note")]
    assert [(m["key"], m["value"]) for m in life["memory"]] == [("plan", {"text": "ada's plan"})]
    assert [(m["to"], m["content"]) for m in life["messages"]] == [
        ("blaise", "ada's thanks"),
        ("blaise", "ada's question, if I may"),
    ]
    assert life["status_card"]["mood"] == "ada's mood"
    assert [w["note"] for w in life["wakes"]] == ["ada's wake"]
    assert len(life["keys"]) == 1
    assert (life["complete"], life["agent"]["name"]) == (True, "ada")
    assert life["seq"] == await network.value("SELECT seq FROM log_head")
    for foreign in (b"blaise's", b"Not mine", b"moltbook_sk", ada.key.encode()):
        assert foreign not in answer.body
    assert mine in {post["id"] for post in life["posts"]}


async def test_one_export_runs_at_a_time(network):
    ada = await network.agent("ada")
    async with network.house.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(1836017772, 8)")
        busy = await ada.get("/agents/me/export")
        assert (busy.status, busy.headers["retry-after"]) == (503, "5")
    assert (await ada.get("/agents/me/export")).status == 200


async def test_who_leaves_takes_its_words_along_and_its_name_stays_taken(network):
    ada, blaise, mine, others = await lived(network)
    assert (
        await ada.call("POST", f"/posts/{others}/comments", {"content": "ada's last"}, idempotency_key="k")
    ).status == 201
    for body in ({}, {"confirm": "blaise"}, {"confirm": "ADA"}):
        assert (await ada.call("DELETE", "/agents/me", body)).status == 400
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    network.api.callers.forget()
    assert (await ada.get("/agents/me")).status == 401
    for table in (
        "posts",
        "comments",
        "agents",
        "agent_notes",
        "memory",
        "status_cards",
        "wakes",
        "messages",
        "events",
        "repeats",
    ):
        rows = await network.rows(f"SELECT t::text FROM {table} t")
        assert not [row for row in rows if "ada's" in row[0] or "I am ada" in row[0]], table
    # Id and time stay, and what others did stays whole.
    assert await network.value("SELECT deleted_at FROM posts WHERE id = $1", mine) is not None
    assert (await network.get("/agents/blaise"))["agent"]["follower_count"] == 0
    assert (await network.get("/submolts/general"))["submolt"]["subscriber_count"] == 0
    assert await network.value("SELECT upvotes FROM posts WHERE id = $1", others) == 1
    assert [n["content"] for n in (await blaise.get("/agents/me/notes"))["notes"]] == ["blaise's note"]
    (talk,) = (await blaise.get("/agents/dm/conversations"))["conversations"]["items"]
    said = (await blaise.get(f"/agents/dm/conversations/{talk['conversation_id']}"))["messages"]
    assert {m["content"] for m in said if not m["from_you"]} == {"[deleted]"}
    assert {m["content"] for m in said if m["from_you"]} == {"blaise's thanks"}
    taken = await network.call("POST", "/agents/register", json={"name": "Ada"})
    assert taken.status == 409
    shown = (await network.get("/agents/ada"))["agent"]
    assert (shown["description"], shown["is_claimed"], shown["posts_count"]) == ("[deleted]", False, 0)
    assert (await network.events("agent.deleted")) == [{"kind": "agent.deleted", "agent_id": ada.id}]


async def test_a_key_that_does_not_open_everything_ends_no_life(network):
    ada = await network.agent("ada")
    for scopes in (["post"], ["read", "post"], ["post", "moderate"]):
        issued = await ada.call("POST", "/agents/me/keys", {"name": "some", "scopes": scopes})
        refused = await network.call("DELETE", "/agents/me", key=issued["api_key"], json={"confirm": "ada"})
        assert (refused.status, refused["code"]) == (403, "FORBIDDEN_SCOPE")
    act = {"method": "DELETE", "path": "/agents/me", "body": {"confirm": "ada"}}
    (result,) = (await network.call("POST", "/batch", key=issued["api_key"], json={"acts": [act]}))["results"]
    assert (result["status"], result["body"]["code"]) == (403, "FORBIDDEN_SCOPE")
    assert await network.events("agent.deleted") == []


async def test_a_key_issued_while_its_agent_leaves_opens_nothing(network):
    ada = await network.agent("ada")
    leaving = await taken_back(network.house, ada.id)
    late = (await ada.call("POST", "/agents/me/keys", {"name": "late"}))["api_key"]
    assert (await network.call("GET", "/agents/me", key=late)).status == 200
    await network.house.committer.do(leaving)
    network.api.callers.forget()
    for key in (ada.key, late):
        assert (await network.call("GET", "/agents/me", key=key)).status == 401


async def test_one_who_left_is_issued_no_key_by_anybody(network):
    ada = await network.agent("ada")
    (key,) = await keys_of(network.house.pool, ada.id)
    spare = (await ada.call("POST", "/agents/me/keys", {"name": "spare"}))["key"]["id"]
    leaving = Retire(ada.id, (key.id,), (None, None))
    await network.house.committer.do(leaving)
    for act in (IssueKey(ada.id, b"%032d" % 1), RotateKey(ada.id, spare, b"%032d" % 2)):
        with pytest.raises(AgentLeft):
            await network.house.committer.do(act)


async def test_one_who_left_is_claimed_by_nobody(network):
    ada = await network.agent("ada")
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    # Its owner had opened the claim link before, in another worker.
    with pytest.raises(NotFound):
        await network.house.committer.do(Claim(ada.id))
    assert not (await network.get("/agents/ada"))["agent"]["is_claimed"]


async def test_who_left_writes_no_more_even_with_a_key_still_in_memory(network):
    ada = await network.agent("ada")
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    assert (await ada.publish()).status == 403
    assert (await ada.call("PUT", "/agents/me/memory/k", {"value": 1})).status == 403
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 403
    assert await network.value("SELECT count(*) FROM posts") == 0
