"""Private rooms: found by their members only, entered by consent, never without an owner."""

import asyncio

import pytest

from moltbook.api import ENDPOINTS
from moltbook.rooms import LeaveRoom, RoomId, RoomPlace
from moltbook.rooms.invitations import Invite, SayNo
from moltbook.rooms.seats import AcceptInvitation
from moltbook.settings import Limits
from tests.rooms.hall import code, formed, said, say, words
from tests.world import under


async def test_a_private_room_is_entered_by_consent_and_hidden_from_everybody_else(network):
    ada, blaise, carl, dido = await network.agents("ada", "blaise", "carl", "dido")
    answer = await ada.call(
        "POST", "/rooms", {"name": "Back room", "topic": "Quiet.", "invite": ["blaise", "carl", "nobody", "ada"]}
    )
    room = answer["room"]["id"]
    assert (answer["invited"], answer["not_invited"]) == (["blaise", "carl"], ["nobody", "ada"])
    assert (answer["room"]["is_private"], answer["room"]["your_role"], answer["room"]["submolt"]) == (
        True, "owner", None,
    )  # fmt: skip
    (waiting,) = (await blaise.get("/rooms/invitations"))["invitations"]
    assert (waiting["room"], waiting["from"]["name"]) == (
        {"id": room, "name": "Back room", "topic": "Quiet."}, "ada",
    )  # fmt: skip
    # Who is only invited reads nothing yet.
    for who in (blaise, dido):
        for path in ("", "/members", "/messages", "/pins"):
            assert await code(who.get(f"/rooms/{room}{path}")) == (404, "NOT_FOUND")
            assert (await network.call("GET", f"/rooms/{room}{path}")).status == 404
        for call in (say(who, room), who.call("POST", f"/rooms/{room}/members"), who.call("DELETE", f"/rooms/{room}")):
            assert await code(call) == (404, "NOT_FOUND")
    assert (await blaise.call("POST", f"/rooms/{room}/invitations/accept"))["room"]["your_role"] == "member"
    assert (await carl.call("POST", f"/rooms/{room}/invitations/decline")).status == 200
    for who in (carl, dido):
        assert await code(who.call("POST", f"/rooms/{room}/invitations/accept")) == (404, "NOT_FOUND")
    await said(blaise, room, "Hello, ada.")
    assert await words(ada, room) == ["Hello, ada."]
    members = await blaise.get(f"/rooms/{room}/members")
    assert ({m["name"]: m["role"] for m in members["members"]}, members["invited"]) == (
        {"ada": "owner", "blaise": "member"}, [],
    )  # fmt: skip
    assert await network.rows("SELECT seated, asked FROM rooms") == [(2, 0)]
    bodies = await network.events("room.opened", "room.invited", "room.joined", "room.uninvited", "room.said")
    assert [(b["kind"], b.get("agent_id"), b["private"], "submolt_id" in b) for b in bodies] == [
        ("room.opened", None, True, False), ("room.joined", ada.id, True, False),
        *sorted(("room.invited", who.id, True, False) for who in (blaise, carl)),
        ("room.joined", blaise.id, True, False), ("room.uninvited", carl.id, True, False),
        ("room.said", None, True, False),
    ]  # fmt: skip


async def test_a_stranger_cannot_tell_a_private_room_from_none(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await formed(ada, blaise)
    words = {"message_id": await said(ada, room), "member": "blaise", "emoji": "🦞"}
    bodies = {"reason": "No.", "content": "C", "emoji": "🦞", "invite": ["blaise"], "role": "member", "topic": "T"}
    routes = [e for e in ENDPOINTS if e.path.startswith("/rooms/{id}")]
    assert len(routes) > 20
    for endpoint in routes:
        for key in (carl.key, None):
            told = []
            for id in (room, "01890000-0000-7000-8000-000000000000"):
                path = endpoint.path.format(id=id, **words)
                body = {"json": bodies} if endpoint.body else {}
                answer = await network.call(endpoint.method, path, key=key, **body)
                assert answer.status == (404 if key or endpoint.method == "GET" else 401), (endpoint.path, answer.body)
                told.append({k: v for k, v in answer.json.items() if k not in ("path", "timestamp")})
            assert told[0] == told[1], endpoint.path


async def test_who_blocked_the_host_is_not_invited_and_nobody_is_told_why(network):
    ada, blaise, _ = await network.agents("ada", "blaise", "carl")
    room = await formed(ada)
    await blaise.call("POST", "/agents/ada/block")
    await ada.call("POST", "/agents/carl/block")
    answer = await ada.call("POST", f"/rooms/{room}/invitations", {"invite": ["blaise", "carl", "nobody"]})
    assert (answer.status, answer["invited"], answer["not_invited"]) == (200, [], ["blaise", "carl", "nobody"])
    assert (await blaise.get("/rooms/invitations"))["count"] == 0
    assert await network.events("room.invited") == []


async def test_a_no_stands_for_a_week_against_the_room_and_the_one_who_invited(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await formed(ada, carl)
    await ada.call("PATCH", f"/rooms/{room}/members/carl", {"role": "moderator"})
    invite = (f"/rooms/{room}/invitations", {"invite": ["blaise"]})

    async def invited():
        """Who of these can invite it now: each of the two into this room, each into a new one."""
        answers = [
            await who.call("POST", path, body)
            for who in (ada, carl)
            for path, body in (invite, ("/rooms", {"name": "New", "invite": ["blaise"]}))
        ]
        return ["blaise" in answer["invited"] for answer in answers]

    for _ in range(2):
        assert (await ada.call("POST", *invite))["invited"] == ["blaise"]
        assert (await blaise.call("POST", f"/rooms/{room}/invitations/decline")).status == 200
        assert await invited() == [False, False, False, True]
        network.clock.advance(days=7)
    assert await code(blaise.call("POST", f"/rooms/{room}/invitations/decline")) == (404, "NOT_FOUND")
    assert await invited() == [True, True, False, True]


async def test_of_a_no_and_an_invitation_at_once_the_no_stands_or_is_not_asked(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    place = RoomPlace(RoomId(await formed(ada)), None)
    committers = (network.house.committer, other_committer)
    for n in range(8):
        assert (await committers[0].do(Invite(ada.id, place, (blaise.id,)))).invited == (blaise.id,)
        done = await asyncio.gather(
            *(committers[n % 2].do(SayNo(blaise.id, place, ada.id)) for _ in range(2)),
            *(committers[(n + 1) % 2].do(Invite(ada.id, place, (blaise.id,))) for _ in range(4)),
            return_exceptions=True,
        )
        assert [one.invited for one in done[2:]] == [()] * 4
        assert await network.value("SELECT count(*) FROM room_invitations") == 0
        network.clock.advance(days=7)


async def test_roles_are_given_by_the_owner_and_the_room_is_handed_over(network):
    ada, blaise, carl, _ = await network.agents("ada", "blaise", "carl", "dido")
    room = await formed(ada, blaise, carl)
    at = f"/rooms/{room}/members"
    assert await code(carl.call("POST", f"/rooms/{room}/invitations", {"invite": ["dido"]})) == (
        403, "NOT_ROOM_MODERATOR",
    )  # fmt: skip
    assert await code(carl.call("PATCH", f"{at}/carl", {"role": "owner"})) == (403, "NOT_ROOM_OWNER")
    assert (await ada.call("PATCH", f"{at}/blaise", {"role": "moderator"})).status == 200
    assert (await blaise.call("POST", f"/rooms/{room}/invitations", {"invite": ["dido"]}))["invited"] == ["dido"]
    assert (await blaise.call("DELETE", f"{at}/dido")).status == 200
    assert await network.rows("SELECT seated, asked FROM rooms") == [(3, 0)]
    assert await code(blaise.call("DELETE", f"{at}/ada")) == (409, "OWNER_STAYS")
    assert (await ada.call("PATCH", f"{at}/carl", {"role": "moderator"})).status == 200
    assert await code(blaise.call("DELETE", f"{at}/carl")) == (403, "NOT_ROOM_MODERATOR")
    assert await code(ada.call("PATCH", f"{at}/ada", {"role": "member"})) == (409, "OWNER_STAYS")
    assert (await ada.call("PATCH", f"{at}/blaise", {"role": "owner"})).status == 200
    roles = {m["name"]: m["role"] for m in (await ada.get(at))["members"]}
    assert roles == {"ada": "moderator", "blaise": "owner", "carl": "moderator"}
    assert (await blaise.call("DELETE", f"{at}/carl")).status == 200
    assert await code(carl.get(f"/rooms/{room}")) == (404, "NOT_FOUND")
    assert await code(say(carl, room)) == (404, "NOT_FOUND")
    assert (await blaise.call("PATCH", f"/rooms/{room}", {"name": "Reading room"}))["room"]["name"] == "Reading room"
    assert await code(ada.call("DELETE", f"/rooms/{room}")) == (403, "NOT_ROOM_OWNER")
    assert (await blaise.call("DELETE", f"/rooms/{room}")).status == 200
    assert await code(say(ada, room)) == (409, "ROOM_CLOSED")


async def test_an_owner_who_leaves_is_followed_and_the_last_one_closes_the_room(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = await formed(ada, carl, blaise)
    await ada.call("PATCH", f"/rooms/{room}/members/blaise", {"role": "moderator"})
    assert (await ada.call("POST", f"/rooms/{room}/leave")).status == 200
    assert await code(ada.call("POST", f"/rooms/{room}/leave")) == (404, "NOT_FOUND")
    roles = {m["name"]: m["role"] for m in (await carl.get(f"/rooms/{room}/members"))["members"]}
    assert roles == {"blaise": "owner", "carl": "member"}
    assert (await blaise.call("DELETE", f"/rooms/{room}/members/blaise")).status == 200
    assert (await carl.call("POST", f"/rooms/{room}/leave")).status == 200
    assert await network.value("SELECT closed_at IS NOT NULL FROM rooms")
    assert len(await network.events("room.closed")) == 1


async def test_an_heir_that_is_gone_is_no_heir(network):
    ada, blaise = await network.agents("ada", "blaise")
    room = RoomPlace(RoomId(await formed(ada, blaise)), None)
    do = network.house.committer.do
    assert await do(LeaveRoom(ada.id, room, None)) is False
    assert await do(LeaveRoom(ada.id, room, ada.id)) is False
    assert await network.value("SELECT count(*) FROM room_members") == 2
    assert await do(LeaveRoom(ada.id, room, blaise.id)) is True


async def test_a_room_has_fifty_seats_whoever_takes_them_at_once(network, other_committer):
    ada, *guests = await network.agents("ada", *(f"guest-{n}" for n in range(12)))
    room = RoomPlace(RoomId(await formed(ada)), None)
    await network.value("UPDATE rooms SET seated = 44")
    committers = (network.house.committer, other_committer)
    outcomes = await asyncio.gather(
        *(committers[n % 2].do(Invite(ada.id, room, (guest.id,))) for n, guest in enumerate(guests)),
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 6
    assert await network.rows("SELECT seated, asked FROM rooms") == [(44, 6)]
    invited = [agent for (agent,) in await network.rows("SELECT agent_id FROM room_invitations")]
    await asyncio.gather(
        *(committers[n % 2].do(AcceptInvitation(agent, room)) for n, agent in enumerate(invited * 2)),
        return_exceptions=True,
    )
    assert await network.rows("SELECT seated, asked FROM rooms") == [(50, 0)]
    assert await network.value("SELECT count(*) FROM room_members") == 7


async def test_invitations_of_a_day_are_counted_exactly(network):
    ada, *guests = await network.agents("ada", *(f"guest-{n}" for n in range(5)))
    room = await formed(ada)
    async with under(network, limits=Limits(room_invitations_per_day=3)):
        answers = await asyncio.gather(
            *(ada.call("POST", f"/rooms/{room}/invitations", {"invite": [guest.name]}) for guest in guests)
        )
        assert sorted(answer.status for answer in answers) == [200, 200, 200, 429, 429]
        assert await code(ada.call("POST", "/rooms", {"name": "Another", "invite": ["guest-0"]})) == (
            429, "RATE_LIMITED",
        )  # fmt: skip
        network.clock.advance(days=1)
        assert (await ada.call("POST", "/rooms", {"name": "Another", "invite": ["guest-0"]})).status == 201


@pytest.mark.parametrize("body", [{}, {"name": " "}, {"name": "x" * 101}, {"name": "x", "topic": "\x00"}])
async def test_a_room_needs_a_name(network, body):
    ada = await network.agent("ada")
    assert await code(ada.call("POST", "/rooms", body)) == (400, "VALIDATION_ERROR")
