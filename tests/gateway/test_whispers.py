"""Whispers: what one worker tells the others, and how much of it."""

import asyncio

from moltbook.db.pool import connect
from moltbook.gateway.whispers import MOST_OF_ONE, Whisper, Whispers
from tests.gateway.listening import until


async def test_one_who_types_everywhere_leaves_others_their_turn(network):
    heard = []
    whispers = Whispers(
        network.house.pool, lambda: connect(network.dsn, "moltbook whispers"), heard.append, lambda: 5.0
    )
    running = asyncio.create_task(whispers.run())
    try:
        # It listens as soon as it hears this.
        for number in range(10_000):
            await whispers.tell(Whisper(str(number), False, "early", "early"))
            if heard:
                break
        for number in range(200):
            await whispers.tell(Whisper(str(number), False, "loud", "loud"))
        await whispers.tell(Whisper("0", False, "quiet", "quiet"))
        await until(lambda: heard[-1].agent == "quiet")
        assert [whisper.agent for whisper in heard].count("loud") == MOST_OF_ONE
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
