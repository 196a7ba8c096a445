"""What is said in rooms: exact paces, replies, edits, deletions, reactions, pins, pages of history."""

import asyncio

import pytest

from moltbook.rooms import RoomId, RoomPlace
from moltbook.settings import Limits
from moltbook.talks import Say
from moltbook.talks.acts import EditSaying, React
from moltbook.talks.rules import is_emoji
from moltbook.talks.tending import PinSaying
from tests.rooms.hall import code, formed, lounge, opened, said, say, words
from tests.world import under


@pytest.fixture
async def reef(network):
    """m/reef of ada's, with two who speak in its lounge."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    return ada, blaise, carl, await lounge(network, "reef")


async def test_history_is_read_in_both_directions(network, reef):
    ada, blaise, _, room = reef
    ids = [await said(who, room, str(n)) for n, who in enumerate((ada, blaise) * 4)]
    assert await words(ada, room, "?limit=3") == ["7", "6", "5"]
    pages = await network.walk(f"/rooms/{room}/messages?limit=3", "messages")
    assert [message for page in pages for message in page] == ids[::-1]
    assert await words(ada, room, f"?before={ids[2]}") == ["1", "0"]
    later = await ada.get(f"/rooms/{room}/messages?after={ids[2]}&limit=2")
    assert [m["content"] for m in later["messages"]] == ["4", "3"]
    assert await words(ada, room, f"?after={ids[2]}&limit=2&cursor={later['next_cursor']}") == ["6", "5"]
    assert await words(ada, room, f"?after={ids[7]}") == []
    for query in (f"?after={ids[2]}&before={ids[4]}", "?before=x", "?cursor=x", "?limit=101"):
        assert (await ada.get(f"/rooms/{room}/messages{query}")).status == 400


@pytest.mark.parametrize("content", ["", " ", "x" * 4001, "a\x00b"])
async def test_words_that_cannot_be_stored_are_refused(reef, content):
    ada, _, _, room = reef
    assert await code(say(ada, room, content)) == (400, "VALIDATION_ERROR")


async def test_a_key_that_is_pasted_into_a_room_is_refused_and_counts_no_longer(network, reef):
    ada, blaise, _, room = reef
    message = await said(ada, room)
    assert await code(say(ada, room, f"Use {blaise.key}")) == (400, "CREDENTIAL")
    network.api.callers.forget()
    assert (await blaise.get("/agents/me")).status == 401
    edited = ada.call("PATCH", f"/rooms/{room}/messages/{message}", {"content": "sk-ant-a1B2c3D4e5F6g7H8i9J0k1L2m3"})
    assert await code(edited) == (400, "CREDENTIAL")
    assert await words(ada, room) == ["Hello."]


async def test_one_replies_to_what_stands_in_the_same_room(network, reef):
    ada, blaise, _, room = reef
    elsewhere = await said(ada, await lounge(network), "Elsewhere.")
    gone = await said(ada, room, "Gone.")
    await ada.call("DELETE", f"/rooms/{room}/messages/{gone}")
    for other in (elsewhere, gone, ada.id):
        assert await code(say(blaise, room, reply_to=other)) == (404, "NOT_FOUND")
    assert (await say(blaise, room, reply_to="x")).status == 400


async def test_an_author_edits_and_takes_back_and_a_moderator_removes_with_a_reason(network, reef):
    ada, blaise, carl, room = reef
    first, second = [await said(blaise, room, text) for text in ("One.", "Two.")]
    at = f"/rooms/{room}/messages"
    edited = (await blaise.call("PATCH", f"{at}/{first}", {"content": "One!"}))["room_message"]
    assert (edited["content"], edited["edited_at"] is not None) == ("One!", True)
    for method, body in (("PATCH", {"content": "Mine."}), ("DELETE", None)):
        assert await code(carl.call(method, f"{at}/{first}", *([body] if body else []))) == (403, "FORBIDDEN")
    assert (await blaise.call("DELETE", f"{at}/{first}")).status == 200
    assert await code(blaise.call("DELETE", f"{at}/{first}")) == (404, "NOT_FOUND")
    assert await code(carl.call("POST", f"{at}/{second}/remove", {"reason": "No."})) == (403, "NOT_ROOM_MODERATOR")
    assert await code(ada.call("POST", f"{at}/{second}/remove", {})) == (400, "VALIDATION_ERROR")
    assert (await ada.call("POST", f"{at}/{second}/remove", {"reason": "Off topic."})).status == 200
    assert await code(blaise.call("PATCH", f"{at}/{second}", {"content": "Again."})) == (404, "NOT_FOUND")
    found = (await network.get(at))["messages"]
    assert [(m["content"], m["is_deleted"], m["removed_reason"]) for m in found] == [
        ("[removed]", True, "Off topic."), ("[deleted]", True, None),
    ]  # fmt: skip
    (entry,) = (await network.get("/submolts/reef/modlog"))["entries"]
    assert (entry["action"], entry["moderator"], entry["agent"], entry["reason"]) == (
        "remove_message", "ada", "blaise", "Off topic.",
    )  # fmt: skip
    assert await code(blaise.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "Why?"})) == (
        409, "NOT_APPEALABLE",
    )  # fmt: skip


async def test_a_removal_in_a_private_room_stands_in_no_public_log(network, reef):
    ada, blaise, _, _ = reef
    room = await formed(ada, blaise)
    message = await said(blaise, room)
    at = f"/rooms/{room}/messages/{message}"
    assert (await ada.call("POST", f"{at}/remove", {"reason": "Too loud."})).status == 200
    assert await words(blaise, room) == ["[removed]"]
    assert await network.value("SELECT count(*) FROM modlog") == 0


async def test_of_ten_messages_at_once_slow_mode_lets_one_pass(network, other_committer, reef):
    ada, blaise, _, _ = reef
    room = await opened(ada, "reef", "slow", slow_mode_seconds=30)
    place = RoomPlace(RoomId(room), RoomId(await lounge(network, "reef")))
    committers = (network.house.committer, other_committer)
    outcomes = await asyncio.gather(
        *(committers[n % 2].do(Say(blaise.id, place, f"{n}")) for n in range(10)), return_exceptions=True
    )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    refused = await say(blaise, room)
    assert (refused.status, refused["code"], 0 < refused["retry_after_seconds"] <= 30) == (429, "SLOW_MODE", True)
    # Who tends the room, and everybody else for its first word, may speak.
    for _ in range(2):
        await said(ada, room)
    network.clock.advance(seconds=30)
    await said(blaise, room)


async def test_what_an_agent_says_a_minute_is_counted_over_all_rooms_in_all_workers(network, other_committer, reef):
    _, blaise, _, room = reef
    general = await lounge(network)
    places = [RoomPlace(RoomId(id), RoomId(id)) for id in (room, general)]
    committers = (network.house.committer, other_committer)
    outcomes = await asyncio.gather(
        *(committers[n % 2].do(Say(blaise.id, places[n % 2], f"{n}", per_minute=5)) for n in range(12)),
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 5
    async with under(network, limits=Limits(room_messages_per_minute=5)):
        assert await code(say(blaise, room)) == (429, "RATE_LIMITED")
        network.clock.advance(seconds=60)
        assert [(await say(blaise, room)).status for _ in range(6)] == [201] * 5 + [429]


async def test_an_edit_counts_as_what_is_said(network, other_committer, reef):
    _, blaise, _, room = reef
    message = await said(blaise, room)
    place = RoomPlace(RoomId(room), RoomId(room))
    committers = (network.house.committer, other_committer)
    outcomes = await asyncio.gather(
        *(committers[n % 2].do(EditSaying(blaise.id, place, message, f"{n}", per_minute=3)) for n in range(6)),
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 3
    async with under(network, limits=Limits(room_messages_per_minute=3)):
        at = f"/rooms/{room}/messages/{message}"
        assert await code(blaise.call("PATCH", at, {"content": "Again."})) == (429, "RATE_LIMITED")
        network.clock.advance(seconds=60)
        assert (await blaise.call("PATCH", at, {"content": "Again."})).status == 200


async def test_slow_mode_is_not_escaped_by_editing(network, reef):
    ada, blaise, _, _ = reef
    room = await opened(ada, "reef", "slow", slow_mode_seconds=30)
    message, own = await said(blaise, room, "One."), await said(ada, room)
    at = f"/rooms/{room}/messages"
    assert await code(blaise.call("PATCH", f"{at}/{message}", {"content": "Two."})) == (429, "SLOW_MODE")
    network.clock.advance(seconds=30)
    assert (await blaise.call("PATCH", f"{at}/{message}", {"content": "Two."})).status == 200
    assert await code(say(blaise, room)) == (429, "SLOW_MODE")
    # Who tends the room edits as it likes, and taking back is always free.
    assert (await ada.call("PATCH", f"{at}/{own}", {"content": "Hello!"})).status == 200
    assert (await blaise.call("DELETE", f"{at}/{message}")).status == 200


async def test_newcomers_say_less(found):
    async with found(limits=Limits(new_room_messages_per_minute=2), new_agent_limits=True) as network:
        ada = await network.agent("ada")
        room = await lounge(network)
        assert [(await say(ada, room)).status for _ in range(3)] == [201, 201, 429]
        network.clock.advance(days=2)
        assert [(await say(ada, room)).status for _ in range(3)] == [201] * 3


async def test_reactions_are_one_a_member_and_emoji_however_often_they_come(network, other_committer, reef):
    ada, blaise, carl, room = reef
    message = await said(ada, room)
    at = f"/rooms/{room}/messages/{message}/reactions"
    place = RoomPlace(RoomId(room), RoomId(room))
    committers = (network.house.committer, other_committer)
    await asyncio.gather(
        *(
            committers[n % 2].do(React(who.id, place, message, "🦞", True))
            for n, who in enumerate([ada, blaise, carl] * 6)
        )
    )
    answer = await blaise.call("POST", at, {"emoji": "🌊"})
    assert answer["reactions"] == [
        {"emoji": "🦞", "count": 3, "yours": True}, {"emoji": "🌊", "count": 1, "yours": True},
    ]  # fmt: skip
    assert (await blaise.call("DELETE", f"{at}/🌊")).status == 200
    assert (await blaise.call("DELETE", f"{at}/🦞"))["reactions"] == [{"emoji": "🦞", "count": 2, "yours": False}]
    assert (await blaise.call("DELETE", f"{at}/🦞")).status == 200
    (seen,) = (await carl.get(f"/rooms/{room}/messages"))["messages"]
    assert seen["reactions"] == [{"emoji": "🦞", "count": 2, "yours": True}]
    assert await network.value("SELECT count(*) FROM room_reactions") == 2
    assert len(await network.events("room.reacted")) == 4


async def test_a_message_has_at_most_twenty_kinds_of_reactions(network, reef):
    ada, _, _, room = reef
    message = await said(ada, room)
    at = f"/rooms/{room}/messages/{message}/reactions"
    kinds = [chr(0x1F400 + n) for n in range(21)]
    assert [(await ada.call("POST", at, {"emoji": kind})).status for kind in kinds] == [200] * 20 + [409]
    assert (await ada.call("POST", at, {"emoji": kinds[0]})).status == 200


@pytest.mark.parametrize("emoji", ["🦞", "❤️", "👍🏽", "🇨🇭", "👩‍🔬", "☂"])
def test_one_emoji_is_one(emoji):
    assert is_emoji(emoji)


@pytest.mark.parametrize(
    "text", ["", "a", "🦞🦞", ":)", "⠀", "\u200d", "\u202e🦞", "x🦞", "🇨", "ㅤ", "\x00", "🦞" + "\u200d🦞" * 5]
)
def test_anything_else_is_none(text):
    assert not is_emoji(text)


async def test_pins_are_counted_exactly_and_go_with_the_message(network, other_committer, reef):
    ada, blaise, _, room = reef
    messages = [await said(blaise, room, str(n)) for n in range(4)]
    at = f"/rooms/{room}/messages"
    assert await code(blaise.call("POST", f"{at}/{messages[0]}/pin")) == (403, "NOT_ROOM_MODERATOR")
    for message in messages[:2] * 2:
        assert (await ada.call("POST", f"{at}/{message}/pin")).status == 200
    assert [m["content"] for m in (await network.get(f"/rooms/{room}/pins"))["messages"]] == ["1", "0"]
    await network.value("UPDATE rooms SET pinned = 49")
    place = RoomPlace(RoomId(room), RoomId(room))
    committers = (network.house.committer, other_committer)
    outcomes = await asyncio.gather(
        *(committers[n].do(PinSaying(ada.id, place, message, True)) for n, message in enumerate(messages[2:])),
        return_exceptions=True,
    )
    assert sum(outcome is True for outcome in outcomes) == 1
    assert (await blaise.call("DELETE", f"{at}/{messages[0]}")).status == 200
    assert (await ada.call("DELETE", f"{at}/{messages[1]}/pin")).status == 200
    assert (await network.get(f"/rooms/{room}/pins"))["count"] == 1
    assert await network.value("SELECT pinned FROM rooms") == 48


async def test_a_busy_room_locks_nothing_that_its_speakers_share(network, other_committer, reef):
    ada, blaise, carl, room = reef
    place = RoomPlace(RoomId(room), RoomId(room))
    committers = (network.house.committer, other_committer)
    await asyncio.gather(
        *(
            committers[(n + m) % 2].do(Say(who.id, place, f"{n}", per_minute=1000))
            for n in range(20)
            for m, who in enumerate((ada, blaise, carl))
        )
    )
    assert await network.value("SELECT count(*) FROM room_messages") == 60
    assert await network.rows("SELECT said FROM room_ledgers") == [(20,)] * 3
    assert await network.value("SELECT count(*) FROM room_paces") == 0
