"""Readers: one is active, its cursor is stored with its effect, another takes over, and nothing is applied twice."""

import asyncio

import asyncpg
import msgspec
import pytest

from moltbook.db.pool import connect
from moltbook.db.world import Told
from moltbook.log import GATHERED, Entry, Log, Readers, rebuild
from moltbook.log.reader import lock_of
from moltbook.submolts import FoundSubmolt


class Counter:
    """Counts events in a table of its own."""

    name = "counter"
    pause_seconds = 0.0
    most_events = GATHERED

    def __init__(self, wrong_after=None, error=ZeroDivisionError):
        self.wrong_after = wrong_after
        self.error = error
        self.applied = 0

    async def reset(self, connection):
        await connection.execute("DELETE FROM counted")

    async def apply(self, connection, entries):
        if self.wrong_after is not None and self.applied >= self.wrong_after:
            await connection.execute("INSERT INTO counted VALUES (-1)")
            self.wrong_after = None
            raise self.error("a bug")
        await connection.executemany("INSERT INTO counted VALUES ($1)", [(entry.seq,) for entry in entries])
        self.applied += 1


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("moltbook.log.reader.RETRY_SECONDS", 0.02)


@pytest.fixture
async def counted(network):
    await network.house.pool.execute("CREATE TABLE counted (seq bigint PRIMARY KEY)")
    return network


async def caught_up(network):
    """Wait until every event was counted."""
    head = await network.value("SELECT seq FROM log_head")
    async with asyncio.timeout(20):
        while await network.value("SELECT seq FROM readers WHERE name = 'counter'") != head:
            pass
    assert [seq for (seq,) in await network.rows("SELECT seq FROM counted ORDER BY seq")] == list(range(1, head + 1))


def readers_of(network, reader):
    return Readers(network.house.log, lambda: connect(network.dsn, "moltbook counter"), [reader])


async def test_a_reader_back_fills_then_follows_and_goes_on_where_it_ended(counted):
    network = counted
    ada = await network.agent("ada")
    readers = readers_of(network, Counter())
    readers.start()
    await caught_up(network)
    for _ in range(5):
        await network.post(ada)
        await caught_up(network)
    assert readers.cursors["counter"] == network.house.log.head
    await readers.stop()
    await network.post(ada)
    readers = readers_of(network, Counter())
    readers.start()
    await caught_up(network)
    await readers.stop()


async def test_a_last_page_that_is_just_full_is_applied_at_once(counted, monkeypatch):
    await counted.agent("ada")
    monkeypatch.setattr("moltbook.log.reader.PAGE", counted.house.log.head)
    readers = readers_of(counted, Counter())
    readers.start()
    # Nobody writes any more.
    await caught_up(counted)
    await readers.stop()


async def test_of_two_readers_of_a_name_one_is_active_and_the_other_takes_over(counted):
    network = counted
    ada = await network.agent("ada")
    counters = [Counter(), Counter()]
    both = [readers_of(network, counter) for counter in counters]
    both[0].start()
    await caught_up(network)
    both[1].start()
    for _ in range(5):
        await network.post(ada)
        await caught_up(network)
    assert counters[1].applied == 0
    await both[0].stop()
    await network.post(ada)
    await caught_up(network)
    assert counters[1].applied > 0
    await both[1].stop()


@pytest.mark.parametrize("error", [ZeroDivisionError, asyncio.CancelledError])
async def test_a_reader_that_stumbles_leaves_nothing_half_done_and_tries_again(counted, error):
    network = counted
    ada = await network.agent("ada")
    readers = readers_of(network, Counter(wrong_after=1, error=error))
    readers.start()
    await caught_up(network)
    await network.post(ada)
    await caught_up(network)
    await readers.stop()


async def test_a_reader_whose_connection_is_killed_comes_back(counted):
    network = counted
    ada = await network.agent("ada")
    readers = readers_of(network, Counter())
    readers.start()
    await caught_up(network)
    for victim in ("moltbook counter", "moltbook log"):
        await network.value(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1", victim
        )
        await network.post(ada)
        await caught_up(network)
    await readers.stop()


async def test_a_rebuild_waits_for_the_running_reader_and_counts_anew(counted):
    network = counted
    ada = await network.agent("ada")
    await network.post(ada)
    connection = await connect(network.dsn, "moltbook rebuild")
    try:
        await network.house.pool.execute("INSERT INTO counted VALUES (999)")
        assert await rebuild(connection, Counter(), network.house.log) == await network.value(
            "SELECT seq FROM log_head"
        )
        await caught_up(network)
        # A rebuild that breaks leaves everything as it was.
        with pytest.raises(ZeroDivisionError):
            await rebuild(connection, Counter(wrong_after=0), network.house.log)
        await caught_up(network)
        async with network.house.pool.acquire() as other:
            assert await other.fetchval("SELECT pg_try_advisory_xact_lock($1)", lock_of("counter"))
    finally:
        await connection.close()


async def test_followers_see_everything_after_their_cursor_once(network, monkeypatch):
    ada = await network.agent("ada")
    for _ in range(30):
        await network.post(ada)
    head = await network.value("SELECT seq FROM log_head")
    expected = await network.rows("SELECT seq, at, kind, actor_id, body FROM events ORDER BY seq")
    for cursor in (0, 1, head - 1):
        seen = []
        async with asyncio.timeout(20):
            async for entry in network.house.log.follow(cursor):
                seen.append((entry.seq, entry.at, entry.kind, entry.actor_id, entry.body))
                if entry.seq == head:
                    break
        assert seen == expected[cursor:]
    # Whoever has seen everything waits for the next.
    coming = asyncio.ensure_future(anext(network.house.log.follow(head)))
    await network.post(ada)
    async with asyncio.timeout(20):
        assert (await coming).seq == head + 1


@pytest.mark.parametrize("error", [OSError, asyncpg.InterfaceError, asyncpg.InternalClientError])
async def test_a_listener_comes_back_however_its_connection_broke(network, other_committer, monkeypatch, error):
    monkeypatch.setattr("moltbook.log.follow.RETRY_SECONDS", 0.02)
    broken = iter([error("broken")])

    async def connecting():
        for trouble in broken:
            raise trouble
        return await connect(network.dsn, "moltbook test log")

    events = Log(network.house.pool, connecting)
    await events.start()
    coming = asyncio.ensure_future(anext(events.follow(events.head)))
    try:
        await other_committer.do(FoundSubmolt(None, "tides", "Tides", ""))
        async with asyncio.timeout(20):
            assert (await coming).kind == "submolt.created"
    finally:
        await events.stop()


async def test_the_committer_hands_its_events_over(network):
    events = network.house.log
    head = events.head
    told = [Told("a.kind", None, msgspec.Raw(b'{"n":%d}' % n)) for n in range(3)]
    at = network.clock()
    events.hear(0, head + 3, at, told)
    assert events.head == head + 3
    batch = await anext(events.batches(head))
    assert batch == [Entry(head + n, at, "a.kind", None, bytes(told[n - 1].body).decode()) for n in (1, 2, 3)]
    # Known already, partly known, and with a gap: memory stays in order, the table tells the rest.
    for last in (head + 3, head + 5, head + 9):
        events.hear(0, last, at, told)
        assert events.head == head + 3


def test_locks_of_readers_are_told_apart():
    assert len({lock_of(name) for name in ("ranks", "activity", "counter")}) == 3
    assert all(0 < lock_of(name) < 2**63 for name in ("ranks", "activity"))
