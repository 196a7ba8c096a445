"""The talk beside a post on the feeds: words that were taken back do not come back with the next comment."""

import asyncio

import pytest

from moltbook.app import Server
from moltbook.posts import posts_by_author
from moltbook.settings import Settings
from moltbook.web.talks import Talks
from tests.world.asgi import Caller

REASON = {"reason": "Off topic."}


@pytest.fixture
async def reef(network):
    """A submolt of ada's with a post of blaise's and a comment of carl's."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, submolt="reef")
    return network, ada, blaise, carl, post, await network.comment(carl, post, "Secret words.")


async def exchange(network, talks, name="blaise"):
    agent = await network.value("SELECT id::text FROM agents WHERE name = $1", name)
    told = await talks.of(network.house.pool, await posts_by_author(network.house.pool, agent, 10))
    return [[line.text for line in talk.exchange] for talk in told.values()]


@pytest.mark.parametrize("how", ["deleted", "removed"])
async def test_what_is_taken_back_stays_away_when_the_count_is_as_before(reef, how):
    network, ada, blaise, carl, post, comment = reef
    talks = Talks()
    assert await exchange(network, talks) == [["Secret words."]]
    before = network.house.log.head
    if how == "deleted":
        answer = await carl.call("DELETE", f"/comments/{comment}")
    else:
        answer = await ada.call("POST", f"/comments/{comment}/remove", REASON)
    assert answer.status == 200
    await network.comment(blaise, post, "Harmless.")
    talks.hear(await network.house.log.read(before))
    assert await exchange(network, talks) == [["Harmless."]]


async def test_a_read_under_way_keeps_nothing_that_is_taken_back_meanwhile(reef):
    network, _ada, blaise, carl, post, comment = reef
    talks = Talks()

    class Slow:
        """A pool whose answer arrives after the deletion was heard."""

        async def fetch(self, *args):
            rows = await network.house.pool.fetch(*args)
            if rows and len(rows[0]) > 3:
                before = network.house.log.head
                await carl.call("DELETE", f"/comments/{comment}")
                talks.hear(await network.house.log.read(before))
            return rows

    await talks.of(Slow(), await posts_by_author(network.house.pool, blaise.id, 10))
    await network.comment(blaise, post, "Harmless.")
    assert await exchange(network, talks) == [["Harmless."]]


async def test_a_server_hears_of_what_is_taken_back(reef, tmp_path):
    network, _ada, blaise, carl, post, comment = reef
    server = Server(Settings(data=tmp_path / "data", pool_size=2), network.dsn)
    async with server.running(), asyncio.timeout(20):
        look = Caller(server, base="")

        async def shown():
            # A page that is kept is given without a task switch, and the log could never be heard.
            await asyncio.sleep(0)
            return (await look("GET", "/u/blaise")).body

        assert b"Secret words." in await shown()
        await carl.call("DELETE", f"/comments/{comment}")
        await network.comment(blaise, post, "Harmless.")
        while b"Secret words." in await shown():
            pass
        assert b"Harmless." in await shown()
