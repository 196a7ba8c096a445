"""A batch alone: nothing is locked, and nothing is written unless all that was read is still true."""

import asyncio
from itertools import pairwise

import msgspec
import pytest

from moltbook.db import transaction
from moltbook.db.commit import Committer
from moltbook.db.pool import connect
from moltbook.db.table import Table
from moltbook.db.world import Act, Event


class Jar(msgspec.Struct):
    id: int
    count: int
    seen: int


class Lid(msgspec.Struct):
    id: int
    shut: bool


JARS = Table(
    "jars", Jar, {"id": "integer", "count": "integer", "seen": "integer"}, key=("id",), settable=("count",),
    summable=("seen",), sole=True,
)  # fmt: skip
# Others write it, too, so its rows are locked whoever is alone.
LIDS = Table("lids", Lid, {"id": "integer", "shut": "boolean"}, key=("id",), settable=("shut",))
SCHEMA = """
CREATE TABLE jars (id integer PRIMARY KEY, count integer NOT NULL, seen integer NOT NULL DEFAULT 0);
CREATE TABLE lids (id integer PRIMARY KEY, shut boolean NOT NULL);
INSERT INTO jars SELECT n, 0, 0 FROM generate_series(1, 3) n;
INSERT INTO lids SELECT n, false FROM generate_series(1, 3) n
"""
LOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'moltbook committer' AND wait_event_type = 'Lock'"
)


class Put(Act[int], frozen=True):
    """One more in a jar: what was read is counted on in Python, so a lost update would show."""

    id: int

    def needs(self, wants):
        wants.ask(JARS, self.id)

    def decide(self, world):
        jar = world[JARS].rows[self.id]
        jar.count += 1
        world[JARS].touch(jar)
        world.emit(Filled(self.id), None)
        return jar.count


class Shut(Act[None], frozen=True):
    """What has to be locked is only known when the jar was seen."""

    id: int

    def needs(self, wants):
        wants.ask(JARS, self.id)

    def further(self, wants, world):
        wants.ask(LIDS, world[JARS].rows[self.id].id)

    def decide(self, world):
        lid = world[LIDS].rows[self.id]
        lid.shut = not lid.shut
        world[LIDS].touch(lid)
        jar = world[JARS].rows[self.id]
        jar.count += 1
        world[JARS].touch(jar)


class Filled(Event, frozen=True, tag="jar.filled"):
    id: int


class Both(Act[None], frozen=True):
    """Change one jar and count at another: two changes of a table are two statements, and still one transaction."""

    id: int

    def needs(self, wants):
        wants.ask(JARS, self.id)
        wants.ask(JARS, 1)

    def decide(self, world):
        jar = world[JARS].rows[self.id]
        jar.count += 1
        world[JARS].touch(jar)
        world[JARS].sum(1, "seen", 1)
        world.emit(Filled(self.id), None)


@pytest.fixture
async def database(dsn):
    connection = await connect(dsn, "test")
    await connection.execute(SCHEMA)
    yield connection
    await connection.close()


def committer_on(dsn):
    return Committer(lambda: connect(dsn, "moltbook committer"), [JARS, LIDS])


@pytest.fixture
async def committer(dsn, database):
    committer = committer_on(dsn)
    committer.start()
    yield committer
    await committer.stop()


async def counts(database):
    return [row[0] for row in await database.fetch("SELECT count FROM jars ORDER BY id")]


async def until_it_waits(database):
    async with asyncio.timeout(20):
        while not await database.fetchval(LOCKED):
            await database.execute("SELECT pg_stat_clear_snapshot()")


async def test_alone_nobody_elses_lock_is_waited_for_to_read(committer, database):
    async with database.transaction():
        await database.execute("SELECT FROM jars WHERE id = 1 FOR UPDATE")
        async with asyncio.timeout(20):
            assert await committer.do(Put(2)) == 1
    assert committer.retries == 0


async def test_what_another_writes_in_between_is_seen_before_anything_is_written(committer, database):
    async with database.transaction():
        await database.execute("UPDATE log_head SET seq = seq")
        waiting = asyncio.ensure_future(committer.do(Put(1)))
        await until_it_waits(database)
        await database.execute("UPDATE jars SET count = 10 WHERE id = 1")
    assert await waiting == 11
    assert await counts(database) == [11, 0, 0]
    assert committer.retries == 1
    assert await database.fetchval("SELECT count(*) FROM events") == 1


async def test_a_locked_batch_that_has_begun_is_not_written_under(committer, database):
    async with database.transaction():
        await database.execute(f"SELECT {transaction.SHARE}")
        async with asyncio.timeout(20):
            assert await committer.do(Put(1)) == 1
            # It knows now that it is not alone, and does not try again so soon.
            assert await committer.do(Put(1)) == 2
    assert committer.retries == 1


async def test_who_was_disturbed_is_alone_again_after_a_while(committer, database, monkeypatch):
    await committer.do(Put(1))
    await database.execute("UPDATE log_head SET seq = seq")
    await committer.do(Put(1))
    async with database.transaction():
        await database.execute("SELECT FROM jars WHERE id = 2 FOR UPDATE")
        waiting = asyncio.ensure_future(committer.do(Put(2)))
        # Locked: it waits for the row when it reads.
        await until_it_waits(database)
        assert "FOR NO KEY UPDATE" in await database.fetchval(
            "SELECT query FROM pg_stat_activity WHERE application_name = 'moltbook committer'"
        )
    await waiting
    monkeypatch.setattr(transaction, "ALONE_SECONDS", 0.0)
    async with database.transaction():
        await database.execute(f"SELECT {transaction.SHARE}")
        before = committer.retries
        await committer.do(Put(2))
    assert committer.retries == before + 1


async def test_what_only_a_lock_keeps_true_is_locked(committer, database):
    async with database.transaction():
        await database.execute("UPDATE lids SET shut = true WHERE id = 1")
        waiting = asyncio.ensure_future(committer.do(Shut(1)))
        await until_it_waits(database)
    await waiting
    assert await database.fetchval("SELECT shut FROM lids WHERE id = 1") is False
    assert await counts(database) == [1, 0, 0]
    # That was no disturbance: the next batch works alone again.
    async with database.transaction():
        await database.execute(f"SELECT {transaction.SHARE}")
        await committer.do(Put(1))
    assert committer.retries == 1


async def test_a_second_statement_is_in_the_same_transaction(committer, database):
    await asyncio.gather(committer.do(Both(1)), committer.do(Put(2)))
    assert await counts(database) == [1, 1, 0]
    async with database.transaction():
        await database.execute("UPDATE log_head SET seq = seq")
        waiting = asyncio.ensure_future(committer.do(Both(1)))
        await until_it_waits(database)
    await waiting
    assert await counts(database) == [2, 1, 0]
    assert committer.retries == 1


@pytest.mark.parametrize("seconds", [0.0, 0.01, 10.0])
async def test_several_committers_lose_nothing_however_often_they_believe_they_are_alone(
    dsn, database, monkeypatch, seconds
):
    monkeypatch.setattr(transaction, "ALONE_SECONDS", seconds)
    committers = [committer_on(dsn) for _ in range(3)]
    for one in committers:
        one.start()

    async def work(one, number):
        for _ in range(number):
            for act in (Put(1), Put(2), Both(3), Put(1)):
                await one.do(act)
                await asyncio.sleep(0)

    try:
        # The third comes and goes, so that the others are alone and are not.
        await asyncio.gather(*(work(one, 30) for one in committers[:2] for _ in range(3)), work(committers[2], 10))
    finally:
        for one in committers:
            await one.stop()
    rounds = 6 * 30 + 10
    assert await counts(database) == [2 * rounds, rounds, rounds]
    seqs = [row[0] for row in await database.fetch("SELECT seq FROM events ORDER BY seq")]
    assert all(b == a + 1 for a, b in pairwise(seqs))
    assert len(seqs) == 4 * rounds
