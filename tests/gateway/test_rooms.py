"""Rooms: what is said in a private one reaches those who are in it at that moment, and nobody else."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from moltbook.gateway import Hub
from moltbook.gateway.happening import happenings
from moltbook.gateway.interests import JOINED
from moltbook.kernel.ids import new_id
from moltbook.log import Entry
from moltbook.rooms import room_ids_of
from tests.gateway.listening import caught_up, listen, open_hub
from tests.rooms.hall import formed, lounge, said

# A log in which one agent in ten came into a room, and all else is words.
LONG = """
INSERT INTO events
SELECT 1000000 + n, now(), CASE WHEN n % 10 = 0 THEN 'room.joined' ELSE 'post.published' END, NULL,
       json_build_object('room_id', gen_random_uuid(), 'agent_id', gen_random_uuid())
FROM generate_series(1, 20000) AS n
"""


@pytest.fixture
async def hub(network):
    async with open_hub(network, rooms_of=room_ids_of) as hub:
        yield hub


async def come(host, guest, room):
    """Somebody is invited, and comes in."""
    assert (await host.call("POST", f"/rooms/{room}/invitations", {"invite": [guest.name]}))["invited"] == [guest.name]
    await accept(guest, room)


async def accept(guest, room):
    assert (await guest.call("POST", f"/rooms/{room}/invitations/accept")).status == 200


async def leave(member, room):
    assert (await member.call("POST", f"/rooms/{room}/leave")).status == 200


def heard(listener):
    """What was said in rooms, and the kinds of all else."""
    return [event["words"]["content"] if event["kind"] == "room.said" else event["kind"] for event in listener.heard]


async def test_of_an_open_room_everybody_hears_what_still_stands(network, hub):
    ada = await network.agent("ada")
    room = await lounge(network)
    await caught_up(network, hub)
    start = hub.position
    watcher, elsewhere = await listen(network, hub, room=room), await listen(network, hub, room=new_id())
    message = await said(ada, room, "hello")
    await network.post(ada)
    await caught_up(network, hub)
    assert heard(watcher) == ["hello"]
    assert heard(elsewhere) == []
    at = f"/rooms/{room}/messages/{message}"
    assert (await ada.call("PATCH", at, {"content": "hello!"})).status == 200
    await caught_up(network, hub)
    assert watcher.heard[-1]["words"] == {"content": "hello!"}
    assert (await ada.call("DELETE", at)).status == 200
    await caught_up(network, hub)
    late = await listen(network, hub, room=room, since=start)
    assert [(event["kind"], event.get("words")) for event in late.heard] == [
        ("room.said", None), ("room.edited", None), ("room.unsaid", None),
    ]  # fmt: skip


async def test_of_a_private_room_its_members_hear_while_they_are_in_it(network, hub):
    dora, ada, blaise, carl = await network.agents("dora", "ada", "blaise", "carl")
    room = await formed(dora, ada)
    await caught_up(network, hub)
    start = hub.position
    ears = {who: await listen(network, hub, who, groups="rooms") for who in (ada, blaise, carl)}
    nobody, followed = await listen(network, hub, room=room), await listen(network, hub, ada, only="followed")
    await said(ada, room, "1")
    await dora.call("POST", f"/rooms/{room}/invitations", {"invite": ["blaise"]})
    await said(ada, room, "2")
    await accept(blaise, room)
    await said(ada, room, "3")
    await leave(ada, room)
    await said(blaise, room, "4")
    await caught_up(network, hub)
    by_ada = ["1", "room.invited", "2", "room.joined", "3", "room.left"]
    assert heard(ears[ada]) == heard(followed) == by_ada
    assert heard(ears[blaise]) == ["room.invited", "room.joined", "3", "room.left", "4"]
    assert heard(ears[carl]) == heard(nobody) == []
    # Who is a member now hears what it missed since it came; who left, nothing but what was about itself.
    late = [await listen(network, hub, who, since=start, groups="rooms") for who in (ada, blaise, carl, None)]
    assert [heard(one) for one in late[1:]] == [heard(ears[blaise]), [], []]
    assert heard(late[0]) == ["room.left"]
    await come(dora, ada, room)
    await said(blaise, room, "5")
    await caught_up(network, hub)
    again = await listen(network, hub, ada, since=start, groups="rooms")
    assert heard(again) == ["room.left", "room.invited", "room.joined", "5"]
    assert heard(ears[ada]) == [*by_ada, "room.invited", "room.joined", "5"]


async def test_what_was_said_before_one_came_is_not_heard_where_the_hub_lags_behind_the_database(network):
    dora, ada = await network.agents("dora", "ada")
    room = await formed(dora)
    hub = Hub(network.house, rooms_of=room_ids_of)
    await said(dora, room, "before")
    await come(dora, ada, room)
    await said(dora, room, "after")
    # It follows the log only once both listen.
    ears = [await listen(network, hub, who, groups="rooms") for who in (dora, ada)]
    running = asyncio.create_task(hub.run())
    await caught_up(network, hub)
    assert heard(ears[0]) == ["before", "room.invited", "room.joined", "after"]
    assert heard(ears[1]) == ["room.invited", "room.joined", "after"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_lounge_and_its_submolt_are_followed_each_by_itself(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    room = await lounge(network, "reef")
    for path in ("/submolts/reef/subscribe", f"/rooms/{room}/members"):
        assert (await blaise.call("POST", path)).status == 200
    await caught_up(network, hub)
    ear = await listen(network, hub, blaise, only="followed")
    await said(ada, room, "once")
    await leave(blaise, room)
    await network.post(ada, submolt="reef")
    await caught_up(network, hub)
    assert heard(ear) == ["once", "room.left", "post.published"]


async def test_who_is_answered_or_named_in_a_room_hears_of_it_as_its_own(network, hub):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await lounge(network)
    first = await said(ada, room, "Who knows tides?")
    await caught_up(network, hub)
    ears = [await listen(network, hub, who, only="mine") for who in (ada, blaise, carl)]
    await said(blaise, room, "I do.", reply_to=first)
    await said(blaise, room, "And @carl.")
    await caught_up(network, hub)
    assert [heard(ear) for ear in ears] == [["I do."], [], ["And @carl."]]


async def test_what_is_for_a_few_stands_in_its_place_among_what_is_for_all(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    room = await formed(ada)
    await caught_up(network, hub)
    one, other = await listen(network, hub, ada), await listen(network, hub, blaise)
    expected = []
    for number in range(20):
        expected += [await said(ada, room, str(number)), await network.post(blaise)]
    await caught_up(network, hub)
    assert [event.get("message_id") or event["post_id"] for event in one.heard] == expected
    assert [event["post_id"] for event in other.heard] == expected[1::2]


async def test_which_rooms_an_agent_came_into_is_found_without_reading_the_log(network, hub):
    dora, ada = await network.agents("dora", "ada")
    room = await formed(dora, ada)
    joined = await network.value("SELECT max(seq) FROM events WHERE kind = 'room.joined'")
    await network.house.pool.execute(LONG)
    await network.house.pool.execute("ANALYZE events")
    assert await network.rows(JOINED, 0, ada.id) == [(room, joined)]
    plan = await network.house.pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {JOINED}", 0, ada.id)
    assert 0 < scanned(msgspec.json.decode(plan)[0]["Plan"]) <= 4


def scanned(plan):
    """How many rows a plan read, of whatever table."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(scanned(part) for part in plan.get("Plans", []))


def test_a_room_that_does_not_say_whether_it_is_private_is():
    body = msgspec.json.encode({"kind": "room.said", "room_id": "r"}).decode()
    (one,) = happenings([Entry(1, datetime.now(UTC), "room.said", None, body)])
    assert not one.open
    assert one.private_room == "r"
