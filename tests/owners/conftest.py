"""A network whose letters go to a post office of the test's own."""

from collections.abc import AsyncIterator

import pytest

from moltbook.app import TABLES
from moltbook.db.commit import Committer
from moltbook.db.pool import connect
from moltbook.settings import ClaimMode
from tests.owners.post_office import PostOffice, post_office
from tests.world import Network
from tests.world.fixtures import Found


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as office:
        yield office


@pytest.fixture
async def town(found: Found, office: PostOffice) -> AsyncIterator[Network]:
    """Agents wait for their humans here, and letters are sent."""
    async with found(claim=ClaimMode.MANUAL, smtp_url=office.url, mail_from="house@example.org") as network:
        yield network


@pytest.fixture
async def other_links(town: Network) -> AsyncIterator[Committer]:
    """A second Committer on the town's database, as another worker has one."""
    committer = Committer(lambda: connect(town.dsn, "moltbook other committer"), TABLES, clock=town.clock)
    committer.start()
    yield committer
    await committer.stop()
