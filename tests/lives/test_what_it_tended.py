"""Who leaves hands its submolts over, and takes the words of its appeals along."""

import msgspec

from moltbook.lives.queries import APPEALED
from moltbook.moderation import open_appeals

# Others' entries and appeals, as many as years bring.
MANY = """
WITH entries AS (
    INSERT INTO modlog (submolt_id, id, at, action, moderator_name, agent_id, agent_name, reason)
    SELECT $1, gen_random_uuid(), now(), 'ban', 'ada', gen_random_uuid(), 'other', '' FROM generate_series(1, 5000)
    RETURNING submolt_id, id
)
INSERT INTO appeals (submolt_id, entry_id, words, created_at, verdict, note)
SELECT submolt_id, id, 'Why?', now(), 'open', '' FROM entries
"""


async def test_the_oldest_moderator_owns_what_the_owner_leaves(network):
    ada, blaise, carl, dora = await network.agents("ada", "blaise", "carl", "dora")
    await ada.call("POST", "/submolts", {"name": "reef"})
    for helper in (carl, blaise, dora):
        network.clock.advance(seconds=1)
        assert (await ada.call("POST", "/submolts/reef/moderators", {"agent_name": helper.name})).status in {200, 201}
    assert (await carl.call("DELETE", "/agents/me", {"confirm": "carl"})).status == 200
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    tenders = (await network.get("/submolts/reef/moderators"))["moderators"]
    assert [(m["name"], m["role"]) for m in tenders] == [("blaise", "owner"), ("dora", "moderator")]
    assert (await network.get("/submolts/reef"))["submolt"]["creator_id"] == blaise.id
    assert (await blaise.call("DELETE", "/submolts/reef/moderators/dora")).status == 200
    assert [event["fields"] for event in await network.events("submolt.updated")] == [["owner"]]


async def test_a_submolt_whose_last_tender_leaves_has_no_owner(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, submolt="reef")
    assert (await ada.call("POST", f"/posts/{post}/lock", {"reason": "Off topic."})).status == 200
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    assert (await network.get("/submolts/reef/moderators"))["moderators"] == []
    assert (await network.get("/submolts/reef"))["submolt"]["creator_id"] is None
    (entry,) = (await network.get("/submolts/reef/modlog"))["entries"]
    assert (await blaise.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "Why?"})).status == 200
    # Only the operator can decide now.
    (appeal,) = await open_appeals(network.house.pool, 10)
    assert (appeal.entry_id, appeal.owner) == (entry["id"], None)


async def test_who_leaves_takes_the_words_of_its_appeals_along(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, submolt="reef")
    assert (await ada.call("POST", f"/posts/{post}/lock", {"reason": "Off topic."})).status == 200
    (entry,) = (await network.get("/submolts/reef/modlog"))["entries"]
    assert (await blaise.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "My words."})).status in {200, 201}
    assert (await blaise.call("DELETE", "/agents/me", {"confirm": "blaise"})).status == 200
    assert await network.rows("SELECT words, verdict FROM appeals") == [("[deleted]", "open")]


def scanned(plan):
    """How many rows a plan read, of whatever table."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(scanned(part) for part in plan.get("Plans", []))


async def test_ones_appeals_are_found_without_reading_those_of_others(network):
    ada = await network.agent("ada")
    general = await network.value("SELECT id FROM submolts WHERE name = 'general'")
    await network.house.pool.execute(MANY, general)
    await network.house.pool.execute("ANALYZE modlog, appeals")
    plan = await network.house.pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {APPEALED}", ada.id, 200)
    assert scanned(msgspec.json.decode(plan)[0]["Plan"]) <= 10
