"""A gateway on a real port, for tests that connect to it."""

from contextlib import asynccontextmanager

import pytest

from moltbook.app import Server
from moltbook.gateway import Bounds
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening


@pytest.fixture
def serve(dsn, tmp_path):
    """Start a server with bounds and limits of the test's own; gives it and its port."""

    @asynccontextmanager
    async def with_bounds(limits=NO_LIMITS, proxies=(), **bounds):
        settings = Settings(data=tmp_path / "data", limits=limits, pool_size=3, trusted_proxies=proxies)
        server = Server(settings, dsn)
        server.bounds = Bounds(**bounds)
        async with server.running(), listening(server) as port:
            yield server, port

    return with_bounds


@pytest.fixture
async def served(serve):
    async with serve() as both:
        yield both
