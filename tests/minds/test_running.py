"""A population on a real network: it wakes who is spoken to, pauses, ends, and lives a recorded run again."""

import asyncio
import io
import math
from contextlib import aclosing
from random import Random

import msgspec
import pytest
from rich.console import Console

from moltbook.app import Server
from moltbook.client import AsyncMoltbook, Event, Only
from moltbook.minds.acts import words_of_act
from moltbook.minds.beside import order
from moltbook.minds.models.model import Candidate, Completed, OutOfBudget
from moltbook.minds.models.recorded import Recorded, Replayed
from moltbook.minds.rhythm import LIVELY, NATURAL
from moltbook.minds.runner.clock import LeapingClock
from moltbook.minds.runner.ears import Ears
from moltbook.minds.runner.figures import Figures, Talk, Tally
from moltbook.minds.runner.founding import LEAP_BEGINS, Cast, Request, founded, paced
from moltbook.minds.runner.plan import Plan
from moltbook.minds.runner.population import Population
from moltbook.minds.runner.pressure import Line, Window
from moltbook.minds.runner.schedule import Schedule
from moltbook.minds.runner.view import plain, screen
from moltbook.minds.store import Store, StoreTrouble
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


async def test_a_file_that_can_no_longer_be_written_ends_it_with_what_is_wrong(server, tmp_path):
    wanted = request(server, tmp_path)
    store = Store(wanted.state)
    full = "CREATE TRIGGER full BEFORE INSERT ON pending BEGIN SELECT RAISE(FAIL, 'full'); END"
    await store.do(lambda db: db.execute(full))
    await store.close()
    async with asyncio.timeout(SECONDS), founded(wanted, print) as population:
        with pytest.raises(StoreTrouble, match="cannot be written: full"):
            await population.live()


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
        noun, verb, other = (
            "".join(Random(f"{self.asked} {word}").choices("abdefgilmnoprstu", k=6)) for word in range(3)
        )
        words = f"and so the {noun} {verb}ed quietly to the {other} on its own today."
        return Completed((Candidate(" " + words, complete=True),))

    async def close(self):
        """Nothing to let go of."""


async def lived(address, state, model, acts=12):
    """What a population did, in order, with its words."""
    store, line = Store(state), Line(Window(asyncio.get_running_loop().time, Random(1)))
    plan = Plan(server=address, seed=5, at_once=1, spread_seconds=60.0, listens=False, acts=acts, budget=QUICK)
    population = Population(
        plan, store, range(5), Cast(5, 5, residents=True).persona, Voice(model, math.inf), line,
        LeapingClock(LEAP_BEGINS), NATURAL, model=model, settles=True,
    )  # fmt: skip
    await population.live()
    done = [msgspec.json.decode(act, type=Pending) for _, act in store.deeds()]
    names = {kept.number: kept.name for kept in store.everybody()}
    authors = [names[number] for (number,) in store._db.execute("SELECT number FROM deeds ORDER BY seq")]
    await store.close()
    await line.hang_up()
    assert not population.why_ended.startswith("something"), population.why_ended
    return [(author, *told(pending)) for author, pending in zip(authors, done, strict=True)], population


def told(pending):
    act = pending.wish.act
    return type(act).__name__, pending.wish.author, pending.wish.topic, words_of_act(act), pending.at, pending.key


@pytest.mark.parametrize("acts", [12, pytest.param(300, marks=[pytest.mark.proof, pytest.mark.timeout(1200)])])
async def test_a_recorded_run_is_lived_again_to_the_letter_on_a_fresh_network(server, other_dsn, tmp_path, acts):
    recorded = Recorded(Echo(), tmp_path / "record.jsonl")
    async with asyncio.timeout(4 * SECONDS + 3 * acts):
        first, _ = await lived(server.address, tmp_path / "first.sqlite", recorded, acts)
        await recorded.close()
        replayed = Replayed(tmp_path / "record.jsonl")
        fresh = Server(Settings(data=tmp_path / "other", limits=NO_LIMITS, pool_size=3), other_dsn)
        async with fresh.running(), listening(fresh) as port:
            again, population = await lived(f"http://127.0.0.1:{port}", tmp_path / "again.sqlite", replayed, acts)
    await replayed.close()
    assert population.tally.refusals == {}, population.tally.lines
    assert again == first
    assert len(first) >= acts
    assert {kind for _, kind, *_ in first} >= {"Post", "Vote"}


class Broke(Echo):
    """A model whose budget ends after a few texts."""

    async def complete(self, ask):
        if self.asked >= 3:
            raise OutOfBudget("3 of 3 tokens are spent")
        return await super().complete(ask)


async def test_it_ends_when_the_budget_does(server, tmp_path):
    async with asyncio.timeout(SECONDS):
        done, population = await lived(server.address, tmp_path / "broke.sqlite", Broke())
    assert "budget" in population.why_ended
    assert population.tally.acts == len(done)


async def test_a_network_that_is_away_is_met_by_one_and_not_by_all():
    loop = asyncio.get_running_loop()
    window = Window(loop.time, Random(1), begin_with=8.0, first_pause_seconds=0.02)
    for _ in range(8):
        await window.enter()
    waiting = [asyncio.create_task(window.enter()) for _ in range(20)]
    for _ in range(8):
        window.leave(answered=False)
    assert (window.failures, int(window.size), window.is_shut) == (1, 4, True)
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    window.leave(answered=False)
    assert (window.failures, window.size) == (2, 1.0)
    while any(not task.done() for task in waiting):
        while not window.under_way:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        assert window.under_way <= int(window.size) + 4
        window.leave(answered=True)
    assert window.size > 4.0


def test_who_is_due_longest_goes_first_and_who_is_woken_comes_sooner():
    schedule = Schedule()
    for number, due in ((1, 10.0), (2, 5.0), (3, 50.0)):
        schedule.put(number, due)
    schedule.wake(3, 7.0)
    schedule.wake(2, 9.0)
    schedule.wake(4, 1.0)
    assert [schedule.take(8.0) for _ in range(3)] == [2, 3, None]
    assert (schedule.next_due(), schedule.lag(12.0), schedule.overdue(12.0), len(schedule)) == (10.0, 2.0, 1, 1)
    assert schedule.take(12.0, lambda number: number != 1) is None
    assert schedule.take(12.0) == 1


def test_one_line_knows_who_is_spoken_to():
    ears = Ears(lambda number, event: None, print)
    ears.know("Ada", 1)
    ears.know("Blaise", 2)

    def said(author, **fields):
        words = fields.pop("words", "")
        event = Event(1, fields.pop("kind", "comment.published"), author=author, **fields)
        return ears.concerned(msgspec.structs.replace(event, words=msgspec.structs.replace(event.words, content=words)))

    assert said("ada", kind="post.published", post_id="p") == set()
    assert said("Guest", post_id="p", comment_id="c") == {1}
    assert said("Blaise", post_id="p", comment_id="d", parent_id="c") == set()
    assert said("Guest", post_id="p", comment_id="e", parent_id="d") == {2}
    assert said("Ada", post_id="q", comment_id="f", words="What does @blaise say, and @Ada?") == {2}


@pytest.mark.parametrize("colour", [None, "standard"])
def test_the_view_fits_eighty_columns_and_obeys_no_words_of_agents(colour):
    evil = "\x1b[2J\x07" + "very " * 60
    figures = Figures(
        agents=10_000, registered=9_999, acts=123_456_789, by_kind={"reply": 99_999_999, "vote": 9_999_999, "knock": 3},
        tokens_in=10**9, tokens_out=10**8, refusals={"a_rather_long_code_of_a_refusal": 12_345, evil: 1}, waiting=9_999,
        talks=tuple(Talk("A" * 32, "reply", "B" * 32, evil) for _ in range(12)), lines=(evil,), seconds=360_000.0,
    )  # fmt: skip
    console = Console(width=80, record=True, color_system=colour, force_terminal=colour is not None, file=io.StringIO())
    console.print(screen(figures, evil, keys=True))
    text = console.export_text(styles=False)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text + plain(figures)
    assert "very" in text


def test_the_screen_stands_still_and_shows_talk_before_votes():
    def shown(**more):
        tally = Tally()
        for act in ("reply", *["vote"] * 20):
            tally.did(Talk("Ada", act, "Blaise", "tea" if act == "reply" else ""))
        figures = Figures(agents=10**4, by_kind=dict(tally.by_kind), talks=tuple(tally.talks), **more)
        console = Console(width=80, record=True, file=io.StringIO())
        console.print(screen(figures, "they", keys=True))
        return console.export_text().splitlines()

    few, many = shown(acts=1), shown(acts=10**9, overdue=10**4, lag_seconds=99_999.0, under_way=16, window=64)
    assert [line.find("acts ") for line in few[1:2]] == [line.find("acts ") for line in many[1:2]]
    assert [line for line in few if "Ada → Blaise" in line] == [line for line in many if "Ada → Blaise" in line]
    assert "reply  tea" in "\n".join(few)
    assert "vote 20" in "\n".join(few)
