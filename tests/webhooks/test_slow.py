"""Slow receivers: they keep nobody else waiting, and what waited for them is not sent as it was."""

import asyncio

from moltbook.gateway import line as lines
from moltbook.gateway import turns
from moltbook.house import courier as couriers
from tests.webhooks.receiver import answer
from tests.webhooks.sending import at_rest, hooked, kinds, later, sending, until


async def test_so_many_have_their_turn_side_by_side_and_the_others_come_after_them(house, tarpit, monkeypatch):
    monkeypatch.setattr(turns, "SIDE_BY_SIDE", 2)
    monkeypatch.setattr(turns, "SLOW_SECONDS", 3600.0)
    members = await house.agents("ada", "blaise", "clea")
    for n in range(5):
        await hooked(members[n % 3], tarpit, f"/{n}", groups=["posts"])
    async with sending(house):
        await house.post(members[0])
        first = await tarpit.some(2)
        tarpit.let_go()
        got = [*first, *await tarpit.some(3)]
    assert sorted(one.target for one in got) == [f"/hook/{n}" for n in range(5)]
    assert tarpit.most_at_once == 2


async def test_one_agent_has_two_turns_at_a_time_and_leaves_the_places_to_others(house, receiver, tarpit, monkeypatch):
    monkeypatch.setattr(turns, "SIDE_BY_SIDE", 3)
    monkeypatch.setattr(turns, "SLOW_SECONDS", 3600.0)
    ada, blaise = await house.agents("ada", "blaise")
    for n in range(5):
        await hooked(ada, tarpit, f"/{n}", groups=["posts"])
    await hooked(blaise, receiver, groups=["posts"])
    async with sending(house):
        for n in range(3):
            post = await house.post(ada, f"Thought {n}")
            assert (await receiver.next()).json["post_id"] == post
        await tarpit.some(2)
        assert len(tarpit.got) == 2
        tarpit.let_go()
        targets = [one.target for one in [*tarpit.got[:2], *await tarpit.some(13)]]
        assert sorted(targets) == sorted(f"/hook/{n}" for n in range(5) for _ in range(3))
    assert tarpit.most_at_once == 2


async def test_receivers_that_answer_late_keep_nobody_from_a_turn(house, receiver, tarpit, monkeypatch):
    monkeypatch.setattr(turns, "SIDE_BY_SIDE", 2)
    monkeypatch.setattr(turns, "SLOW_SECONDS", 0.1)
    ada, blaise, clea, dido = await house.agents("ada", "blaise", "clea", "dido")
    for member in (ada, blaise, clea):
        await hooked(member, tarpit, groups=["posts"])
    await hooked(dido, receiver, groups=["posts"])
    async with sending(house):
        posts = [await house.post(ada, f"Thought {n}") for n in range(2)]
        assert [one.json["post_id"] for one in await receiver.some(2)] == posts
        await tarpit.some(3)
        assert len(tarpit.got) == 3


async def test_what_could_not_be_tried_comes_later_and_is_held_against_nobody(house, receiver, monkeypatch):
    monkeypatch.setattr(couriers, "OF_ONE", 0)
    ada, blaise = await house.agents("ada", "blaise")
    hook = await hooked(ada, receiver, groups=["posts"])
    async with sending(house) as posting:
        post = await house.post(blaise)
        await until(lambda: at_rest(posting))
        shown = (await ada.get(f"/webhooks/{hook['id']}"))["webhook"]
        assert (shown["attempts"], shown["failing_since"], shown["last_error"]) == (0, None, None)
        assert not receiver.got
        monkeypatch.setattr(couriers, "OF_ONE", 4)
        await later(house, ada, hook, seconds=6)
        assert (await receiver.next()).json["post_id"] == post


async def held(house, receiver, monkeypatch):
    """A webhook whose receiver holds a delivery back, and what lets it go on; three messages of a room wait behind."""
    monkeypatch.setattr(lines, "FRESH_SECONDS", 3600.0)
    ada, blaise = await house.agents("ada", "blaise")
    room = (await ada.call("POST", "/rooms", {"name": "secret", "invite": ["blaise"]}))["room"]["id"]
    assert (await blaise.call("POST", f"/rooms/{room}/invitations/accept")).status == 200
    await hooked(blaise, receiver, groups=["rooms"])
    released = asyncio.Event()

    async def wait(_):
        await released.wait()
        return answer(200)

    receiver.script.append(wait)
    return ada, room, released


async def said(ada, room, count):
    answers = [await ada.call("POST", f"/rooms/{room}/messages", {"content": f"Secret {n}."}) for n in range(count)]
    return [answer["room_message"]["id"] for answer in answers]


async def waits(posting, count):
    async def look():
        return [len(line.waiting) for line in posting._lines.values()] == [count]

    await until(look)


async def test_words_taken_back_while_they_waited_behind_a_slow_receiver_are_not_sent(house, receiver, monkeypatch):
    ada, room, released = await held(house, receiver, monkeypatch)
    async with sending(house) as posting:
        messages = await said(ada, room, 4)
        assert (await receiver.next()).json["words"] == {"content": "Secret 0."}
        await waits(posting, 4)
        for message in messages[1:]:
            assert (await ada.call("DELETE", f"/rooms/{room}/messages/{message}")).status == 200
        await waits(posting, 7)
        # By now all of it has waited for longer than it may.
        monkeypatch.setattr(lines, "FRESH_SECONDS", 0.0)
        released.set()
        got = await receiver.some(6)
        assert kinds(got) == ["room.said"] * 3 + ["room.unsaid"] * 3
        assert not any(b"Secret" in one.body for one in got)


async def test_who_is_out_of_a_room_gets_nothing_more_of_what_waited(house, receiver, monkeypatch):
    ada, room, released = await held(house, receiver, monkeypatch)
    async with sending(house) as posting:
        await said(ada, room, 4)
        await receiver.next()
        await waits(posting, 4)
        assert (await ada.call("DELETE", f"/rooms/{room}/members/blaise")).status == 200
        await until(lambda: is_doubted(posting))
        released.set()
        # In order: all that was said before is skipped.
        assert (await receiver.next()).json["kind"] == "room.left"


async def is_doubted(posting):
    return any(line.is_doubted for line in posting._lines.values())
