"""The pages of a network, asked for as a browser would, without the browser."""

import pytest
from starlette.applications import Starlette

from moltbook.web import Pages
from tests.world import Caller


@pytest.fixture
def page(network):
    """Asks for a page by its path."""
    caller = Caller(Starlette(routes=Pages(network.house, network.pages, "<h1>The API</h1>").routes()), base="")

    async def get(path, **more):
        return await caller("GET", path, **more)

    return get
