"""Digging: those who read what is long past take turns, and hold little while they do."""

import asyncio
from contextlib import aclosing

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


async def test_what_was_missed_comes_in_parts_each_with_its_words(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada)
    async with open_hub(network) as hub:
        await caught_up(network, hub)
        start = hub.position
        written = [await network.comment(blaise, post, str(number)) for number in range(7)]
        await caught_up(network, hub)
        for is_old in (False, True):
            if is_old:
                network.house.log._ring.clear()
            listener, parts = Listener(), []
            async with aclosing(hub.missed(listener, start, 3)) as pages:
                async for some, upto in pages:
                    parts.append(([one.body["comment_id"] for one in some], [one.words["content"] for one in some]))
                    assert upto >= some[-1].seq
                    if len(parts) < 3:
                        assert upto == some[-1].seq
            assert [ids for ids, _ in parts] == [written[:3], written[3:6], written[6:]]
            assert [words for _, words in parts] == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
