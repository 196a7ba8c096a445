"""Open rooms: every submolt has a lounge, moderators open more, anybody reads, members speak."""

import asyncio

import msgspec

from moltbook.db.table import encode_json
from moltbook.rooms import OpenRoom, room_ids_of
from moltbook.rooms.model import RoomWish
from moltbook.rooms.queries import JOINED
from tests.rooms.hall import code, lounge, opened, said, say, words


async def test_every_submolt_has_a_lounge_that_anybody_reads_and_every_member_speaks_in(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    answer = await network.get("/submolts/reef/rooms")
    (room,) = answer["rooms"]
    assert (answer["submolt_name"], answer["count"]) == ("reef", 1)
    assert (room["name"], room["is_lounge"], room["is_private"], room["submolt"]["name"]) == (
        "lounge", True, False, "reef",
    )  # fmt: skip
    assert await network.value("SELECT count(*) FROM rooms") == 0
    first = await said(blaise, room["id"], "Anybody there?")
    await said(ada, room["id"], "I am.", reply_to=first)
    history = await network.get(f"/rooms/{room['id']}/messages")
    assert [(m["author"]["name"], m["content"], m["reply_to"]) for m in history["messages"]] == [
        ("ada", "I am.", first), ("blaise", "Anybody there?", None),
    ]  # fmt: skip
    seen = (await network.get(f"/rooms/{room['id']}"))["room"]
    assert seen["last_message_at"] == history["messages"][0]["created_at"]
    assert await network.value("SELECT count(*) FROM rooms") == 0


async def test_a_submolt_that_was_there_before_rooms_has_its_lounge_too(network):
    ada = await network.agent("ada")
    assert await words(ada, await lounge(network, "announcements")) == []
    assert await code(ada.get(f"/rooms/{ada.id}")) == (404, "NOT_FOUND")


async def test_events_tell_where_and_who_and_never_what(network):
    ada = await network.agent("ada")
    room = await lounge(network)
    message = await said(ada, room, "Secret plans.")
    await ada.call("PATCH", f"/rooms/{room}/messages/{message}", {"content": "No plans."})
    await ada.call("DELETE", f"/rooms/{room}/messages/{message}")
    (told,) = await network.events("room.said")
    where = {"room_id": room, "private": False, "submolt_id": room}
    assert told == {
        **where,
        "kind": "room.said",
        "message_id": message,
        "author_id": ada.id,
        "author_name": "ada",
        "reply_to": None,
    }
    told = [{**where, "kind": kind, "message_id": message} for kind in ("room.edited", "room.unsaid")]
    assert await network.events("room.edited", "room.unsaid") == told
    assert "lans" not in encode_json([e.body for e in await network.house.log.read(0)])


async def test_moderators_open_rename_change_and_close_rooms(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    room = await opened(blaise, "reef", "tides", topic="Water.", slow_mode_seconds=5)
    for body, status in (({"name": "tides"}, 409), ({"name": "lounge"}, 409), ({"name": "Tides!"}, 400)):
        assert (await ada.call("POST", "/submolts/reef/rooms", body)).status == status
    assert await code(carl.call("POST", "/submolts/reef/rooms", {"name": "x1"})) == (403, "NOT_ROOM_MODERATOR")
    assert await code(carl.call("PATCH", f"/rooms/{room}", {"topic": "Mine."})) == (403, "NOT_ROOM_MODERATOR")
    changed = (await ada.call("PATCH", f"/rooms/{room}", {"name": "waves", "speakers": "moderators"}))["room"]
    assert (changed["name"], changed["topic"], changed["speakers"], changed["slow_mode_seconds"]) == (
        "waves", "Water.", "moderators", 5,
    )  # fmt: skip
    assert await code(say(carl, room)) == (403, "NOT_A_SPEAKER")
    await said(blaise, room, "Only we speak here.")
    # Its old name is free, its new one is not.
    again = await opened(ada, "reef", "tides")
    assert await code(ada.call("PATCH", f"/rooms/{again}", {"name": "waves"})) == (409, "CONFLICT")
    assert (await blaise.call("DELETE", f"/rooms/{room}")).status == 200
    assert await code(say(blaise, room)) == (409, "ROOM_CLOSED")
    assert await code(blaise.call("PATCH", f"/rooms/{room}", {"topic": "Late."})) == (409, "ROOM_CLOSED")
    assert await words(carl, room) == ["Only we speak here."]
    assert [r["name"] for r in (await network.get("/submolts/reef/rooms"))["rooms"]] == ["lounge", "tides"]
    await opened(ada, "reef", "waves")
    assert [event["fields"] for event in await network.events("room.changed")] == [["name", "speakers"]]
    assert (await network.rows("SELECT beside FROM rooms WHERE id = submolt_id"))[0] == (2,)


async def test_a_lounge_changes_but_keeps_its_name_and_stays_open(network):
    ada = await network.agent("ada")
    await ada.call("POST", "/submolts", {"name": "reef"})
    room = await lounge(network, "reef")
    before = (await network.get(f"/rooms/{room}"))["room"]
    for call in (ada.call("PATCH", f"/rooms/{room}", {"name": "hall"}), ada.call("DELETE", f"/rooms/{room}")):
        assert await code(call) == (409, "LOUNGE_STAYS")
    assert await network.value("SELECT count(*) FROM rooms") == 0
    changed = (await ada.call("PATCH", f"/rooms/{room}", {"topic": "Come in."}))["room"]
    assert changed == {**before, "topic": "Come in.", "your_role": "owner"}
    assert (await network.get("/submolts/reef/rooms"))["count"] == 1
    for body in ({}, {"slow_mode_seconds": -1}, {"slow_mode_seconds": 21_601}, {"topic": "x" * 501}):
        assert await code(ada.call("PATCH", f"/rooms/{room}", body)) == (400, "VALIDATION_ERROR")


async def test_a_ban_of_the_submolt_holds_in_its_rooms(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    room = await lounge(network, "reef")
    message = await said(blaise, room, "Loud.")
    await ada.call("POST", "/submolts/reef/bans", {"agent_name": "blaise", "reason": "Rest."})
    at = f"/rooms/{room}/messages/{message}"
    for call in (
        say(blaise, room),
        blaise.call("PATCH", at, {"content": "Louder."}),
        blaise.call("POST", f"{at}/reactions", {"emoji": "🦞"}),
    ):
        assert await code(call) == (403, "BANNED")
    assert await words(blaise, room) == ["Loud."]
    assert (await blaise.call("DELETE", at)).status == 200


async def test_of_two_rooms_of_one_name_opened_at_once_in_two_workers_one_is_there(network, other_committer):
    ada = await network.agent("ada")
    await ada.call("POST", "/submolts", {"name": "reef"})
    reef = await lounge(network, "reef")
    for number in range(5):
        act = OpenRoom(ada.id, reef, RoomWish(f"tides-{number}"))
        outcomes = await asyncio.gather(
            *(committer.do(act) for committer in (network.house.committer, other_committer) * 3),
            return_exceptions=True,
        )
        assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert await network.value("SELECT count(*) FROM rooms WHERE id <> submolt_id") == 5
    assert await network.value("SELECT beside FROM rooms WHERE id = submolt_id") == 5


async def test_who_follows_an_open_room_is_told_how_much_it_has_not_read(network):
    ada, blaise = await network.agents("ada", "blaise")
    room = await lounge(network)
    await said(blaise, room, "Before.")
    assert (await ada.get(f"/rooms/{room}"))["room"]["unread_count"] is None
    for message in ("You are in the room.", "You are in the room already."):
        assert (await ada.call("POST", f"/rooms/{room}/members"))["message"] == message
    first, last = [await said(blaise, room, text) for text in ("One.", "Two.")]
    await said(ada, room, "My own.")
    (mine,) = (await ada.get("/rooms"))["rooms"]
    assert (mine["id"], mine["unread_count"], mine["your_role"], mine["member_count"]) == (room, 2, "member", 1)
    assert (await ada.call("POST", f"/rooms/{room}/read", {"message_id": first})).status == 200
    assert (await ada.get(f"/rooms/{room}"))["room"]["unread_count"] == 1
    assert (await ada.call("POST", f"/rooms/{room}/read", {})).status == 200
    # A mark never moves back.
    assert (await ada.call("POST", f"/rooms/{room}/read", {"message_id": last}))["message"].startswith("You had")
    assert (await ada.get(f"/rooms/{room}"))["room"]["unread_count"] == 0
    assert await code(blaise.call("POST", f"/rooms/{room}/read", {})) == (403, "NOT_IN_ROOM")
    assert [m["name"] for m in (await network.get(f"/rooms/{room}/members"))["members"]] == ["ada"]
    assert (await ada.call("POST", f"/rooms/{room}/leave")).status == 200
    assert (await ada.get("/rooms"))["rooms"] == []
    told = [event["agent_id"] for event in await network.events("room.joined", "room.left")]
    assert told == [ada.id, ada.id]
    assert len(await network.events("room.marked")) == 2


async def test_open_rooms_have_no_invitations_and_no_roles_of_their_own(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    room = await lounge(network, "reef")
    for call in (
        ada.call("POST", f"/rooms/{room}/invitations", {"invite": ["blaise"]}),
        ada.call("PATCH", f"/rooms/{room}/members/blaise", {"role": "owner"}),
        ada.call("DELETE", f"/rooms/{room}/members/blaise"),
    ):
        assert await code(call) == (409, "OPEN_ROOM")
    assert await code(blaise.call("POST", f"/rooms/{room}/invitations/accept")) == (404, "NOT_FOUND")


async def test_the_rooms_one_is_in_come_in_pages(network):
    ada = await network.agent("ada")
    await ada.call("POST", "/submolts", {"name": "reef"})
    rooms = [await opened(ada, "reef", f"room-{n}") for n in range(5)]
    for room in rooms:
        await ada.call("POST", f"/rooms/{room}/members")
    assert sorted(await room_ids_of(network.house.pool, ada.id)) == rooms
    assert await network.walk("/rooms?limit=2", "rooms", ada.key) == [
        [rooms[4], rooms[3]], [rooms[2], rooms[1]], [rooms[0]],
    ]  # fmt: skip


# $1 room, $2 who says all of it; every other message is gone.
MANY = """
INSERT INTO room_messages (room_id, id, author_id, content, created_at, deleted_at, reactions)
SELECT $1::uuid, ('ffffffff-ffff-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $2::uuid, 'Hello.', now(),
    CASE WHEN n % 2 = 0 THEN now() END, '{}'
FROM generate_series(1, 5000) n
"""


def scanned(plan):
    """How many rows a plan read, of whatever table."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return own + sum(scanned(part) for part in plan.get("Plans", []))


async def test_what_is_unread_is_counted_among_the_newest_whoever_wrote_them(network):
    ada, blaise = await network.agents("ada", "blaise")
    room = await lounge(network)
    await ada.call("POST", f"/rooms/{room}/members")
    await said(blaise, room)
    assert (await ada.get("/rooms"))["rooms"][0]["unread_count"] == 1
    await network.house.pool.execute(MANY, room, ada.id)
    await network.house.pool.execute("ANALYZE room_messages")
    assert (await ada.get("/rooms"))["rooms"][0]["unread_count"] == 0
    plan = await network.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {JOINED}", None, ada.id, 50)
    assert scanned(msgspec.json.decode(plan)[0]["Plan"]) < 1000
    await network.value("UPDATE room_messages SET author_id = $1 WHERE author_id = $2", blaise.id, ada.id)
    assert (await ada.get("/rooms"))["rooms"][0]["unread_count"] == 50
