"""Fixtures made of the small network; tests/conftest.py hands them to every test."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from moltbook.app import TABLES
from moltbook.db.commit import Committer
from moltbook.db.pool import connect
from tests.world.network import Network, open_network

Found = Callable[..., AbstractAsyncContextManager[Network]]


@pytest.fixture
def found(dsn: str, tmp_path: Path) -> Found:
    """Open a network with settings of the test's own."""

    def with_settings(**settings: Any) -> AbstractAsyncContextManager[Network]:
        return open_network(dsn, tmp_path / "data", **settings)

    return with_settings


@pytest.fixture
async def network(found: Found) -> AsyncIterator[Network]:
    """A network without limits, whose agents are claimed as they register."""
    async with found() as network:
        yield network


@pytest.fixture
async def other_committer(network: Network) -> AsyncIterator[Committer]:
    """A second Committer on the network's database, as another worker has one."""
    committer = Committer(lambda: connect(network.dsn, "moltbook other committer"), TABLES, clock=network.clock)
    committer.start()
    yield committer
    await committer.stop()
