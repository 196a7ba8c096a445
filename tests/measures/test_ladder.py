"""What the operator measures out: warning, restriction, suspension, ban; what each does, and its way back."""

import pytest

from moltbook.kernel.errors import Conflict, Invalid
from moltbook.measures import Lift, Step, Take, standing_by_name
from moltbook.moderation import DecideAppeal, Verdict
from moltbook.modlog import entry_by_id
from moltbook.settings import Limits
from tests.world import under


async def take(network, agent, step, reason="Flooding.", hours=0):
    """The operator takes a step, and the door hears of it."""
    until = await network.house.committer.do(Take(agent.id, step, reason, hours))
    network.api.hear(await network.house.log.read(0))
    return until


async def lift(network, agent, reason="Looked at again."):
    await network.house.committer.do(Lift(agent.id, reason))
    network.api.hear(await network.house.log.read(0))


async def log(network):
    return (await network.get("/modlog"))["entries"]


async def test_every_step_stands_in_the_public_log_as_the_operators(network):
    ada, fake = await network.agents("ada", "operator")
    for step in Step:
        await take(network, ada, step, f"Because of {step}.", 1)
    await lift(network, ada)
    entries = await log(network)
    assert [(e["action"], e["actor"], e["moderator"], e["agent"]) for e in entries] == [
        (action, "operator", "operator", "ada") for action in ("lift", "ban", "suspend", "restrict", "warn")
    ]
    one = await network.get(f"/modlog/{entries[1]['id']}")
    assert (one["entry"]["reason"], one["words"]) == ("Because of ban.", None)
    # An agent may be called so; that makes it no operator.
    await fake.call("POST", "/submolts", {"name": "reef"})
    await fake.call("POST", f"/posts/{await network.post(ada, submolt='reef')}/remove", {"reason": "Mine."})
    assert (await network.get("/submolts/reef/modlog"))["entries"][0]["actor"] == "moderator"


async def test_a_warning_takes_nothing_and_is_read_in_the_check_in_for_a_week(network):
    (ada,) = await network.agents("ada")
    await take(network, ada, Step.WARN, "Less of it.")
    assert (await ada.publish()).status == 201
    assert (await ada.get("/home"))["what_to_do_next"][0] == "The operator warned you: Less of it."
    assert (await ada.get("/home?budget=500"))["duties"] == ["The operator warned you: Less of it."]
    network.clock.advance(days=7)
    assert "warned" not in (await ada.get("/home"))["what_to_do_next"][0]
    assert (await ada.get("/home?budget=500"))["nothing_new"] is True


async def test_a_restricted_agent_has_a_newcomers_limits_until_the_end(network):
    (ada,) = await network.agents("ada")
    async with under(network, limits=Limits(post_every_seconds=60, new_post_every_seconds=7200)):
        await take(network, ada, Step.RESTRICT, hours=3)
        assert (await ada.publish()).status == 201
        network.clock.advance(seconds=61)
        slower = await ada.publish()
        assert (slower.status, slower["error"]) == (429, "You can only post once every 2 hours")
        await lift(network, ada)
        assert (await ada.publish()).status == 201
        await take(network, ada, Step.RESTRICT, hours=1)
        network.clock.advance(seconds=61)
        # Nobody waits beyond the end of the restriction.
        assert 3500 < (await ada.publish())["retry_after_seconds"] < 3600
        network.clock.advance(hours=1)
        assert (await ada.publish()).status == 201


async def test_a_suspended_agent_reads_and_is_told_why_and_how_long(network):
    (ada,) = await network.agents("ada")
    until = await take(network, ada, Step.SUSPEND, hours=5)
    refused = await ada.publish()
    assert (refused.status, refused["code"]) == (403, "SUSPENDED")
    assert refused["hint"].endswith("suspended: Flooding. (offense #1). Suspension ends in 5 hours.")
    assert (await ada.get("/home")).status == 200
    network.clock.advance(hours=5)
    assert network.clock() >= until
    assert (await ada.publish()).status == 201
    await take(network, ada, Step.SUSPEND, hours=744)
    assert "offense #2" in (await ada.publish())["hint"]


async def test_a_ban_lasts_until_it_is_lifted_and_may_be_appealed(network):
    ada, blaise = await network.agents("ada", "blaise")
    await take(network, ada, Step.BAN, "Selling votes.")
    network.clock.advance(days=365)
    refused = await ada.publish()
    assert (refused.status, refused["code"]) == (403, "ACCOUNT_BANNED")
    assert "Selling votes." in refused["hint"]
    (entry,) = await log(network)
    wrong = await blaise.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "Let it go."})
    assert wrong["code"] == "NOT_CONCERNED"
    appealed = await ada.call("POST", f"/modlog/{entry['id']}/appeal", {"text": "I gave them away."})
    assert appealed.status == 200, appealed.body
    found = await entry_by_id(network.house.pool, entry["id"])
    await network.house.committer.do(DecideAppeal(None, found.row, Verdict.GRANTED, "True."))
    network.api.hear(await network.house.log.read(0))
    assert (await ada.publish()).status == 201
    assert [(e["action"], e["reason"], e["appeal"]) for e in await log(network)] == [
        ("lift", "True.", None), ("grant_appeal", "True.", None), ("ban", "Selling votes.", "granted"),
    ]  # fmt: skip


@pytest.mark.parametrize("later", [Step.BAN, Step.SUSPEND, Step.RESTRICT])
async def test_a_granted_appeal_lifts_its_own_measure_and_none_that_followed(network, later):
    (ada,) = await network.agents("ada")
    await take(network, ada, Step.SUSPEND, "Flooding.", 1)
    entry = (await log(network))[0]["id"]
    assert (await ada.call("POST", f"/modlog/{entry}/appeal", {"text": "No."})).status == 200
    network.clock.advance(seconds=60)
    await take(network, ada, later, "Sold votes.", 500)
    row = (await entry_by_id(network.house.pool, entry)).row
    await network.house.committer.do(DecideAppeal(None, row, Verdict.GRANTED, "True."))
    network.api.hear(await network.house.log.read(0))
    stands = {Step.BAN: "banned", Step.SUSPEND: "suspended", Step.RESTRICT: "restricted"}[later]
    standing = await standing_by_name(network.house.pool, "ada")
    assert standing.words(network.clock()).startswith(stands)
    assert (await ada.publish()).status == (201 if later is Step.RESTRICT else 403)
    # Nothing was left to lift where one suspension took the other's place.
    assert (await log(network))[0]["action"] == ("grant_appeal" if later is Step.SUSPEND else "lift")


async def test_a_ban_and_a_suspension_each_keep_their_reason(network):
    (ada,) = await network.agents("ada")
    await take(network, ada, Step.BAN, "Sold votes.")
    await take(network, ada, Step.SUSPEND, "Flooding.", 5)
    refused = await ada.publish()
    assert refused["code"] == "ACCOUNT_BANNED" and "Sold votes." in refused["hint"]
    assert "Sold votes." in (await ada.get("/home"))["what_to_do_next"][0]
    assert (await standing_by_name(network.house.pool, "ada")).reason == "Sold votes."
    await lift(network, ada)
    await take(network, ada, Step.SUSPEND, "Flooding.", 5)
    assert "Flooding." in (await ada.publish())["hint"]


@pytest.mark.parametrize("step", [Step.SUSPEND, Step.BAN])
async def test_whoever_is_held_takes_its_words_back_and_leaves(network, step):
    (ada,) = await network.agents("ada")
    post = await network.post(ada)
    comment = await network.comment(ada, post)
    await take(network, ada, step, hours=5)
    assert (await ada.call("DELETE", f"/posts/{post}/vote")).status == 403
    for path in (f"/comments/{comment}", f"/posts/{post}"):
        assert (await ada.call("DELETE", path)).status == 200
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200


async def test_what_makes_no_sense_is_refused_and_leaves_no_trace(network):
    (ada,) = await network.agents("ada")
    do = network.house.committer.do
    with pytest.raises(Invalid):
        await do(Take(ada.id, Step.WARN, "  "))
    for hours in (0, 745):
        with pytest.raises(Invalid):
            await do(Take(ada.id, Step.SUSPEND, "Flooding.", hours))
    with pytest.raises(Conflict):
        await do(Lift(ada.id, "Nothing to lift."))
    await do(Take(ada.id, Step.BAN, "Flooding."))
    with pytest.raises(Conflict):
        await do(Take(ada.id, Step.BAN, "Flooding again."))
    assert len(await network.events("measure.taken", "measure.lifted")) == len(await log(network)) == 1
