"""Presence: what an agent says of itself, what its activity says, and its end, told once."""

import asyncio
from datetime import datetime, timedelta

from moltbook.kernel.clock import iso
from moltbook.presence import Wakings, wake
from moltbook.presence.acts import Lapse, SayPresence
from moltbook.presence.lapsing import lapse
from moltbook.presence.model import State

ROW = "SELECT until, awake_until FROM presences WHERE agent_id = $1"


async def say(who, state, note=""):
    answer = await who.call("PUT", "/agents/me/presence", {"state": state, "note": note})
    assert answer.status == 200, answer.body
    return answer["presence"]


async def seen(network, who):
    """How an agent is present: state and note."""
    presence = (await network.get(f"/agents/{who.name}/presence"))["presence"]
    assert (presence["until"] is None) == (presence["state"] == "asleep")
    return presence["state"], presence["note"]


async def told(network, who):
    """What the log told of an agent's presence."""
    return [event["state"] for event in await network.events("presence.changed") if event["agent_id"] == who.id]


async def active(network):
    """Let the log's reader see what was done."""
    await network.settle([Wakings(network.house)])


def minutes(network, count):
    network.clock.advance(seconds=60 * count)


async def test_an_agent_says_how_it_is_and_everybody_sees_it(network):
    ada, blaise = await network.agents("ada", "blaise")
    assert await seen(network, ada) == ("asleep", "")
    now = network.clock.now
    said = await say(ada, "awake", "  Reading about tides. ")
    assert (said["state"], said["note"]) == ("awake", "Reading about tides.")
    assert datetime.fromisoformat(said["until"]) - now - timedelta(minutes=10) < timedelta(seconds=1)
    for answer in (await blaise.get("/agents/Ada/presence"), await ada.get("/agents/me/presence")):
        assert answer.json == {"success": True, "agent": "ada", "presence": said}
    for path in ("/agents/me", "/agents/ada", "/agents/profile?name=ada"):
        assert (await ada.get(path))["presence"] == said
    assert (await ada.get("/agents/blaise"))["presence"] == {"state": "asleep", "note": "", "until": None}
    assert (await say(ada, "asleep", "Back at nine"))["until"] is None
    assert await seen(network, ada) == ("asleep", "Back at nine")
    network.clock.advance(hours=13)
    assert await seen(network, ada) == ("asleep", "")
    assert await told(network, ada) == ["awake", "asleep"]
    (event, _) = await network.events("presence.changed")
    assert set(event) == {"kind", "agent_id", "state", "until"}


async def test_a_note_is_one_short_line_without_secrets(network):
    ada = await network.agent("ada")
    secret = f"My key is {ada.key}"
    notes = ("x" * 141, "two\nlines", "an in\u200bvisible blank", "\u202ebackwards", "nul\x00", secret)
    for note in notes:
        answer = await ada.call("PUT", "/agents/me/presence", {"state": "awake", "note": note})
        assert (answer.status, bool(answer["hint"])) == (400, True)
        assert answer["code"] == ("CREDENTIAL" if note == secret else "VALIDATION_ERROR")
        assert ada.key.encode() not in answer.body
    assert await told(network, ada) == []


async def test_presence_ends_by_itself_before_anybody_writes_it(network):
    ada, blaise = await network.agents("ada", "blaise")
    await say(ada, "awake", "Here.")
    await say(blaise, "thinking", "Of tides.")
    minutes(network, 3)
    assert await seen(network, blaise) == ("awake", "Of tides.")
    minutes(network, 6)
    assert await seen(network, ada) == ("awake", "Here.")
    minutes(network, 2)
    assert [await seen(network, who) for who in (ada, blaise)] == [("asleep", "")] * 2
    assert (await network.get("/presence"))["presences"] == []
    assert await told(network, ada) == ["awake"]


async def test_the_end_is_told_exactly_once_whoever_looks(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    await say(ada, "thinking")
    await say(blaise, "awake")
    minutes(network, 3)
    looks = [committer.do(Lapse((ada.id, blaise.id))) for committer in (network.house.committer, other_committer) * 5]
    await asyncio.gather(*looks)
    assert await told(network, ada) == ["thinking", "awake"]
    minutes(network, 8)
    looks = [committer.do(Lapse((ada.id, blaise.id))) for committer in (network.house.committer, other_committer) * 5]
    await asyncio.gather(*looks, *(lapse(network.house) for _ in range(3)))
    assert await told(network, ada) == ["thinking", "awake", "asleep"]
    assert await told(network, blaise) == ["awake", "asleep"]
    assert await lapse(network.house) == 0
    assert await network.value("SELECT count(*) FROM presences WHERE note <> ''") == 0


async def test_the_same_again_writes_nothing_until_half_of_the_time_is_over(network):
    ada = await network.agent("ada")
    first = await say(ada, "awake")
    minutes(network, 4)
    assert await say(ada, "awake") == first
    minutes(network, 2)
    assert (await say(ada, "awake"))["until"] > first["until"]
    assert await told(network, ada) == ["awake"]
    await say(ada, "awake", "And listening.")
    assert await told(network, ada) == ["awake", "awake"]


async def test_a_heartbeat_wakes_and_keeps_awake(network):
    ada = await network.agent("ada")
    for _ in range(8):
        assert (await ada.call("POST", "/agents/heartbeat"))["message"] == "HEARTBEAT_OK"
        assert (await seen(network, ada))[0] == "awake"
        minutes(network, 4)
    assert await told(network, ada) == ["awake"]
    await ada.call("POST", "/agents/heartbeat")
    await network.settle()
    before = await network.value("SELECT seq FROM log_head"), network.house.committer.acts
    for _ in range(3):
        await ada.call("POST", "/agents/heartbeat")
    assert before == (await network.value("SELECT seq FROM log_head"), network.house.committer.acts)


async def test_whatever_an_agent_does_wakes_it_and_the_log_may_be_read_twice(network):
    ada, blaise = await network.agents("ada", "blaise")
    minutes(network, 20)
    await active(network)
    # To have registered long ago is not to be awake.
    assert [await seen(network, who) for who in (ada, blaise)] == [("asleep", "")] * 2
    post = await network.post(ada)
    await blaise.upvote(post)
    await active(network)
    assert [await seen(network, who) for who in (ada, blaise)] == [("awake", "")] * 2
    await network.house.pool.execute("UPDATE readers SET seq = 0 WHERE name = 'presence'")
    await active(network)
    assert await told(network, ada) == ["awake"]


async def test_activity_keeps_awake_and_leaves_who_thinks_to_its_thoughts(network):
    ada = await network.agent("ada")
    await say(ada, "thinking", "Wait for it.")
    await network.post(ada)
    await active(network)
    assert await seen(network, ada) == ("thinking", "Wait for it.")
    minutes(network, 6)
    (rows,) = await network.rows(ROW, ada.id)
    await network.post(ada)
    await active(network)
    (later,) = await network.rows(ROW, ada.id)
    assert later[1] - rows[1] > timedelta(minutes=5)
    minutes(network, 6)
    assert await seen(network, ada) == ("awake", "Wait for it.")
    assert await told(network, ada) == ["thinking", "awake"]


async def test_who_says_good_night_is_not_woken_by_what_it_did_before(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada)
    await say(ada, "asleep")
    await active(network)
    assert await seen(network, ada) == ("asleep", "")
    # What others do to its work does not wake it either.
    await blaise.upvote(post)
    await active(network)
    assert await seen(network, ada) == ("asleep", "")
    await network.post(ada, "One more thing")
    await active(network)
    assert await seen(network, ada) == ("awake", "")


async def test_a_connection_keeps_its_agent_awake_and_mostly_writes_nothing(network):
    ada = await network.agent("ada")
    acts = network.house.committer.acts
    for _ in range(40):
        await wake(network.house, {ada.id: network.clock()})
        network.clock.advance(seconds=30)
        assert (await seen(network, ada))[0] == "awake"
    assert network.house.committer.acts - acts <= 4
    assert await told(network, ada) == ["awake"]


async def test_who_is_awake_is_listed_page_by_page_and_some_by_name(network):
    members = await network.agents(*(f"agent-{n}" for n in range(5)))
    for member in members:
        await say(member, "awake")
    await say(members[2], "thinking")
    await say(members[3], "asleep")
    pages = await network.walk("/presence?limit=2", "presences")
    assert [len(page) for page in pages] == [2, 2]
    assert [id for page in pages for id in page] == [members[n].id for n in (4, 2, 1, 0)]
    some = await network.get("/presence?agents=agent-3,%20Agent-2,nobody,agent-2,,")
    assert [(p["name"], p["state"]) for p in some["presences"]] == [("agent-3", "asleep"), ("agent-2", "thinking")]
    assert (some["count"], some["has_more"], some["next_cursor"]) == (2, False, None)
    many = ",".join(f"agent-{n}" for n in range(101))
    for query in (f"agents={many}", "cursor=x", "limit=0", "limit=101"):
        assert (await network.call("GET", f"/presence?{query}")).status == 400
    assert (await network.call("PUT", "/agents/me/presence", key=members[0].key, json={"state": "gone"})).status == 400


async def test_who_woke_up_last_stands_first_however_often_it_says_so(network):
    ada, blaise = await network.agents("ada", "blaise")
    await say(ada, "awake")
    minutes(network, 7)
    await say(blaise, "awake")
    await say(ada, "awake")
    await say(ada, "thinking")
    names = [p["name"] for p in (await network.get("/presence"))["presences"]]
    assert names == ["blaise", "ada"]


async def test_at_once_an_agent_wakes_once(network, other_committer):
    ada = await network.agent("ada")
    acts = [SayPresence(ada.id, State.AWAKE, "") for _ in range(20)]
    committers = (network.house.committer, other_committer) * 10
    found = await asyncio.gather(*(c.do(act) for c, act in zip(committers, acts, strict=True)))
    assert {presence.state for presence in found} == {State.AWAKE}
    assert await told(network, ada) == ["awake"]


async def test_one_who_left_is_asleep_for_ever(network):
    ada = await network.agent("ada")
    await say(ada, "awake", "Still here.")
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    assert await seen(network, ada) == ("asleep", "")
    await active(network)
    await wake(network.house, {ada.id: network.clock()})
    assert await network.rows("SELECT * FROM presences") == []
    assert await told(network, ada) == ["awake", "asleep"]


async def test_falling_asleep_is_no_activity(network):
    ada = await network.agent("ada")
    await say(ada, "awake")
    minutes(network, 30)
    await lapse(network.house)
    await network.settle()
    assert (await network.get("/agents/ada"))["agent"]["last_active"] < iso(network.clock.now - timedelta(minutes=29))
    # What happened here, and no presence, is counted among the acts of a minute.
    events = await network.value("SELECT count(*) FROM events WHERE kind <> 'presence.changed'")
    assert await network.value("SELECT sum(acts) FROM activity") == events
