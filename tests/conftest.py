"""What every test may ask for: a PostgreSQL of our own, and in it a fresh, migrated database each.

`dsn` is the address of a database nobody else has; plain and async tests use it alike.
"""

import asyncio
import itertools
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

import asyncpg
import pytest

from moltbook.db.embedded import DATABASE, EmbeddedServer
from moltbook.db.migrate import upgrade

# Nothing here outlives the test run, so nothing has to reach the disk.
QUICK = MappingProxyType({"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB", "min_wal_size": "80MB"})

_TEMPLATE = "migrated"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the one server of this run."""
    server = EmbeddedServer(tmp_path_factory.mktemp("server"), extra_settings=QUICK)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def template(server_dsn: str) -> str:
    """The name of a migrated database that is only ever cloned."""
    _apart(_order(server_dsn, f"CREATE DATABASE {_TEMPLATE}"))
    _apart(upgrade(_at(server_dsn, _TEMPLATE)))
    return _TEMPLATE


@pytest.fixture
def dsn(server_dsn: str, template: str) -> Iterator[str]:
    """The address of a fresh database with the current schema."""
    name = f"clone_{next(_numbers)}"
    _apart(_order(server_dsn, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log"))
    yield _at(server_dsn, name)
    _apart(_order(server_dsn, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def empty_dsn(server_dsn: str) -> Iterator[str]:
    """The address of a fresh database with nothing in it."""
    name = f"empty_{next(_numbers)}"
    _apart(_order(server_dsn, f"CREATE DATABASE {name} STRATEGY wal_log"))
    yield _at(server_dsn, name)
    _apart(_order(server_dsn, f"DROP DATABASE {name} WITH (FORCE)"))


def _at(server: str, database: str) -> str:
    return server.replace(f"/{DATABASE}?", f"/{database}?")


async def _order(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _apart(work: Coroutine[None, None, object]) -> None:
    # In a thread of its own, so that fixtures serve tests inside and outside an event loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
