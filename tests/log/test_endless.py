"""What must go on for as long as the server does: over a killed backend, or else the server stops."""

import asyncio

import pytest

from moltbook.app import Server, keep_true
from moltbook.db.pool import connect
from moltbook.log import Log
from moltbook.settings import NO_LIMITS, Settings
from moltbook.submolts import FoundSubmolt

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'moltbook test listener'"
WAITING = """
SELECT pid
FROM pg_stat_activity
WHERE application_name = 'moltbook' AND wait_event_type = 'Lock' AND query LIKE '%FROM events%'
"""


async def test_memory_is_kept_true_though_the_backend_it_reads_with_is_killed(found):
    async with found() as network:
        ada = await network.agent("ada")
        await network.post(ada)
        head = network.house.log.head
    # A new process remembers nothing, so what is older is read from the table.
    async with found() as network:
        heard = asyncio.Event()
        seen = []

        def hear(entries):
            seen.extend(entry.seq for entry in entries)
            if seen[-1] == head:
                heard.set()

        locker = await connect(network.dsn, "moltbook test locker")
        victims = []
        try:
            async with locker.transaction():
                await locker.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
                task = asyncio.create_task(keep_true(network.house, hear, 0))
                async with asyncio.timeout(10):
                    while not victims:
                        victims = await locker.fetch(WAITING)
                await locker.execute("SELECT pg_terminate_backend($1)", victims[0]["pid"])
            async with asyncio.timeout(10):
                await heard.wait()
            assert seen == list(range(1, head + 1))
            assert not task.done()
            task.cancel()
        finally:
            await locker.close()


@pytest.mark.parametrize("error", [EOFError("no more"), asyncio.CancelledError("a broken connection's")])
async def test_the_listener_outlives_whatever_ends_its_connection(network, error):
    faults = [error]

    async def shaky():
        if faults:
            raise faults.pop()
        return await connect(network.dsn, "moltbook test listener")

    watch = Log(network.house.pool, shaky)
    await watch.start()
    heard = asyncio.create_task(until_heard(watch, watch.head + 1))
    await network.agent("ada")
    await heard
    await watch.stop()


async def test_the_listener_leaves_a_connection_that_does_not_answer(network, monkeypatch):
    monkeypatch.setattr("moltbook.log.follow.ANSWER_SECONDS", 0.05)
    monkeypatch.setattr("moltbook.log.follow.RETRY_SECONDS", 0.02)
    locker = await connect(network.dsn, "moltbook test locker")
    watch = Log(network.house.pool, lambda: connect(network.dsn, "moltbook test listener"))
    seen = set()
    try:
        async with locker.transaction():
            await locker.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
            await watch.start()
            heard = asyncio.create_task(until_heard(watch, watch.head + 1))
            async with asyncio.timeout(10):
                while len(seen) < 2:
                    seen.update(await network.rows(LISTENERS))
        await network.agent("ada")
        await heard
    finally:
        await watch.stop()
        await locker.close()


async def until_heard(watch, head):
    """Wait until the listener has told of this event; followers that lag behind read the table themselves."""
    async with asyncio.timeout(10):
        async for entry in watch.follow(watch.head):
            if entry.seq == head:
                return


@pytest.mark.parametrize("how", ["broken", "keeping memory true", "log listener", "reader ranks"])
async def test_a_server_that_can_no_longer_be_true_stops(dsn, tmp_path, how):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, search=False), dsn)
    ended = asyncio.Event()
    server.give_up = ended.set
    async with server.running() as house:
        if how != "broken":
            {task.get_name(): task for task in server._kept}[how].cancel()
        else:
            # Nothing the database does: whatever hears breaks.
            server.pages.touch = lambda: 1 // 0
            await house.committer.do(FoundSubmolt(None, "reef", "Reef", ""))
        async with asyncio.timeout(10):
            await ended.wait()
    assert ended.is_set()
