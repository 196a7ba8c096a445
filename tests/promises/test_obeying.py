"""Ten thousand hostile posts, read by a mind that obeys everything: no key leaves, no act is outside the list."""

import pytest

from tests.minds.house import House
from tests.minds.obeying import obey

pytestmark = pytest.mark.proof


@pytest.mark.timeout(1800)
async def test_ten_thousand_hostile_posts_do_no_harm(network):
    dropped = await obey(House(network), 10_000)
    assert dropped.total() > 100_000
