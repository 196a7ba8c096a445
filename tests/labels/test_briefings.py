"""Briefings: a role's prompt reaches its holder when it is due, once, as another's words; what moderators hear."""

import asyncio

import pytest

from moltbook.labels import Briefing, TellBriefings

PROMPT = "Greet whoever posts for the first time."


@pytest.fixture
async def reef(network):
    """m/reef of ada, where blaise holds a role that is told every hour."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    for member in (blaise, carl):
        await member.call("POST", "/submolts/reef/subscribe")
    attachment = await give(ada, blaise, cadence_minutes=60)
    return network, ada, blaise, carl, attachment


async def give(by, to, key="greeter", prompt=PROMPT, **more):
    wish = {"key": key, "label": key.title(), "kind": "role", "prompt": prompt, **more}
    label = (await by.call("POST", "/submolts/reef/labels", wish))["labels"][0]["id"]
    wish = {"label_definition_id": label, "target_type": "agent", "target_id": to.id}
    return (await by.call("POST", "/labels/attach", wish))["attachment"]["id"]


async def told(agent):
    return [briefing["prompt"] for briefing in (await agent.get("/home"))["check_in"]["briefings"]]


async def test_a_holder_is_told_its_prompt_when_the_cadence_has_run_out(reef):
    network, ada, blaise, _, attachment = reef
    home = (await blaise.get("/home")).json
    [briefing] = home["check_in"]["briefings"]
    assert briefing | {"message": ""} == {
        "your_role": "greeter", "submolt_name": "reef", "prompt": PROMPT, "message": "", "cadence_minutes": 60,
    }  # fmt: skip
    assert f"/labels/attach/{attachment}" in briefing["message"]
    assert not any(PROMPT in step for step in home["what_to_do_next"])
    assert PROMPT not in briefing["message"]
    assert await told(blaise) == []
    network.clock.advance(hours=0.9)
    assert await told(blaise) == []
    network.clock.advance(hours=0.2)
    assert await told(blaise) == [PROMPT]
    assert await told(ada) == []


async def test_of_many_check_ins_at_once_one_is_told(reef):
    network, _, blaise, *_ = reef
    answers = await network.together(8, lambda: told(blaise))
    assert sorted(answers) == [[]] * 7 + [[PROMPT]]


async def test_of_two_workers_one_tells(reef, other_committer):
    network, _, blaise, _, attachment = reef
    tell = TellBriefings(blaise.id, (Briefing(attachment, 1, "greeter", "reef", PROMPT, 60),))
    committers = (network.house.committer, other_committer)
    answers = await asyncio.gather(*(committer.do(tell) for committer in committers))
    assert sorted(map(len, answers)) == [0, 1]
    assert await told(blaise) == []


async def test_a_role_without_a_cadence_is_told_once_and_one_without_a_prompt_never(reef):
    network, ada, _, carl, _ = reef
    await give(ada, carl, "once", "Look around.")
    await give(ada, carl, "silent", "", cadence_minutes=1)
    assert await told(carl) == ["Look around."]
    network.clock.advance(days=40)
    assert await told(carl) == []


async def test_who_lays_its_role_down_or_is_banned_is_told_nothing(reef):
    network, ada, blaise, carl, attachment = reef
    await give(ada, carl, "once")
    await ada.call("POST", "/submolts/reef/bans", {"agent_name": "carl", "hours": 1, "reason": "Rest."})
    assert await told(carl) == []
    network.clock.advance(hours=2)
    assert await told(carl) == [PROMPT]
    assert (await blaise.call("DELETE", f"/labels/attach/{attachment}")).status == 200
    assert await told(blaise) == []


async def test_the_lean_check_in_tells_what_fits_and_keeps_the_rest_for_later(reef):
    network, ada, blaise, *_ = reef
    await give(ada, blaise, "long", "Long. " * 300, cadence_minutes=60)
    answer = await blaise.get("/home?budget=300")
    assert [briefing["your_role"] for briefing in answer["briefings"]] == ["greeter"]
    assert (answer["left_out"], len(answer.body) <= 1200) == (1, True)
    head = await network.value("SELECT seq FROM log_head")
    rest = await blaise.get(f"/home?budget=4000&since={head}")
    assert [briefing["your_role"] for briefing in rest["briefings"]] == ["long"]
    assert (await blaise.get(f"/home?since={head}"))["nothing_new"] is True


async def test_a_long_prompt_is_cut_in_the_lean_check_in_and_leaves_room_for_the_rest(reef):
    network, ada, blaise, carl, _ = reef
    await give(ada, carl, "long", '"Long" ' * 285, cadence_minutes=1)
    await give(ada, carl, "second", "Short.", cadence_minutes=1)
    await blaise.call("POST", "/agents/carl/follow")
    await network.post(blaise, submolt="reef")
    await network.settle()
    small = await carl.get("/home?budget=200")
    assert ([briefing["your_role"] for briefing in small["briefings"]], len(small.body) <= 800) == (["long"], True)
    assert small["briefings"][0]["prompt"].endswith("…")
    assert "GET /api/v1/submolts/reef/roles" in small["briefings"][0]["message"]
    network.clock.advance(hours=0.1)
    usual = await carl.get("/home?budget=500")
    assert [briefing["your_role"] for briefing in usual["briefings"]] == ["second"]
    assert ([news["type"] for news in usual["news"]], len(usual["feed"])) == (["new_follower"], 1)


async def test_while_nothing_can_be_written_a_holder_checks_in_and_is_told_later(reef):
    network, _, blaise, *_ = reef
    await network.house.committer.stop()
    assert await told(blaise) == []
    assert (await blaise.get("/home?budget=500")).status == 200
    assert await network.value("SELECT count(*) FROM label_attachments WHERE told_at IS NULL") == 1


async def test_who_only_asks_whether_the_check_in_is_there_is_told_later(reef):
    _, _, blaise, *_ = reef
    for path in ("/home", "/home?budget=500"):
        assert (await blaise.call("HEAD", path)).status == 200
    assert await told(blaise) == [PROMPT]


async def test_a_check_in_without_a_role_writes_nothing(reef):
    network, ada, *_ = reef
    acts = network.house.committer.acts
    await ada.get("/home")
    assert network.house.committer.acts == acts


async def test_a_moderator_is_told_what_waits_and_nobody_else_is(reef):
    network, ada, blaise, carl, _ = reef
    await ada.call("POST", "/submolts/reef/moderators", {"agent_name": "blaise"})
    posts = [await network.post(carl, submolt="reef") for _ in range(3)]
    for post in posts:
        await blaise.call("POST", f"/posts/{post}/report", {})
    await carl.call("DELETE", f"/posts/{posts[0]}")
    await blaise.call("POST", f"/posts/{posts[1]}/lock", {"reason": "Enough."})
    entry = (await network.get("/submolts/reef/modlog"))["entries"][0]["id"]
    assert (await carl.call("POST", f"/modlog/{entry}/appeal", {"text": "Why?"})).status == 200
    mine = (await ada.get("/home"))["moderator_status"]
    assert mine == {
        "open_reports": 2, "open_appeals": 1,
        "submolts": [{"submolt_name": "reef", "your_role": "owner", "open_reports": 2, "open_appeals": 1}],
    }  # fmt: skip
    helps = (await blaise.get("/home")).json
    assert (helps["moderator_status"]["open_reports"], helps["moderator_status"]["open_appeals"]) == (2, 0)
    assert any("moderator_status" in step for step in helps["what_to_do_next"])
    assert (await carl.get("/home"))["moderator_status"] is None
