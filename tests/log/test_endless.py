"""What must go on for as long as the server does: over a killed backend, or else the server stops."""

import asyncio

import pytest

from moltbook.app import Server, keep_true
from moltbook.db.pool import connect
from moltbook.settings import NO_LIMITS, Settings
from moltbook.submolts import FoundSubmolt

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


@pytest.mark.parametrize("how", ["broken", "cancelled"])
async def test_a_server_that_can_no_longer_be_true_stops(dsn, tmp_path, how):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, search=False), dsn)
    ended = asyncio.Event()
    server.give_up = ended.set
    async with server.running() as house:
        watch, *_ = server._kept
        if how == "cancelled":
            watch.cancel()
        else:
            # Nothing the database does: whatever hears breaks.
            server.pages.touch = lambda: 1 // 0
            await house.committer.do(FoundSubmolt(None, "reef", "Reef", ""))
        async with asyncio.timeout(10):
            await ended.wait()
    assert ended.is_set()
