"""Names whose servers are silent: what they hold up is their owner's."""

import asyncio
import threading

import pytest

from moltbook.house import Courier
from moltbook.house import courier as couriers
from moltbook.house import resolver as resolvers
from moltbook.house.resolver import Resolver, TooManyAsked
from moltbook.kernel.errors import Unavailable
from tests.webhooks.receiver import answer, receiving


class Names:
    """Stands in for the system: a name that begins with `silent` is not answered until it is let go."""

    def __init__(self):
        self.asked = []
        self.let_go = threading.Event()

    def __call__(self, host, port):
        self.asked.append(host)
        if host.startswith("silent") and not self.let_go.wait(30):
            raise OSError("no server answers")
        return ["127.0.0.1"]


@pytest.fixture
async def names():
    names = Names()
    names.resolver = Resolver(names)
    yield names
    names.let_go.set()
    names.resolver.stop()


async def given_up(*asking):
    """Those who ask go away before anything is answered."""
    tasks = [asyncio.ensure_future(one) for one in asking]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    assert all(isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*tasks, return_exceptions=True))


async def test_names_that_are_silent_hold_up_nobody_but_their_owner(names):
    resolver = names.resolver
    for n in range(20):
        await given_up(*(resolver(f"silent-{n}-{k}.example", 443, f"agent {n}") for k in range(2)))
    assert await resolver("victim.example", 443, "ada") == ["127.0.0.1"]
    # Whoever asked is gone; what was asked is not, so the next name is refused at once.
    with pytest.raises(TooManyAsked):
        await resolver("third.example", 443, "agent 0")
    assert "third.example" not in names.asked


async def test_a_name_that_is_being_asked_is_not_asked_again(names):
    await given_up(*(names.resolver("silent.example", 443, f"agent {n}") for n in range(5)))
    waiting = [asyncio.ensure_future(names.resolver("silent.example", 443, "ada")) for _ in range(3)]
    await asyncio.sleep(0)
    names.let_go.set()
    assert await asyncio.gather(*waiting) == [["127.0.0.1"]] * 3
    assert names.asked == ["silent.example"]
    assert await names.resolver("silent.example", 443, "ada") == ["127.0.0.1"]
    assert names.asked == ["silent.example"] * 2


async def test_nobody_waits_for_a_thread(names, monkeypatch):
    monkeypatch.setattr(resolvers, "IN_ALL", 3)
    await given_up(*(names.resolver(f"silent-{n}.example", 443, f"agent {n}") for n in range(3)))
    with pytest.raises(TooManyAsked):
        await names.resolver("victim.example", 443, "ada")


async def test_for_a_number_nobody_is_asked_however_it_is_spelled(names):
    for host, found in (("1.1.1.1", "1.1.1.1"), ("127.1", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("::1", "::1")):
        assert await names.resolver(host, 443, "ada") == [found]
    assert names.asked == []


async def test_the_system_says_what_a_name_stands_for():
    resolver = Resolver()
    assert set(await resolver("localhost", 80, "ada")) <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match="Errno"):
        await resolver("no-such-name.invalid", 80, "ada")
    resolver.stop()


async def test_so_many_calls_on_one_behalf_wait_for_an_answer_and_others_go_on(monkeypatch):
    monkeypatch.setattr(couriers, "OF_ONE", 2)
    courier = Courier(private=True)
    released = asyncio.Event()

    async def wait(_):
        await released.wait()
        return answer(200)

    async with receiving() as receiver:
        receiver.script += [wait, wait]
        held = [asyncio.ensure_future(courier.post(receiver.url, {}, b"{}", whose="ada")) for _ in range(2)]
        await receiver.some(2)
        with pytest.raises(Unavailable):
            await courier.post(receiver.url, {}, b"{}", whose="ada")
        assert (await courier.post(receiver.url, {}, b"{}", whose="blaise")).status == 204
        released.set()
        assert [one.status for one in await asyncio.gather(*held)] == [200, 200]
        assert (await courier.post(receiver.url, {}, b"{}", whose="ada")).status == 204
    await courier.stop()
