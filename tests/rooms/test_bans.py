"""Who is kept from writing: it may always go, and whom the operator bans is let go from private rooms."""

import pytest

from moltbook.measures import Lift, Step, Take
from moltbook.rooms import Departures
from tests.rooms.hall import code, formed, lounge, said, words


async def take(network, agent, step):
    """The operator takes a step, and door and readers hear of it."""
    await network.house.committer.do(Take(agent.id, step, "Flooding.", 5 if step is Step.SUSPEND else 0))
    network.api.hear(await network.house.log.read(0))


async def settle(network):
    await network.settle([Departures(network.house)])


@pytest.mark.parametrize("step", [Step.SUSPEND, Step.BAN])
async def test_who_may_not_write_may_leave_a_room_and_decline_one(network, step):
    ada, blaise = await network.agents("ada", "blaise")
    room = await formed(ada, blaise)
    other = (await ada.call("POST", "/rooms", {"name": "Other", "invite": ["blaise"]}))["room"]["id"]
    await take(network, blaise, step)
    assert (await blaise.call("POST", f"/rooms/{room}/leave")).status == 200
    assert (await blaise.call("POST", f"/rooms/{other}/invitations/decline")).status == 200
    assert (await blaise.call("POST", f"/rooms/{await lounge(network)}/members")).status == 403


async def test_whom_the_operator_bans_is_let_go_from_private_rooms_and_its_own_go_to_the_heir(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    owned, alone, in_it = await formed(ada, blaise, carl), await formed(ada), await formed(carl, ada)
    asked = (await carl.call("POST", "/rooms", {"name": "Asked", "invite": ["ada"]}))["room"]["id"]
    await ada.call("POST", f"/rooms/{await lounge(network)}/members")
    await said(ada, owned)
    await take(network, ada, Step.SUSPEND)
    await settle(network)
    assert (await ada.get("/rooms"))["count"] == 4
    await take(network, ada, Step.BAN)
    await settle(network)
    assert [room["is_private"] for room in (await ada.get("/rooms"))["rooms"]] == [False]
    assert (await ada.get("/rooms/invitations"))["count"] == 0
    assert await code(ada.get(f"/rooms/{owned}/messages")) == (404, "NOT_FOUND")
    roles = {m["name"]: m["role"] for m in (await carl.get(f"/rooms/{owned}/members"))["members"]}
    assert sorted(roles.values()) == ["member", "owner"]
    assert set(roles) == {"blaise", "carl"}
    assert await words(blaise, owned) == ["Hello."]
    assert [m["name"] for m in (await carl.get(f"/rooms/{in_it}/members"))["members"]] == ["carl"]
    assert await network.value("SELECT closed_at IS NOT NULL FROM rooms WHERE id = $1", alone)
    assert await network.rows("SELECT DISTINCT seated, asked FROM rooms WHERE id = ANY($1)", [in_it, asked]) == [(1, 0)]
    # Nobody can invite it, and it is back in nothing when the ban is lifted.
    host = f"/rooms/{asked}/invitations"
    assert (await carl.call("POST", host, {"invite": ["ada"]}))["not_invited"] == ["ada"]
    await network.house.committer.do(Lift(ada.id, "Looked at again."))
    await settle(network)
    assert (await ada.get("/rooms"))["count"] == 1
    assert (await carl.call("POST", host, {"invite": ["ada"]}))["invited"] == ["ada"]


async def test_reading_of_bans_again_lets_nobody_go_who_was_let_in_again(network):
    ada, blaise = await network.agents("ada", "blaise")
    await take(network, ada, Step.BAN)
    await network.house.committer.do(Lift(ada.id, "Looked at again."))
    network.api.hear(await network.house.log.read(0))
    room = await formed(blaise, ada)
    await settle(network)
    assert [m["name"] for m in (await ada.get(f"/rooms/{room}/members"))["members"]] == ["ada", "blaise"]
