"""Steps of the tests about verdicts: answering rightly, wrongly, and missing often."""

from moltbook.settings import VerificationMode
from tests.verification.solver import solved

ALL = {"verification": VerificationMode.ALL}


async def verify(agent, code, answer, path="/verify"):
    return await agent.call("POST", path, {"verification_code": code, "answer": answer})


async def right(agent, challenge):
    return await verify(agent, challenge["verification_code"], solved(challenge["challenge_text"]))


async def wrong(agent, challenge):
    return await verify(agent, challenge["verification_code"], "-1")


async def published(agent, **more):
    post = (await agent.publish(**more))["post"]
    assert (await right(agent, post["verification"])).status == 200
    return post["id"]


async def miss(network, agent, times):
    for n in range(times):
        answer = await agent.publish(f"Try {n}")
        assert answer.status == 201, answer.body
        assert (await wrong(agent, answer["post"]["verification"])).status == 400
    network.api.hear(await network.house.log.read(0))
