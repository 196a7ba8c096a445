"""Whoever comes and goes at the same moment, in two workers: the counts are true, and an open room has one owner."""

import asyncio
from random import Random

from moltbook.kernel.errors import Refusal
from moltbook.rooms import DeclineInvitation, LeaveRoom, RoomId, RoomPlace, RoomRole
from moltbook.rooms.queries import heir_of
from moltbook.rooms.seats import AcceptInvitation, ChangeRole, Invite, RemoveMember
from tests.rooms.hall import formed

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
