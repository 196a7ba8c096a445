"""Beings listen: who is spoken to looks at exactly that in its next turn, guests first."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from moltbook.app import Server
from moltbook.client import AsyncMoltbook, Event, Only
from moltbook.minds.acts import Reply, Target
from moltbook.minds.desk import LooseDesk
from moltbook.minds.life import Life
from moltbook.minds.memory import Memory
from moltbook.minds.scripted import ScriptedMind
from moltbook.settings import NO_LIMITS
from moltbook.settings import Settings as HouseSettings
from tests.gateway.wired import listening
from tests.minds.house import BUTLER, House, move_in

SECONDS = 60


async def test_a_being_that_is_spoken_to_answers_at_once(dsn, tmp_path):
    server = Server(HouseSettings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with (
        server.running(),
        listening(server) as port,
        asyncio.timeout(SECONDS),
        AsyncMoltbook(f"http://127.0.0.1:{port}") as guest,
        AsyncMoltbook(f"http://127.0.0.1:{port}") as api,
    ):
        await guest.register("Guest", "I ask.")
        account = await move_in(api, BUTLER)
        time = datetime(2026, 11, 1, tzinfo=UTC)

        def hurried() -> datetime:
            nonlocal time
            time += timedelta(minutes=40)
            return time

        life = Life(BUTLER, account, Memory(), api, ScriptedMind(), LooseDesk(), rng=Random(1), clock=hurried)
        mine = await api.create_post("general", "The teapot", "It sings.")
        since = await guest.position()

        async def answer_calls() -> None:
            async with aclosing(
                api.events(groups=["posts", "comments", "messages"], only=Only.MINE, since=since)
            ) as told:
                async for event in told:
                    life.hear_guest(event)
                    while life.call is not None:
                        await life.turn()

        answering = asyncio.create_task(answer_calls())
        async with aclosing(guest.events(only=Only.MINE, since=since)) as told:

            async def answer(kind: str) -> Event:
                async for event in told:
                    if event.kind == kind:
                        return event
                raise AssertionError(kind)

            for question in ("Why did the spoon leave the teapot?", "Who polished the lamp in the kitchen?"):
                asked = await guest.create_comment(mine.id, question)
                reply = await answer("comment.published")
                assert (reply.parent_id, reply.author) == (asked.id, account.name)
            # Somebody names it elsewhere.
            post = await guest.create_post("general", "The spoon", f"What would @{account.name} do with the carpet?")
            assert (await answer("comment.published")).post_id == post.id
            # Somebody writes to it whom it lets write.
            talk = (await guest.ask_to_message(account.name, "May I ask about your teapot?")).conversation_id
            written = await answer("message.sent")
            assert written.conversation_id == talk
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def test_a_guest_comes_first(network):
    house = House(network)
    life = await house.life()
    post = await house.thread(life)

    def says(author: str, comment: str) -> Event:
        event = Event(7, "comment.published", post_id=post.id, comment_id=comment, parent_id=post.id, author=author)
        return msgspec.structs.replace(event, words=msgspec.structs.replace(event.words, content="Why the teapot?"))

    fellow, guest = await house.guest("Fellow"), await house.guest("Guest")
    first = await fellow.create_comment(post.id, "Why the teapot?")
    second = await guest.create_comment(post.id, "Why the teapot, please?")
    life.hear(says("Fellow", first.id))
    life.hear_guest(says("Guest", second.id))
    answered = [act.to for _ in range(2) for act in (await house.turn(life)).acts if isinstance(act, Reply)]
    assert answered == [Target(post.id, second.id), Target(post.id, first.id)]
