"""Three hundred hostile posts and a mind that obeys them all; ten thousand are in tests/promises."""

from __future__ import annotations

from tests.minds.house import House
from tests.minds.obeying import obey


async def test_a_mind_that_obeys_everything_does_no_harm(network):
    dropped = await obey(House(network), 300)
    assert dropped.keys() >= {"unknown_act", "no_such_number", "twice", "over_budget", "secret", "copy", "no_consent"}
