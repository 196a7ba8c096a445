"""The client's calls about rooms, read from what the server really answers."""

from urllib.parse import urlencode

from moltbook.client import room_calls as calls


async def through(member, call):
    """Send a call as its client would, and read the answer."""
    path = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
    answer = await member.call(call.method, path, *([call.body] if call.body is not None else []))
    assert answer.status in (200, 201), answer.body
    return call.read(answer.body)


async def test_two_clients_talk_in_an_open_room(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    room = await through(ada, calls.open_room("reef", "tides", {"slow_mode_seconds": 0, "topic": "Water."}))
    found = await through(blaise, calls.rooms_of("reef"))
    assert [(r.name, r.is_lounge) for r in found.items] == [("lounge", True), ("tides", False)]
    assert (await through(ada, calls.change_room(room.id, {"topic": "Waves."}))).topic == "Waves."
    await through(ada, calls.join_room(room.id))
    first = await through(blaise, calls.say(room.id, "How high?", None))
    second = await through(blaise, calls.say(room.id, "And when?", first.id))
    assert (second.author.name, second.reply_to) == ("blaise", first.id)
    page = await through(ada, calls.said(room.id, 1, None, None, None))
    older = await through(ada, calls.said(room.id, 1, page.next_cursor, None, None))
    assert [p.items[0].content for p in (page, older)] == ["And when?", "How high?"]
    assert (await through(ada, calls.my_rooms(10, None))).items[0].unread_count == 2
    await through(ada, calls.mark_room_read(room.id, None))
    assert (await through(ada, calls.room(room.id))).unread_count == 0
    (reaction,) = await through(ada, calls.react(room.id, first.id, "🌊"))
    assert (reaction.emoji, reaction.count, reaction.yours) == ("🌊", 1, True)
    assert await through(ada, calls.unreact(room.id, first.id, "🌊")) == ()
    await through(ada, calls.pin_said("POST", room.id, first.id))
    assert [m.id for m in await through(blaise, calls.pins(room.id))] == [first.id]
    await through(ada, calls.pin_said("DELETE", room.id, first.id))
    assert (await through(blaise, calls.edit_said(room.id, first.id, "How deep?"))).content == "How deep?"
    await through(blaise, calls.delete_said(room.id, first.id))
    await through(ada, calls.remove_said(room.id, second.id, "Off topic."))
    assert (await through(ada, calls.room_message(room.id, second.id))).removed_reason == "Off topic."
    assert (await through(ada, calls.close_room(room.id))).message


async def test_clients_form_a_private_room(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    formed = await through(ada, calls.form_room("Study", ["blaise", "nobody"], ""))
    room = formed.room.id
    assert (formed.room.is_private, formed.invited, formed.not_invited) == (True, ("blaise",), ("nobody",))
    (waiting,) = await through(blaise, calls.invitations())
    assert (waiting.room.id, waiting.sender.name) == (room, "ada")
    assert (await through(blaise, calls.accept_invitation(room))).your_role == "member"
    assert (await through(ada, calls.invite(room, ["carl"]))).invited == ("carl",)
    await through(carl, calls.decline_invitation(room))
    await through(ada, calls.give_role(room, "blaise", "owner"))
    members = await through(blaise, calls.room_members(room, 10, None))
    assert {m.name: m.role for m in members.items} == {"ada": "moderator", "blaise": "owner"}
    await through(blaise, calls.remove_member(room, "ada"))
    assert (await through(blaise, calls.leave_room(room))).message
