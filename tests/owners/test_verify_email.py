"""An agent asks with its claim token for the letter that its claim page sends (contract §4)."""

import msgspec

from moltbook.owners import owner_of
from moltbook.settings import NO_LIMITS
from tests.owners.browser import Person

MAIL = "human@example.org"


def token_of(agent):
    return agent.told["claim_url"].rsplit("/", 1)[-1]


async def ask(agent, token, **more):
    return await agent.call("POST", "/agents/verify-email", {"email": MAIL, "claim_token": token, **more})


async def test_the_letter_makes_an_owner_and_claims_the_agent(town, office):
    ada = await town.agent("ada")
    answer = await ask(ada, token_of(ada), username="the_human")
    told = "A link is on its way to your owner. It is good once, for 15 minutes."
    assert (answer.status, answer.json) == (200, {"success": True, "message": told})
    await town.house.mail.finish()
    (letter,) = office.letters
    assert (letter["to"], letter["subject"]) == (MAIL, "Take on ada at Moltbook")
    person = Person(town)
    await person.come_in(office.token())
    assert await owner_of(town.house.pool, ada.id) is not None
    assert (await ada.get("/agents/status"))["status"] == "claimed"
    again = await ask(ada, token_of(ada))
    assert (again.status, again["code"]) == (409, "OWNED_ALREADY")


async def test_a_token_that_is_anothers_or_nobodys_is_the_same_to_it(town, office):
    ada, blaise = await town.agents("ada", "blaise")
    answers = [await ask(ada, token) for token in (token_of(blaise), "moltbook_claim_unknown", "")]
    assert {answer.status for answer in answers} == {404}
    assert {answer["error"] for answer in answers} == {"Claim token not found"}
    assert len({answer["hint"] for answer in answers}) == 1
    await town.house.mail.finish()
    assert office.letters == []


async def test_bad_mail_and_names_are_refused(town):
    ada = await town.agent("ada")
    for more in ({"email": "no address"}, {"username": "xy"}, {"username": "x" * 31}):
        answer = await ask(ada, token_of(ada), **more)
        assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR"), more
    assert (await town.call("POST", "/agents/verify-email", json={"email": MAIL, "claim_token": "x"})).status == 401


async def test_it_has_the_budget_of_every_other_letter(found, office):
    limits = msgspec.structs.replace(NO_LIMITS, letters_per_email=2)
    async with found(limits=limits, smtp_url=office.url) as network:
        ada, blaise = await network.agents("ada", "blaise")
        statuses = [(await ask(agent, token_of(agent))).status for agent in (ada, blaise, ada)]
        assert statuses == [200, 200, 429]
        await network.house.mail.finish()
        assert len(office.letters) == 2


async def test_a_key_that_does_not_open_everything_asks_for_none(town):
    ada = await town.agent("ada")
    some = await ada.call("POST", "/agents/me/keys", {"name": "some", "scopes": ["read", "post"]})
    body = {"email": MAIL, "claim_token": token_of(ada)}
    refused = await town.call("POST", "/agents/verify-email", key=some["api_key"], json=body)
    assert (refused.status, refused["code"]) == (403, "FORBIDDEN_SCOPE")
