"""What the operator did stands until the operator undoes it, whoever tends the submolt."""

import asyncio

import pytest

from moltbook.kernel.ids import AgentId
from moltbook.moderation import DecideAppeal, Remove, Restore, Verdict, open_appeals, place_of_comment, place_of_post
from moltbook.moderation.acts import Lock
from moltbook.modlog import entry_by_id


@pytest.fixture
async def reef(network):
    """m/reef with its owner ada, her moderator blaise, and what ada wrote there."""
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    post = await network.post(ada, submolt="reef")
    return network, ada, blaise, post, await network.comment(ada, post)


async def newest(network):
    return (await network.get("/submolts/reef/modlog"))["entries"][0]["id"]


async def test_no_moderator_brings_back_what_the_operator_removed(reef):
    network, ada, blaise, post, comment = reef
    do, pool = network.house.committer.do, network.house.pool
    for kind, target, place in (
        ("comment", comment, await place_of_comment(pool, comment)),
        ("post", post, await place_of_post(pool, post)),
    ):
        await do(Remove(None, place, "Unlawful."))
        for who in (ada, blaise):
            refused = await who.call("POST", f"/{kind}s/{target}/restore", {})
            assert (refused.status, refused["code"]) == (403, "OPERATOR_DECIDES")
        await do(Restore(None, place, "A mistake."))
        # From here on it is a moderator's matter again.
        for act in ("remove", "restore"):
            assert (await blaise.call("POST", f"/{kind}s/{target}/{act}", {"reason": "Mine."})).status == 200


async def test_an_appeal_against_the_operator_is_the_operators_to_decide(reef):
    network, ada, _, post, _ = reef
    do, pool = network.house.committer.do, network.house.pool
    await do(Remove(None, await place_of_post(pool, post), "Unlawful."))
    entry = await newest(network)
    assert (await ada.call("POST", f"/modlog/{entry}/appeal", {"text": "It is not."})).status == 200
    refused = await ada.call("POST", f"/modlog/{entry}/decision", {"decision": "granted"})
    assert (refused.status, refused["code"]) == (403, "OPERATOR_DECIDES")
    assert (await ada.get("/submolts/reef/appeals"))["appeals"] == []
    assert (await ada.get("/home"))["moderator_status"]["open_appeals"] == 0
    assert [(x.entry_id, x.owner) for x in await open_appeals(pool, 10)] == [(entry, None)]
    await do(DecideAppeal(None, (await entry_by_id(pool, entry)).row, Verdict.GRANTED, ""))
    assert (await network.get(f"/posts/{post}"))["post"]["is_deleted"] is False


async def test_a_granted_appeal_against_a_lock_leaves_a_later_lock(reef):
    network, ada, blaise, post, _ = reef
    do, pool = network.house.committer.do, network.house.pool

    async def lock(wanted):
        method = "POST" if wanted else "DELETE"
        assert (await blaise.call(method, f"/posts/{post}/lock", {"reason": "Enough."})).status == 200

    async def locked():
        await lock(True)
        entry = await newest(network)
        assert (await ada.call("POST", f"/modlog/{entry}/appeal", {"text": "Let us go on."})).status == 200
        return (await entry_by_id(pool, entry)).row

    old = await locked()
    await lock(False)
    assert await network.value("SELECT locked_at FROM posts WHERE id = $1", post) is None
    new = await locked()
    await do(DecideAppeal(None, old, Verdict.GRANTED, ""))
    assert (await ada.answer(post))["code"] == "LOCKED"
    # Also where it is opened and locked anew in the moment in which the appeal is granted.
    place, moderator = await place_of_post(pool, post), AgentId(blaise.id)
    await asyncio.gather(
        do(Lock(moderator, place, False, "Once more.")),
        do(Lock(moderator, place, True, "No.")),
        do(DecideAppeal(None, new, Verdict.GRANTED, "")),
    )
    assert (await ada.answer(post))["code"] == "LOCKED"
    await lock(False)
    await do(DecideAppeal(None, await locked(), Verdict.GRANTED, ""))
    assert (await ada.answer(post)).status == 201


async def test_a_granted_appeal_undoes_nothing_that_was_done_later(reef):
    network, ada, blaise, post, _ = reef
    carl = await network.agent("carl")
    ban = {"agent_name": "carl", "hours": 1, "reason": "Loud."}
    assert (await ada.call("POST", "/submolts/reef/bans", ban)).status == 200
    banned = await newest(network)
    assert (await blaise.call("POST", f"/posts/{post}/remove", {"reason": "Mistaken."})).status == 200
    removed = await newest(network)
    assert (await blaise.call("POST", f"/posts/{post}/restore", {})).status == 200
    network.clock.advance(hours=2)
    assert (await ada.call("POST", "/submolts/reef/bans", {**ban, "hours": 500})).status == 200
    await network.house.committer.do(Remove(None, await place_of_post(network.house.pool, post), "Unlawful."))
    for who, entry in ((carl, banned), (ada, removed)):
        assert (await who.call("POST", f"/modlog/{entry}/appeal", {"text": "No."})).status == 200
        assert (await ada.call("POST", f"/modlog/{entry}/decision", {"decision": "granted"})).status == 200
    assert (await carl.publish(submolt="reef"))["code"] == "BANNED"
    assert (await network.get(f"/posts/{post}"))["removal"]["reason"] == "Unlawful."
