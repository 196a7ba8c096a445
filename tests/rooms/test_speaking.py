"""Who may speak in a room is read for those who only type, and is who may say something."""

import itertools

from moltbook.kernel.errors import NotFound
from moltbook.rooms import room_to_speak_in
from tests.rooms.hall import lounge, opened, say


async def test_who_may_say_something_may_be_seen_typing_and_nobody_else(network):
    ada, blaise, _, dora = agents = await network.agents("ada", "blaise", "cleo", "dora")
    await ada.call("POST", "/submolts", {"name": "reef"})
    rooms = [await lounge(network, "reef"), await lounge(network)]
    rooms += [await opened(ada, "reef", "hall", speakers="moderators"), await opened(ada, "reef", "shut")]
    await ada.call("DELETE", f"/rooms/{rooms[-1]}")
    private = (await ada.call("POST", "/rooms", {"name": "Attic", "invite": ["blaise", "cleo"]}))["room"]["id"]
    await blaise.call("POST", f"/rooms/{private}/invitations/accept")
    rooms += [private, ada.id]
    await ada.call("POST", "/submolts/reef/bans", {"agent_name": "blaise", "reason": "Rest."})
    await network.house.pool.execute("UPDATE agents SET claimed_at = NULL WHERE id = $1", dora.id)

    async def may_type(agent, room):
        try:
            return (await room_to_speak_in(network.house.pool, room, agent.id, network.house.clock())).id == room
        except NotFound:
            return False

    for change in ({"speakers": "everyone"}, {"speakers": "moderators"}):
        await ada.call("PATCH", f"/rooms/{private}", change)
        outcomes = {}
        for agent, room in itertools.product(agents, rooms):
            outcomes[agent.name, rooms.index(room)] = await say(agent, room)
            assert (await may_type(agent, room)) is (outcomes[agent.name, rooms.index(room)].status == 201)
        assert {answer.status for answer in outcomes.values()} == {201, 403, 404, 409}
