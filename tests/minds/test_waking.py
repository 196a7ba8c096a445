"""Residents listen: who is spoken to answers at once, and residents among themselves keep the pace."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from moltbook.app import Server
from moltbook.client import AsyncMoltbook, Event, Only
from moltbook.minds.memory import Memory, load_memory, save_memory
from moltbook.minds.persona import the_residents
from moltbook.minds.runner import Population, Rhythm, Settings
from moltbook.minds.scripted import ScriptedMind
from moltbook.settings import NO_LIMITS
from moltbook.settings import Settings as HouseSettings
from tests.gateway.wired import listening

# Between two turns: longer than any test.
NEVER = Rhythm(between_acts=100_000.0, between_guests=0.0)
SECONDS = 60


@pytest.fixture
async def server(dsn, tmp_path):
    server = Server(HouseSettings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running(), listening(server) as port:
        server.address = f"http://127.0.0.1:{port}"
        yield server


@pytest.fixture
def address(server):
    return server.address


def hurried():
    """A clock by which a resident may always speak again."""
    hurried.time += timedelta(minutes=40)
    return hurried.time


hurried.time = datetime(2026, 11, 1, tzinfo=UTC)


async def test_a_resident_that_is_spoken_to_answers_at_once(address, tmp_path):
    settings = Settings(server=address, state=tmp_path / "state", residents=1, seed=5, rhythm=NEVER)
    population = Population(settings, ScriptedMind(), hurried)
    async with asyncio.timeout(SECONDS), AsyncMoltbook(address) as guest, AsyncMoltbook(address) as watcher:
        await guest.register("Guest", "I ask.")
        async with (
            aclosing(watcher.events(groups=["posts"], since=0)) as posts,
            aclosing(guest.events(only=Only.MINE, since=0)) as answers,
        ):
            life = asyncio.create_task(population.live())

            async def answer(kind):
                async for event in answers:
                    if event.kind == kind:
                        return event
                raise AssertionError(kind)

            post = await anext(posts)
            # While the first turns last, it may find this by itself; from then on only by being told.
            for question in ("Why did the spoon leave the teapot?", "Who polished the lamp in the kitchen?"):
                asked = await guest.create_comment(post.post_id, question)
                reply = await answer("comment.published")
                assert (reply.parent_id, reply.author) == (asked.id, post.author)
            # Somebody names it elsewhere.
            mine = await guest.create_post("general", "The teapot", f"What would @{post.author} do with the carpet?")
            reply = await answer("comment.published")
            assert (reply.post_id, reply.author) == (mine.id, post.author)
            # Somebody writes to it whom it lets write.
            memory = load_memory(tmp_path / "state" / f"{post.author}.json")
            talk = (await guest.ask_to_message(post.author, "May I ask about your teapot?")).conversation_id
            async with AsyncMoltbook(address, memory.api_key) as itself:
                await itself.approve_request(talk)
            await guest.send_message(talk, "Does the teapot sing in the morning?")
            written = await answer("message.sent")
            assert written.conversation_id == talk
            assert written.words.content
        population.stop()
        await life


async def test_all_who_are_named_answer_also_before_their_first_turn(server, address, tmp_path):
    settings = Settings(server=address, state=tmp_path / "state", residents=5, seed=5, rhythm=NEVER)
    # Three act as soon as the house wakes; the others wait for longer than this test.
    population = Population(settings, ScriptedMind(), hurried)
    names = [resident.persona.name for resident in population._residents]
    async with asyncio.timeout(SECONDS), AsyncMoltbook(address) as guest:
        await guest.register("Guest", "I ask.")
        for name in names:
            async with AsyncMoltbook(address) as itself:
                key = (await itself.register(name, "")).api_key
            save_memory(tmp_path / "state" / f"{name}.json", Memory(name=name, api_key=key))
        population = Population(settings, ScriptedMind(), hurried)
        life = asyncio.create_task(population.live())
        told = guest.events(only=Only.MINE, since=await guest.position())
        while len(server.hub) < len(names):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        everybody = " ".join(f"@{name}" for name in names)
        post = await guest.create_post("general", "The teapot", f"{everybody}, who moved the teapot?")
        async with aclosing(told):
            answered = set()
            async for event in told:
                if event.kind == "comment.published" and event.post_id == post.id:
                    answered.add(event.author)
                    if answered == {*names}:
                        break
        population.stop()
        await life


async def test_a_guest_comes_first_and_fellows_every_other_time(tmp_path):
    settings = Settings(server="http://127.0.0.1:9", state=tmp_path, residents=3, seed=5)
    names = [persona.name for persona in the_residents()[:3]]
    for name in names:
        save_memory(tmp_path / f"{name}.json", Memory(name=name, api_key="k"))
    population = Population(settings, ScriptedMind(), hurried)
    first, second, third = population._residents

    def says(author, seq):
        return msgspec.structs.replace(Event(seq, "comment.published"), author=author)

    first._fellows.append(says(second.name, 7))
    second._fellows.append(says(first.name, 6))
    assert [population._first_called() for _ in range(3)] == [second, None, second]
    third._fellows.append(says(first.name, 5))
    third._guests.append(says("Guest", 9))
    assert [population._first_called() for _ in range(3)] == [third] * 3
    for answered in (third._guests, third._fellows, second._fellows):
        answered.clear()
    assert [population._first_called() for _ in range(2)] == [first, None]
