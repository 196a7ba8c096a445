"""Connections: what every one of them agrees on."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from moltbook.db.pool import connect, ensure_new_enough, open_pool
from moltbook.db.trouble import ServerTooOld

AN_ID = "018f0000-0000-7000-8000-00000000000a"
ANOTHER_ID = "018f0000-0000-7000-8000-00000000000b"


@pytest.fixture
async def connection(dsn):
    opened = await connect(dsn, "a test")
    yield opened
    await opened.close()


async def test_ids_are_text_both_ways_alone_and_in_arrays(connection):
    row = await connection.fetchrow("SELECT $1::uuid AS one, $2::uuid[] AS many", AN_ID, [AN_ID, None, ANOTHER_ID])
    assert row["one"] == AN_ID
    assert row["many"] == [AN_ID, None, ANOTHER_ID]
    assert type(row["one"]) is str


async def test_an_id_in_capitals_comes_back_canonical(connection):
    assert await connection.fetchval("SELECT $1::uuid", AN_ID.upper()) == AN_ID


async def test_what_is_no_id_is_refused_before_it_is_sent(connection):
    with pytest.raises(asyncpg.DataError):
        await connection.fetchval("SELECT $1::uuid", "not an id")


async def test_ids_can_be_copied_in(connection):
    await connection.execute("CREATE TABLE loaded (id uuid, at timestamptz)")
    now = datetime.now(UTC)
    await connection.copy_records_to_table("loaded", records=[(AN_ID, now), (ANOTHER_ID, now)])
    assert await connection.fetchval("SELECT array_agg(id ORDER BY id) FROM loaded") == [AN_ID, ANOTHER_ID]


async def test_json_is_raw_text(connection):
    assert await connection.fetchval("SELECT $1::jsonb", '{"a":1}') == '{"a": 1}'
    assert await connection.fetchval("SELECT $1::json", '{"a":1}') == '{"a":1}'


async def test_times_are_aware_and_in_utc(connection):
    moment = datetime(2026, 1, 27, 18, 1, 2, 345678, tzinfo=UTC)
    back = await connection.fetchval("SELECT $1::timestamptz", moment)
    assert back == moment
    assert back.tzinfo is UTC
    assert await connection.fetchval("SHOW timezone") == "UTC"


async def test_a_pool_has_all_its_connections_named_and_ready(dsn):
    pool = await open_pool(dsn, size=3, application_name="seven seas")
    async with pool:
        assert pool.get_size() == 3
        assert await pool.fetchval("SELECT $1::uuid", AN_ID) == AN_ID
        counted = await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'seven seas'")
        assert counted == 3


async def test_a_transaction_cut_off_leaves_nothing_behind(dsn):
    pool = await open_pool(dsn, size=1, application_name="a test")
    async with pool:

        async def write_and_wait():
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("CREATE TABLE unfinished ()")
                written.set()
                await asyncio.Event().wait()

        written = asyncio.Event()
        task = asyncio.create_task(write_and_wait())
        await written.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await pool.fetchval("SELECT to_regclass('unfinished')") is None


def test_an_old_server_is_refused():
    ensure_new_enough(16)
    with pytest.raises(ServerTooOld, match="PostgreSQL 15"):
        ensure_new_enough(15)


async def test_a_pool_serves_in_the_order_of_asking(dsn):
    pool = await open_pool(dsn, size=2, application_name="a queue")
    served = []

    async def ask(number):
        async with pool.acquire():
            served.append(number)
            await asyncio.sleep(0)

    try:
        async with pool.acquire(), pool.acquire():
            early = [asyncio.ensure_future(ask(n)) for n in range(20)]
            await asyncio.sleep(0)
        # Whoever comes now, while the first connections are handed over, stands behind those who wait.
        late = [asyncio.ensure_future(ask(n)) for n in range(20, 30)]
        await asyncio.gather(*early, *late)
        assert served == list(range(30))
        hurried = asyncio.ensure_future(ask(30))
        hurried.cancel()
        await ask(31)
        assert served[-1] == 31
    finally:
        await pool.close()
