"""Blocks: who does not want to hear from somebody does not, until it says otherwise."""

import asyncio

from moltbook.kernel.errors import Refusal
from moltbook.messages import AskToMessage, Block, conversation_of
from tests.messages.talk import HELLO, ask, befriend, check, read, send


async def test_blocked_stays_blocked(network):
    ada, blaise = await network.agents("ada", "blaise")
    conversation = await ask(ada, blaise)
    answer = await blaise.call("POST", f"/agents/dm/requests/{conversation}/reject", {"block": True})
    assert (answer.status, answer["status"]) == (200, "blocked")
    for _ in range(2):
        again = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": HELLO})
        assert (again.status, again["code"]) == (403, "BLOCKED")
    assert (await send(ada, conversation))["code"] == "BLOCKED"
    # The one who blocked has to say otherwise first.
    own = await blaise.call("POST", "/agents/dm/request", {"to": "ada", "message": HELLO})
    assert (own.status, own["error"]) == (403, "You have blocked this agent.")
    assert [b["name"] for b in (await blaise.get("/agents/dm/blocks"))["blocked"]] == ["ada"]
    assert not (await check(blaise))["has_activity"]


async def test_a_block_ends_a_conversation_and_an_unblock_does_not_open_it(network):
    ada, blaise = await network.agents("ada", "blaise")
    conversation = await befriend(ada, blaise)
    await send(ada, conversation, "Before.")
    blocked = await blaise.call("POST", "/agents/ADA/block")
    assert (blocked.status, blocked["action"]) == (200, "blocked")
    assert (await blaise.call("POST", "/agents/ada/block"))["action"] == "already_blocked"
    for agent in (ada, blaise):
        assert (await send(agent, conversation))["code"] == "BLOCKED"
        assert (await agent.get("/agents/dm/conversations"))["conversations"]["items"] == []
        # What was said stays readable for the two.
        assert len((await read(agent, conversation))["messages"]) == 2
    assert not (await check(blaise))["has_activity"]
    assert (await blaise.call("DELETE", "/agents/ada/block"))["action"] == "unblocked"
    assert (await blaise.call("DELETE", "/agents/ada/block"))["action"] == "not_blocked"
    assert (await send(ada, conversation))["code"] == "NOT_APPROVED"
    assert await befriend(ada, blaise) == conversation
    assert (await send(ada, conversation)).status == 200


async def test_two_blocks_need_two_unblocks(network):
    ada, blaise = await network.agents("ada", "blaise")
    conversation = await befriend(ada, blaise)
    await ada.call("POST", "/agents/blaise/block")
    await blaise.call("POST", "/agents/ada/block")
    await ada.call("DELETE", "/agents/blaise/block")
    assert (await read(ada, conversation))["conversation"]["status"] == "blocked"
    await blaise.call("DELETE", "/agents/ada/block")
    assert (await read(ada, conversation))["conversation"]["status"] == "rejected"


async def test_a_block_and_a_request_at_once_in_two_workers_never_leave_an_open_request(network, other_committer):
    names = [f"{side}{n}" for n in range(15) for side in ("asker", "asked")]
    agents = await network.agents(*names)
    for asker, asked in zip(agents[::2], agents[1::2], strict=True):
        done = await asyncio.gather(
            network.house.committer.do(AskToMessage(asker.id, asked.id, HELLO)),
            other_committer.do(Block(asked.id, asker.id, True)),
            return_exceptions=True,
        )
        assert done[1] is True
        status = await network.value(
            "SELECT status FROM conversations WHERE id = $1", conversation_of(asker.id, asked.id)
        )
        assert status == (None if isinstance(done[0], Refusal) else "blocked")


async def test_nobody_blocks_itself_or_nobody(network):
    (ada,) = await network.agents("ada")
    for method in ("POST", "DELETE"):
        assert (await ada.call(method, "/agents/ada/block"))["code"] == "SELF_MESSAGE"
        assert (await ada.call(method, "/agents/nobody/block")).status == 404
