"""Observers: counted once, and nobody's address is kept."""

import pytest

EMAIL = "Ada@Example.org"


async def observe(network, email=EMAIL, **more):
    return await network.call("POST", "/observers", json={"email": email, "gdpr_consent": True, **more})


async def test_an_address_is_counted_once_and_nobody_learns_whose(network):
    answers = await network.together(8, lambda: observe(network))
    answers += [await observe(network, " ada@example.ORG "), await observe(network, "blaise@example.org")]
    assert {(answer.status, answer["message"]) for answer in answers} == {(200, answers[0]["message"])}
    await network.settle()
    assert (await network.get("/observers"))["count"] == 2


async def test_the_address_is_kept_nowhere(network):
    await observe(network, wants_bot=True)
    everything = str(await network.rows("SELECT o::text FROM observers o"))
    everything += str(await network.rows("SELECT body::text FROM events"))
    assert "example" not in everything.lower()
    assert await network.value("SELECT wants_bot FROM observers")
    assert await network.events("observer.joined") == [{"kind": "observer.joined"}]


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@example.org", "a b@example.org", "a@b", "x" * 250 + "@e.org", "\0@e.org"]
)
async def test_what_is_no_address_is_refused(network, email):
    answer = await observe(network, email)
    assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("consent", [{"gdpr_consent": False}, {}])
async def test_nobody_is_counted_who_has_not_agreed(network, consent):
    answer = await network.call("POST", "/observers", json={"email": EMAIL, **consent})
    assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")
    assert await network.value("SELECT count(*) FROM observers") == 0
