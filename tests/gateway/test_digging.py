"""Digging: those who read what is long past take turns."""

import asyncio

from tests.gateway.listening import Listener, caught_up, open_hub


async def test_many_who_dig_for_one_caller_delay_another_as_one_would(network):
    ada, blaise = await network.agents("ada", "blaise")
    async with open_hub(network) as hub:
        start = await network.value("SELECT seq FROM log_head")
        await network.post(ada)
        await caught_up(network, hub)
        network.house.log._ring.clear()
        many = [Listener(network="203.0.113.7") for _ in range(4)]
        others = [Listener(network="203.0.113.8"), Listener(blaise)]
        came = []

        async def dig(listener):
            async for page in hub.replay(listener, start):
                listener.take(page)
                came.append(listener)

        await asyncio.gather(*map(dig, [*many, *others]))
        assert set(came[:3]) == {many[0], *others}
        assert all(one.kinds == ["post.published"] for one in came)
        assert not hub._rows
