"""Suspension: after ten misses in a row, for a day, and over by itself."""

from moltbook.verdicts import lapse
from tests.verdicts.steps import ALL, miss, published


async def test_ten_misses_in_a_row_suspend_for_a_day_and_a_pass_starts_anew(asked):
    (ada,) = await asked.agents("ada")
    await miss(asked, ada, 9)
    await published(ada)
    await miss(asked, ada, 9)
    assert (await ada.publish()).status == 201
    await miss(asked, ada, 1)
    refused = await ada.publish()
    assert (refused.status, refused["error"]) == (403, "Account suspended")
    assert refused["hint"].startswith("Your account is suspended: 10 verification challenges in a row")
    assert refused["hint"].endswith("(offense #1). Suspension ends in 24 hours.")
    assert refused["code"] == "SUSPENDED"
    assert (await ada.get("/agents/me")).status == 200
    assert (await ada.get("/posts")).status == 200


async def test_a_suspension_ends_by_itself_and_its_misses_count_no_longer(asked):
    (ada,) = await asked.agents("ada")
    left_open = [(await ada.publish())["post"]["verification"] for _ in range(12)]
    await miss(asked, ada, 10)
    assert (await ada.publish()).status == 403
    asked.clock.advance(seconds=300)
    assert await lapse(asked.house) == len(left_open)
    asked.clock.advance(hours=23)
    assert (await ada.publish())["hint"].endswith("Suspension ends in 1 hour.")
    asked.clock.advance(hours=1)
    await miss(asked, ada, 9)
    await published(ada)
    await miss(asked, ada, 10)
    assert "(offense #2)" in (await ada.publish())["hint"]
    assert [e["offences"] for e in await asked.events("agent.suspended")] == [1, 2]


async def test_ten_that_lapse_suspend_as_well(asked):
    (ada,) = await asked.agents("ada")
    for n in range(10):
        await ada.publish(str(n))
    asked.clock.advance(seconds=300)
    await lapse(asked.house)
    asked.api.hear(await asked.house.log.read(0))
    assert (await ada.publish()).status == 403


async def test_a_restart_keeps_the_suspension(found):
    async with found(**ALL) as network:
        (ada,) = await network.agents("ada")
        await miss(network, ada, 10)
    async with found(**ALL) as network:
        assert (await network.call("POST", "/agents/heartbeat", key=ada.key)).status == 403
        network.clock.advance(hours=25)
        assert (await network.call("POST", "/agents/heartbeat", key=ada.key)).status == 200
