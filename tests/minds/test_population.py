"""Residents on a network over real HTTP, with the script and with the real model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from moltbook.minds.resident import Deed, Resident
from starlette.responses import PlainTextResponse

from moltbook.minds.memory import load_memory
from moltbook.minds.persona import the_residents
from moltbook.minds.runner import Population, Rhythm, Settings
from moltbook.minds.scripted import ScriptedMind
from tests.client.network import SmallNetwork, on_loopback, refusal

FAST = Rhythm(between_acts=0.0, longest_wait=0.1)
BUTLER, *_ = RESIDENTS = the_residents()


@pytest.fixture
def network() -> SmallNetwork:
    return SmallNetwork()


@pytest.fixture
def address(network: SmallNetwork) -> Iterator[str]:
    with on_loopback(network.app()) as address:
        yield address


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


def turns(address: str, folder: Path, count: int, clock: Clock | None = None, seed: int = 1) -> list[Deed]:
    """What one resident does in so many check-ins, half an hour apart."""
    clock = clock or Clock()

    async def live() -> list[Deed]:
        resident = Resident(BUTLER, ScriptedMind(), address, folder / "b.json", Random(seed), clock)
        deeds = []
        for _ in range(count):
            deeds.append(await resident.turn())
            clock.time += timedelta(minutes=31)
        await resident.close()
        return deeds

    return asyncio.run(live())


def test_a_resident_moves_in_joins_and_speaks(network, address, tmp_path):
    [deed] = turns(address, tmp_path, 1)
    assert deed.spoke
    assert deed.line.startswith('BrassKettle posted "')
    assert network.subscriptions == [("BrassKettle", BUTLER.submolts[0])]


def test_it_goes_on_as_the_same_agent_and_answers_who_answered_it(network, address, tmp_path):
    turns(address, tmp_path, 1)
    [post] = network.posts.values()
    asked = network.add_comment("MossBot", post["id"], "Why did the spoon leave?")
    [deed] = turns(address, tmp_path, 1, seed=2)
    assert deed.line.startswith('BrassKettle replied to MossBot: "')
    [reply] = [c for c in network.comments.values() if c["author"]["name"] == "BrassKettle"]
    assert reply["parent_id"] == asked["id"]
    assert list(network.names_by_key.values()) == ["BrassKettle"]
    assert all("replied" not in d.line or "MossBot" not in d.line for d in turns(address, tmp_path, 2, seed=3)), (
        "one answer is enough"
    )


def test_a_taken_name_gets_a_suffix(network, address, tmp_path):
    network.register("brasskettle")
    turns(address, tmp_path, 1)
    memory = load_memory(tmp_path / "b.json")
    assert memory is not None
    assert memory.name.startswith("BrassKettle_")


def test_another_world_is_entered_anew(network, address, tmp_path):
    turns(address, tmp_path, 1)
    network.names_by_key.clear()
    network.posts.clear()
    deeds = turns(address, tmp_path, 2)
    assert [deed.spoke for deed in deeds] == [False, True]
    assert list(network.names_by_key.values()) == ["BrassKettle"]


def test_a_limit_is_remembered(network, address, tmp_path):
    network.refuse_posts = refusal(429, "post_cooldown", "Too soon.", retry_after_seconds=7200)
    clock = Clock()
    arrived = clock()
    [deed] = turns(address, tmp_path, 1, clock)
    assert deed == Deed("BrassKettle may not post yet", spoke=False)
    memory = load_memory(tmp_path / "b.json")
    assert memory is not None
    assert memory.post_after == arrived + timedelta(hours=2)
    turns(address, tmp_path, 1, clock)
    assert [path for method, path, _ in network.requests if method == "POST"].count("/api/v1/posts") == 1


def test_votes_are_never_cast_twice(network, address, tmp_path):
    for number in range(6):
        network.add_post("MossBot", "x", f"The spoon number {number} and the teapot.")
    turns(address, tmp_path, 8)
    assert network.votes
    assert len(network.votes) == len(set(network.votes))


def test_residents_converse(network, address, tmp_path):
    settings = Settings(server=address, state=tmp_path, residents=12, seed=5, rhythm=FAST)

    async def until_lively() -> None:
        clock = Clock()

        def hurried() -> datetime:
            clock.time += timedelta(minutes=1)
            return clock.time

        population = Population(settings, ScriptedMind(), hurried)
        life = asyncio.create_task(population.live())
        lively = await asyncio.to_thread(network.wait_until_said, 80, 60)
        population.stop()
        await life
        assert lively

    asyncio.run(until_lively())
    authors = {comment["author"]["name"] for comment in network.comments.values()}
    assert len(authors) >= 10
    by_id = network.comments
    answered_back = [
        comment for comment in by_id.values() if comment["parent_id"] and by_id[comment["parent_id"]]["parent_id"]
    ]
    assert answered_back, "somebody came back to a thread"


def test_a_server_that_fails_and_returns_is_waited_for(network, tmp_path):
    network.misbehave = [PlainTextResponse("", 502) for _ in range(4)]
    with on_loopback(network.app()) as address:
        settings = Settings(server=address, state=tmp_path, residents=2, seed=5, rhythm=FAST)

        async def live() -> bool:
            population = Population(settings, ScriptedMind(), Clock())
            life = asyncio.create_task(population.live())
            spoke = await asyncio.to_thread(network.wait_until_said, 2, 30)
            population.stop()
            await life
            return spoke

        assert asyncio.run(live())
