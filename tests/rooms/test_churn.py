"""Whoever comes and goes at the same moment, in two workers: the counts are true, and an open room has one owner."""

import asyncio
from random import Random

import pytest

from moltbook.kernel.errors import NotFound, Refusal
from moltbook.rooms import DeclineInvitation, LeaveRoom, RoomId, RoomPlace, RoomRole
from moltbook.rooms.invitations import Invite
from moltbook.rooms.queries import heir_of
from moltbook.rooms.seats import AcceptInvitation, ChangeRole, RemoveMember
from moltbook.talks import Say
from moltbook.talks.acts import EditSaying, React
from tests.rooms.hall import formed, said

COUNTS = """
SELECT r.seated, r.asked, r.closed_at IS NULL,
    (SELECT count(*) FROM room_members m WHERE m.room_id = r.id),
    (SELECT count(*) FROM room_invitations i WHERE i.room_id = r.id),
    (SELECT count(*) FROM room_members m WHERE m.room_id = r.id AND m.role = 'owner')
FROM rooms r
WHERE r.id = $1
"""


async def test_members_who_come_and_go_at_once_are_counted_and_follow_each_other(network, other_committer):
    members = await network.agents(*(f"member-{n}" for n in range(6)))
    committers = (network.house.committer, other_committer)
    rng = Random(7)
    for _ in range(3):
        place = RoomPlace(RoomId(await formed(*members[:3])), None)

        async def wish(place=place):
            one, other = rng.sample([member.id for member in members], 2)
            match rng.randrange(7):
                case 0 | 1:
                    return Invite(one, place, (other,))
                case 2 | 3:
                    return AcceptInvitation(one, place)
                case 4:
                    return rng.choice((DeclineInvitation(one, place), RemoveMember(one, place, other)))
                case 5:
                    return ChangeRole(one, place, other, rng.choice(list(RoomRole)))
                case _:
                    return LeaveRoom(one, place, await heir_of(network.house.pool, place, one))

        async def go(number):
            for _ in range(12):
                try:
                    await committers[number % 2].do(await wish())
                except Refusal:
                    continue

        await asyncio.gather(*(go(number) for number in range(6)))
        ((seated, asked, is_open, members_in, invited, owners),) = await network.rows(COUNTS, place.id)
        assert (seated, asked) == (members_in, invited)
        assert owners == (1 if members_in else 0)
        assert is_open or members_in == 0


WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
HOLD = "UPDATE log_head SET seq = seq WHERE one"


@pytest.mark.parametrize("does", [Say, EditSaying, React])
async def test_who_is_removed_says_nothing_after_it_has_left(network, other_committer, does):
    ada, blaise = await network.agents("ada", "blaise")
    place = RoomPlace(RoomId(await formed(ada, blaise)), None)
    message = await said(blaise, place.id)
    wishes = {
        Say: Say(blaise.id, place, "Late."),
        EditSaying: EditSaying(blaise.id, place, message, "Late."),
        React: React(blaise.id, place, message, "🦞", True),
    }

    async def waiting(many):
        while await network.value(WAITING) < many:
            pass

    # The head of the log is held until the removal and then the words stand at it, or before it.
    async with network.house.pool.acquire() as connection, connection.transaction():
        await connection.execute(HOLD)
        removal = asyncio.ensure_future(network.house.committer.do(RemoveMember(ada.id, place, blaise.id)))
        await waiting(1)
        words = asyncio.ensure_future(other_committer.do(wishes[does]))
        await waiting(2)
    outcomes = await asyncio.gather(removal, words, return_exceptions=True)
    assert (outcomes[0], type(outcomes[1])) == (None, NotFound)
    assert (await network.rows("SELECT kind FROM events ORDER BY seq DESC LIMIT 1")) == [("room.left",)]
