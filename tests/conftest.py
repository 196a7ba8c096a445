"""What every test may ask for: a PostgreSQL of our own, and in it a fresh, migrated database each.

`dsn` is the address of a database nobody else has; plain and async tests use it alike.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import asyncpg
import pytest

from moltbook.db.cluster import DATABASE
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.migrate import upgrade
from tests.world.fixtures import found, network, other_committer
from tests.world.place import own_folder

__all__ = ["found", "network", "other_committer"]

# Nothing here outlives the test run, so nothing has to reach the disk.
QUICK = MappingProxyType(
    {
        "fsync": "off",
        "full_page_writes": "off",
        "wal_compression": "off",
        "shared_buffers": "128MB",
        "min_wal_size": "80MB",
        "max_wal_size": "512MB",
    }
)

Order = Callable[[str], None]

PAGES = Path(__file__).parent / "web"

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages come last: the browser's driver keeps an event loop in this thread, beside which no other can run."""
    items.sort(key=lambda item: PAGES in item.path.parents)


@pytest.fixture
def curl_here() -> None:
    """Skip where there is no curl; where CI is set, a skip is a failure (tests/house/strict)."""
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """The address of the one server of this run."""
    with own_folder() as folder:
        server = EmbeddedServer(folder, extra_settings=QUICK)
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def order(server_dsn: str) -> Iterator[Order]:
    """Give the server an order about its databases, from inside or outside an event loop."""
    # One connection in a loop and thread of its own serves the whole run: opening one costs more than a clone.
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1) as thread:
        connection = thread.submit(loop.run_until_complete, asyncpg.connect(server_dsn)).result()

        def give(sql: str) -> None:
            thread.submit(loop.run_until_complete, connection.execute(sql)).result()

        yield give
        thread.submit(loop.run_until_complete, connection.close()).result()
        loop.close()


@pytest.fixture(scope="session")
def template(server_dsn: str, order: Order) -> str:
    """The name of a migrated database that is only ever cloned."""
    order("CREATE DATABASE migrated")
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, upgrade(_at(server_dsn, "migrated"))).result()
    return "migrated"


@pytest.fixture
def dsn(server_dsn: str, order: Order, template: str) -> Iterator[str]:
    """The address of a fresh database with the current schema."""
    yield from _clone(server_dsn, order, template)


@pytest.fixture
def other_dsn(server_dsn: str, order: Order, template: str) -> Iterator[str]:
    """The address of a second one, for another network."""
    yield from _clone(server_dsn, order, template)


def _clone(server_dsn: str, order: Order, template: str) -> Iterator[str]:
    name = f"clone_{next(_numbers)}"
    order(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _at(server_dsn, name)
    order(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_dsn(server_dsn: str, order: Order) -> Iterator[str]:
    """The address of a fresh database with nothing in it."""
    name = f"empty_{next(_numbers)}"
    order(f"CREATE DATABASE {name} STRATEGY file_copy")
    yield _at(server_dsn, name)
    order(f"DROP DATABASE {name} WITH (FORCE)")


def _at(server: str, database: str) -> str:
    return server.replace(f"/{DATABASE}?", f"/{database}?")
