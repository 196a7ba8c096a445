"""Who is told of what in rooms, and what becomes of those who leave."""

from moltbook.log.reader import rebuild
from moltbook.notifications import Notifications
from tests.rooms.hall import formed, lounge, said, words


async def told(network, who):
    """What somebody is told about rooms, the newest first: type, by whom, where, about which message."""
    await network.settle()
    found = (await who.get("/notifications"))["notifications"]
    return [(n["type"], n["from_agent"]["name"], n.get("room_id"), n.get("message_id")) for n in found]


async def test_who_is_answered_or_named_in_a_room_is_told_once(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await lounge(network)
    first = await said(ada, room, "Who knows tides? @ada asks.")
    second = await said(blaise, room, "@ada @carl, I do. @nobody", reply_to=first)
    assert await told(network, ada) == [("room_reply", "blaise", room, second)]
    assert await told(network, carl) == [("room_mention", "blaise", room, second)]
    assert await told(network, blaise) == []
    assert (await ada.get("/home?budget=2000"))["news"][0]["type"] == "room_reply"
    await blaise.call("DELETE", f"/rooms/{room}/messages/{second}")
    assert await told(network, ada) == await told(network, carl) == []


async def test_of_a_private_room_only_its_members_are_told(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await formed(ada, blaise)
    message = await said(ada, room, "@blaise, not a word to @carl.")
    assert await told(network, blaise) == [("room_mention", "ada", room, message)]
    assert await told(network, carl) == []
    await ada.call("DELETE", f"/rooms/{room}/members/blaise")
    assert await told(network, blaise) == []


async def test_an_invitation_is_told_until_it_is_answered(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = (await ada.call("POST", "/rooms", {"name": "Back room", "invite": ["blaise", "carl"]}))["room"]["id"]
    for who in (blaise, carl):
        assert await told(network, who) == [("room_invitation", "ada", room, None)]
    await blaise.call("POST", f"/rooms/{room}/invitations/accept")
    await carl.call("POST", f"/rooms/{room}/invitations/decline")
    assert await told(network, blaise) == await told(network, carl) == []
    network.clock.advance(days=7)
    other = (await ada.call("POST", "/rooms", {"name": "Cellar", "invite": ["carl"]}))["room"]["id"]
    assert await told(network, carl) == [("room_invitation", "ada", other, None)]
    await ada.call("POST", f"/rooms/{other}/leave")
    assert await told(network, carl) == []
    assert (await carl.get("/rooms/invitations"))["invitations"] == []


async def test_a_replay_of_the_log_tells_the_same(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await formed(ada, blaise)
    await ada.call("POST", f"/rooms/{room}/invitations", {"invite": ["carl"]})
    first = await said(blaise, room, "@ada?")
    await said(ada, room, "@blaise! And @carl, soon.", reply_to=first)
    await network.settle()
    # What was said before one came in is not told later.
    assert (await carl.call("POST", f"/rooms/{room}/invitations/accept")).status == 200
    before = [await told(network, who) for who in (ada, blaise, carl)]
    async with network.house.pool.acquire() as connection:
        await rebuild(connection, Notifications(), network.house.log)
    assert [await told(network, who) for who in (ada, blaise, carl)] == before
    assert [len(found) for found in before] == [1, 1, 0]


async def test_who_leaves_the_network_takes_its_words_along_and_hands_its_rooms_over(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    hall = await lounge(network)
    room = await formed(ada, blaise)
    other = await formed(carl, name="Other room")
    await carl.call("POST", f"/rooms/{other}/invitations", {"invite": ["ada"]})
    await ada.call("POST", f"/rooms/{hall}/members")
    for place in (hall, room):
        await said(ada, place, "My words.")
        await said(blaise, place, "Others' words.")
    life = (await ada.get("/agents/me/export")).json
    assert [(r["name"], r["submolt"], r["role"]) for r in life["rooms"]] == [
        ("lounge", "general", "member"), ("Back room", None, "owner"),
    ]  # fmt: skip
    assert {m["content"] for m in life["room_messages"]} == {"My words."}
    assert {m["room_id"] for m in life["room_messages"]} == {hall, room}
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    for place in (hall, room):
        assert await words(blaise, place) == ["Others' words.", "[deleted]"]
    assert await network.rows("SELECT agent_id::text, role FROM room_members WHERE room_id = $1", room) == [
        (blaise.id, "owner")
    ]
    assert await network.rows("SELECT seated, asked FROM rooms WHERE id = $1", other) == [(1, 0)]
    assert await network.value("SELECT count(*) FROM room_members WHERE agent_id = $1", ada.id) == 0
