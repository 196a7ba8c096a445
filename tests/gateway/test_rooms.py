"""Rooms: what is said in a private one reaches those who are in it at that moment, and nobody else."""

from datetime import UTC, datetime

import msgspec
import pytest

from moltbook.db.world import Act, Event
from moltbook.gateway.happening import happenings
from moltbook.kernel.ids import new_id
from moltbook.log import Entry
from tests.gateway.listening import caught_up, listen, open_hub

# As the log knows it: in a room is who joined it and has not left.
ROOMS = """
SELECT room_id
FROM (
    SELECT DISTINCT ON (body->>'room_id') body->>'room_id' AS room_id, kind
    FROM events
    WHERE kind IN ('room.joined', 'room.left') AND body->>'agent_id' = $1
    ORDER BY body->>'room_id', seq DESC
) last
WHERE kind = 'room.joined'
"""


class Joined(Event, frozen=True, tag="room.joined"):
    room_id: str
    private: bool
    agent_id: str


class Left(Event, frozen=True, tag="room.left"):
    room_id: str
    private: bool
    agent_id: str


class Invited(Event, frozen=True, tag="room.invited"):
    room_id: str
    private: bool
    agent_id: str


class Said(Event, frozen=True, tag="room.said"):
    room_id: str
    private: bool
    message_id: str


class Tell(Act[None], frozen=True):
    event: Event
    by: str

    def needs(self, wants):
        pass

    def decide(self, world):
        world.emit(self.event, self.by)


class Room:
    """A room that is only in the log."""

    def __init__(self, network, *, private):
        self.network, self.private, self.id, self.said = network, private, new_id(), 0

    async def tell(self, kind, member):
        await self.network.house.committer.do(Tell(kind(self.id, self.private, member.id), member.id))

    async def say(self, member, text):
        await self.network.house.committer.do(Tell(Said(self.id, self.private, text), member.id))


async def rooms_of(pool, agent_id):
    return [row[0] for row in await pool.fetch(ROOMS, agent_id)]


@pytest.fixture
async def hub(network):
    async with open_hub(network, rooms_of=rooms_of) as hub:
        yield hub


def heard(listener):
    return [event.get("message_id") or event["kind"] for event in listener.heard]


async def test_of_an_open_room_everybody_hears(network, hub):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    room = Room(network, private=False)
    watcher, elsewhere = await listen(network, hub, room=room.id), await listen(network, hub, room=new_id())
    await room.say(ada, "hello")
    await network.post(ada)
    await caught_up(network, hub)
    assert heard(watcher) == ["hello"]
    assert heard(elsewhere) == []


async def test_of_a_private_room_its_members_hear_while_they_are_in_it(network, hub):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    room = Room(network, private=True)
    await room.tell(Joined, ada)
    await caught_up(network, hub)
    start = hub.position
    ears = {who: await listen(network, hub, who, groups="rooms") for who in (ada, blaise, carl)}
    nobody, followed = await listen(network, hub, room=room.id), await listen(network, hub, ada, only="followed")
    await room.say(ada, "1")
    await room.tell(Invited, blaise)
    await room.say(ada, "2")
    await room.tell(Joined, blaise)
    await room.say(ada, "3")
    await room.tell(Left, ada)
    await room.say(blaise, "4")
    await caught_up(network, hub)
    by_ada = ["1", "room.invited", "2", "room.joined", "3", "room.left"]
    assert heard(ears[ada]) == heard(followed) == by_ada
    assert heard(ears[blaise]) == ["room.invited", "room.joined", "3", "room.left", "4"]
    assert heard(ears[carl]) == heard(nobody) == []
    # Who is a member now hears what it missed since it came; who left, nothing but what was about itself.
    late = [await listen(network, hub, who, since=start, groups="rooms") for who in (ada, blaise, carl, None)]
    assert [heard(one) for one in late[1:]] == [heard(ears[blaise]), [], []]
    assert heard(late[0]) == ["room.left"]
    await room.tell(Joined, ada)
    await room.say(blaise, "5")
    await caught_up(network, hub)
    again = await listen(network, hub, ada, since=start, groups="rooms")
    assert heard(again) == ["room.left", "room.joined", "5"]
    assert heard(ears[ada]) == [*by_ada, "room.joined", "5"]


async def test_what_is_for_a_few_stands_in_its_place_among_what_is_for_all(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    room = Room(network, private=True)
    await room.tell(Joined, ada)
    await caught_up(network, hub)
    one, other = await listen(network, hub, ada), await listen(network, hub, blaise)
    expected = []
    for number in range(20):
        await room.say(ada, str(number))
        expected += [str(number), await network.post(blaise)]
    await caught_up(network, hub)
    assert [event.get("message_id") or event["post_id"] for event in one.heard] == expected
    assert [event["post_id"] for event in other.heard] == expected[1::2]


def test_a_room_that_does_not_say_whether_it_is_private_is():
    body = msgspec.json.encode({"kind": "room.said", "room_id": "r"}).decode()
    (one,) = happenings([Entry(1, datetime.now(UTC), "room.said", None, body)])
    assert not one.open
    assert one.private_room == "r"
