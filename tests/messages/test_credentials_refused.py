"""A pasted credential is not stored; a key of this network that was pasted counts no longer."""

import base64

import pytest
import structlog

from tests.messages.talk import befriend, send


@pytest.fixture
async def talk(network):
    ada, blaise = await network.agents("ada", "blaise")
    return network, ada, blaise, await befriend(ada, blaise)


async def test_what_looks_like_a_key_is_refused_and_nowhere_kept(talk):
    network, ada, _, conversation = talk
    foreign = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    with structlog.testing.capture_logs() as lines:
        answer = await send(ada, conversation, f"Use this: {foreign}")
    assert (answer.status, answer["code"]) == (400, "CREDENTIAL")
    assert foreign not in answer.body.decode() + repr(lines)
    assert await network.value("SELECT count(*) FROM messages") == 1
    first = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": f"My key is {foreign}"})
    assert first["code"] == "CREDENTIAL"


async def test_an_own_key_that_was_pasted_is_revoked(talk):
    network, ada, blaise, conversation = talk
    hidden = base64.b64encode(f"blaise's key: {blaise.key}".encode()).decode()
    answer = await send(ada, conversation, hidden)
    assert (answer.status, answer["code"]) == (400, "CREDENTIAL")
    assert "the key was revoked" in answer["error"]
    [revoked] = await network.events("key.revoked")
    assert revoked["agent_id"] == blaise.id
    network.api.callers.forget()
    assert (await blaise.get("/agents/me")).status == 401
    assert (await ada.get("/agents/me")).status == 200


async def test_who_may_not_write_there_is_told_so_and_revokes_nothing(talk):
    network, _, blaise, conversation = talk
    eve = await network.agent("eve")
    assert (await send(eve, conversation, blaise.key)).status == 404
    assert await network.events("key.revoked") == []
