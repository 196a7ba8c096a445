"""A population on a real network: it wakes who is spoken to, pauses, ends, and lives a recorded run again."""

import asyncio
import math
from contextlib import aclosing
from random import Random

import msgspec
import pytest
from rich.console import Console

from moltbook.app import Server
from moltbook.client import AsyncMoltbook, Event, Only
from moltbook.minds.models.model import Candidate, Completed, OutOfBudget
from moltbook.minds.models.recorded import Recorded, Replayed
from moltbook.minds.persona import the_residents
from moltbook.minds.rhythm import LIVELY, NATURAL
from moltbook.minds.runner.clock import LeapingClock, WallClock
from moltbook.minds.runner.ears import Ears
from moltbook.minds.runner.figures import Figures, Talk
from moltbook.minds.runner.founding import LEAP_BEGINS, Cast, Request, founded, paced
from moltbook.minds.runner.population import Plan, Population
from moltbook.minds.runner.pressure import Line, Window
from moltbook.minds.runner.schedule import Schedule
from moltbook.minds.runner.view import plain, screen
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.acts import words_of_act
from moltbook.minds.store import Store, StoreTrouble, order
from moltbook.minds.voice import Voice
from moltbook.minds.wish import Budget, Pending
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening

SECONDS = 60
QUICK = Budget(post_gap_seconds=0.0, comment_gap_seconds=0.0)
NEVER = msgspec.structs.replace(LIVELY, heartbeat_seconds=1e6, talk_share=0.0)


@pytest.fixture
async def server(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        server.address = f"http://127.0.0.1:{port}"
        yield server


def request(server, tmp_path, agents=6, rhythm=NATURAL, **plan):
    plan = {"seed": 5, "spread_seconds": 0.5, "budget": QUICK} | plan
    return Request(
        plan=Plan(server=server.address, **plan), cast=Cast(5, agents, residents=True), state=tmp_path / "p.sqlite",
        rhythm=rhythm,
    )  # fmt: skip


async def test_it_ends_after_as_many_acts_and_goes_on_from_there(server, tmp_path):
    lines = []
    for acts in (5, 5):
        wanted = request(server, tmp_path, rhythm=paced(NATURAL, 50_000.0), acts=acts, listens=False)
        async with asyncio.timeout(SECONDS), founded(wanted, lines.append) as population:
            await population.live()
            assert population.tally.acts_now >= acts
    assert population.figures().acts >= 10
    store = Store(wanted.state)
    assert len(list(store.deeds())) == population.figures().acts
    store.settle(own=["http://elsewhere", "residents"])
    await store.close()
    with pytest.raises(StoreTrouble, match="live on http://elsewhere"):
        async with founded(wanted, lines.append):
            pass


async def test_who_is_spoken_to_answers_at_once(server, tmp_path):
    wanted = request(server, tmp_path, agents=1, rhythm=NEVER, spread_seconds=0.0)
    async with asyncio.timeout(SECONDS), AsyncMoltbook(server.address) as guest, founded(wanted, print) as population:
        await guest.register("Guest", "I ask.")
        mine = guest.events(only=Only.MINE, since=await guest.position())
        async with aclosing(guest.events(groups=["posts"], since=0)) as posts, aclosing(mine):
            life = asyncio.create_task(population.live())
            post = await anext(posts)
            for question in ("Why did the spoon leave the teapot?", "Who polished the lamp in the kitchen?"):
                asked = await guest.create_comment(post.post_id, question)
                async for event in mine:
                    if event.kind == "comment.published":
                        break
                assert (event.parent_id, event.author) == (asked.id, post.author)
            elsewhere = await guest.create_post("general", "The teapot", f"What would @{post.author} do with it?")
            async for event in mine:
                if event.kind == "comment.published":
                    break
            assert (event.post_id, event.author) == (elsewhere.id, post.author)
        population.stop()
        await life


async def test_it_pauses_by_an_order_in_its_file_and_goes_on(server, tmp_path):
    wanted = request(server, tmp_path, rhythm=paced(NATURAL, 50_000.0))
    store = Store(wanted.state)
    store.settle(paused=True)
    await store.close()
    async with asyncio.timeout(SECONDS), founded(wanted, print) as population:
        life = asyncio.create_task(population.live())
        assert population.is_paused
        assert population.figures().turns == 0
        order(wanted.state, paused=False)
        while population.tally.acts < 3:  # noqa: ASYNC110 - it acts in tasks of its own
            await asyncio.sleep(0.01)
        order(wanted.state, paused=True)
        while not population.is_paused or population.figures().under_way:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        turns = population.tally.turns
        await asyncio.sleep(0)
        assert population.tally.turns == turns
        population.stop()
        await life


class Echo:
    """A model that says something else every time: what is replayed cannot come from anywhere but the record."""

    name, thinks = "echo", False

    def __init__(self):
        self.asked = 0

    async def complete(self, ask):
        self.asked += 1
        noun = f"{'abcdefghij'[self.asked % 10]}{'lmnoprst'[self.asked % 8]}amp"
        words = f"and so the {noun} went quietly to the {noun}er on its own today."
        return Completed((Candidate(" " + words, complete=True),))

    async def close(self):
        """Nothing to let go of."""


async def lived(address, state, model):
    """What a population did, in order, with its words."""
    store, line = Store(state), Line(Window(asyncio.get_running_loop().time, Random(1)))
    plan = Plan(server=address, seed=5, at_once=1, spread_seconds=60.0, listens=False, acts=40, budget=QUICK)
    population = Population(
        plan, store, range(5), Cast(5, 5, residents=True).persona, Voice(model, math.inf), line,
        LeapingClock(LEAP_BEGINS), NATURAL, model=model, settles=True,
    )  # fmt: skip
    await population.live()
    done = [msgspec.json.decode(act, type=Pending) for _, act in store.deeds()]
    names = {kept.number: kept.name for kept in store.everybody()}
    authors = [names[number] for number in store.doers()]
    await store.close()
    await line.hang_up()
    assert not population.why_ended.startswith("something"), population.why_ended
    return [(author, *told(pending)) for author, pending in zip(authors, done, strict=True)], population


def told(pending):
    act = pending.wish.act
    return type(act).__name__, pending.wish.author, pending.wish.topic, words_of_act(act), pending.at, pending.key


async def test_a_recorded_run_is_lived_again_to_the_letter_on_a_fresh_network(server, other_dsn, tmp_path):
    recorded = Recorded(Echo(), tmp_path / "record.jsonl")
    async with asyncio.timeout(SECONDS):
        first, _ = await lived(server.address, tmp_path / "first.sqlite", recorded)
        await recorded.close()
        fresh = Server(Settings(data=tmp_path / "other", limits=NO_LIMITS, pool_size=3), other_dsn)
        async with fresh.running(), listening(fresh) as port:
            again, population = await lived(
                f"http://127.0.0.1:{port}", tmp_path / "again.sqlite", Replayed(tmp_path / "record.jsonl")
            )
    for a, b in zip(first, again, strict=False):
        print(a == b, a, b, sep="\n")
        if a != b: break
    assert population.tally.refusals == {}, population.tally.lines
    assert again == first
    assert len(first) >= 40
    assert {kind for _, kind, *_ in first} >= {"Post", "Reply", "Vote"}
