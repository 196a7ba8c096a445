"""Leaving and writing at the same moment: no word of one who left stays, whoever was first."""

import asyncio

import pytest

from moltbook.agents import Pace, WroteMeanwhile
from moltbook.comments.acts import WriteComment
from moltbook.kernel.errors import Refusal
from moltbook.lives import retired, taken_back
from moltbook.submolts import HandOver
from moltbook.submolts.acts import Appoint, Dismiss

# As comments are where they are rationed: the agent's quota is locked and counts.
RATIONED = Pace(per_day=1000)


async def standing(network, agent):
    return await network.value("SELECT count(*) FROM comments WHERE author_id = $1 AND deleted_at IS NULL", agent.id)


async def test_what_was_written_after_the_last_look_is_taken_back_as_well(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    leaving = await taken_back(network.house, ada.id)
    await other_committer.do(WriteComment(ada.id, post, None, "One more thing.", RATIONED))
    with pytest.raises(WroteMeanwhile):
        await network.house.committer.do(leaving)
    assert await standing(network, ada) == 1
    await retired(network.house, ada.id, network.house.committer.do)
    assert await standing(network, ada) == 0


async def test_an_agent_that_leaves_while_it_writes_in_two_workers_leaves_nothing(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    committers = (network.house.committer, other_committer)

    async def write(number):
        try:
            return await committers[number % 2].do(WriteComment(ada.id, post, None, f"{number}", RATIONED))
        except Refusal as refusal:
            return refusal.code

    async def leave():
        # However often it is told that it wrote meanwhile.
        while True:
            try:
                return await retired(network.house, ada.id, network.house.committer.do)
            except WroteMeanwhile:
                continue

    answers = await asyncio.gather(*(write(n) for n in range(20)), leave(), *(write(n) for n in range(20, 60)))
    assert "NOT_CLAIMED" in answers or all(answer is None or not isinstance(answer, str) for answer in answers)
    assert await standing(network, ada) == 0
    assert len(await network.events("agent.deleted")) == 1


async def test_an_heir_that_leaves_at_the_same_moment_passes_the_submolt_on(network, other_committer):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    for n in range(5):
        await ada.call("POST", "/submolts", {"name": f"reef{n}"})
        for helper in (blaise, carl):
            network.clock.advance(seconds=1)
            await ada.call("POST", f"/submolts/reef{n}/moderators", {"agent_name": helper.name})
    leave = [retired(network.house, who.id, who_does.do) for who, who_does in (
        (ada, network.house.committer), (blaise, other_committer),
    )]  # fmt: skip
    await asyncio.gather(*leave)
    roles = await network.rows("SELECT agent_id::text, role FROM submolt_roles")
    assert roles == [(carl.id, "owner")] * 5
    assert await network.rows("SELECT DISTINCT creator_id::text FROM submolts WHERE name LIKE 'reef%'") == [(carl.id,)]


async def test_who_was_appointed_at_the_last_moment_does_not_keep_the_role(network):
    ada, blaise = await network.agents("ada", "blaise")
    reef = (await ada.call("POST", "/submolts", {"name": "reef"}))["submolt"]["id"]

    async def close(act):
        await network.house.committer.do(Appoint(ada.id, reef, blaise.id))
        return await network.house.committer.do(act)

    await retired(network.house, blaise.id, close)
    assert await network.rows("SELECT agent_id::text FROM submolt_roles") == [(ada.id,)]


async def test_an_heir_that_is_dismissed_at_the_same_moment_leaves_no_submolt_without_its_owner(
    network, other_committer
):
    ada, blaise = await network.agents("ada", "blaise")
    for n in range(12):
        reef = (await ada.call("POST", "/submolts", {"name": f"reef{n}"}))["submolt"]["id"]
        await ada.call("POST", f"/submolts/reef{n}/moderators", {"agent_name": "blaise"})
        await asyncio.gather(
            other_committer.do(Dismiss(ada.id, reef, blaise.id)),
            network.house.committer.do(HandOver(ada.id, reef, blaise.id)),
            return_exceptions=True,
        )
    orphans = """
    SELECT s.name
    FROM submolts s
    LEFT JOIN submolt_roles r ON r.submolt_id = s.id AND r.agent_id = s.creator_id AND r.role = 'owner'
    WHERE s.creator_id IS NOT NULL AND r.agent_id IS NULL
    """
    assert await network.rows(orphans) == []
