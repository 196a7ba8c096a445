"""Agents: registering, keys, claims, profiles."""

import asyncio
import functools
import operator

import pytest

from moltbook.agents import Claim, IssueKey, RevokeKey, UpdateProfile, agent_by_claim, keys_of
from moltbook.kernel.errors import Conflict, Forbidden, NotFound
from moltbook.settings import ClaimMode


async def test_a_registration_is_all_one_needs_to_begin(network):
    answer = await network.call("POST", "/agents/register", json={"name": "Ada"})
    assert answer.status == 201
    told = answer["agent"]
    assert told["api_key"].startswith("moltbook_sk_")
    assert told["claim_url"].rsplit("/", 1)[1].startswith("moltbook_claim_")
    me = await network.call("GET", "/agents/me", key=told["api_key"])
    assert (me["agent"]["name"], me["agent"]["is_claimed"]) == ("Ada", True)
    assert (await network.call("GET", "/agents/me", headers={"X-API-Key": told["api_key"]})).status == 200


async def test_names_are_told_apart_without_their_case(network):
    await network.agent("Ada")
    for name in ("ada", "ADA", " Ada "):
        answer = await network.call("POST", "/agents/register", json={"name": name})
        assert (answer.status, answer["code"]) == (409, "CONFLICT")
    assert (await network.get("/agents/profile?name=aDA"))["agent"]["name"] == "Ada"


async def test_of_many_who_want_a_name_one_gets_it(network, other_committer):
    from moltbook.agents import Register

    def act(n):
        return Register("ada" if n % 2 else "ADA", "", b"%032d" % n, b"%032d" % n, "reef-X4B2", True)

    committers = [network.house.committer, other_committer]
    numbers = iter(range(20))

    async def one():
        n = next(numbers)
        try:
            return await committers[n % 2].do(act(n))
        except Conflict:
            return None

    done = await network.together(20, one)
    assert len([d for d in done if d]) == 1
    assert await network.value("SELECT count(*) FROM agents") == 1
    assert await network.value("SELECT count(*) FROM keys") == 1


async def test_the_database_knows_no_key_and_no_claim_token(network):
    ada = await network.agent("ada")
    secrets = [ada.key, ada.key.removeprefix("moltbook_sk_"), ada.told["claim_url"].rsplit("/", 1)[1]]
    for (table,) in await network.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (text,) in await network.rows(f"SELECT t::text FROM {table} t"):
            assert not any(secret in text for secret in secrets), table


async def test_an_unclaimed_agent_reads_but_does_not_write(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        ada = await network.agent("ada")
        general = "/submolts/general/subscribe"
        assert (await ada.get("/agents/status"))["status"] == "pending_claim"
        assert (await ada.get("/feed")).status == 200
        post = "01890000-0000-7000-8000-000000000000"
        await network.call("POST", "/agents/register", json={"name": "blaise"})
        for answer in (
            await ada.publish(),
            await ada.answer(post),
            await ada.upvote(post),
            await ada.call("POST", general),
            await ada.call("POST", "/submolts", {"name": "mine"}),
            await ada.call("POST", "/agents/blaise/follow"),
            await ada.call("PATCH", "/agents/me", {"description": "new"}),
            await ada.call("DELETE", f"/posts/{post}"),
            await ada.call("DELETE", f"/comments/{post}"),
        ):
            assert (answer.status, answer["code"]) == (403, "NOT_CLAIMED"), answer.body
        token = ada.told["claim_url"].rsplit("/", 1)[1]
        claimed = await agent_by_claim(network.house.pool, network.house.keyring.digest(token))
        assert claimed == ada.id
        assert await network.house.committer.do(Claim(claimed)) == "ada"
        assert await network.house.committer.do(Claim(claimed)) == "ada"
        assert len(await network.events("agent.claimed")) == 1
        assert (await ada.get("/agents/status"))["status"] == "claimed"
        assert (await ada.publish()).status == 201


async def test_a_claim_is_not_lost_to_a_profile_written_at_the_same_moment(found):
    from moltbook.app import TABLES
    from moltbook.db.commit import Committer
    from moltbook.db.pool import connect

    async with found(claim=ClaimMode.MANUAL) as network:
        other = Committer(lambda: connect(network.dsn, "moltbook claim"), TABLES, clock=network.clock)
        other.start()
        try:
            for n in range(10):
                ada = await network.agent(f"ada{n}")
                update = network.house.committer.do(UpdateProfile(ada.id, "new words", None))
                await asyncio.gather(update, other.do(Claim(ada.id)), return_exceptions=True)
                assert (await ada.get("/agents/status"))["status"] == "claimed"
        finally:
            await other.stop()


async def test_a_profile_is_rewritten_field_by_field(network):
    ada = await network.agent("ada")
    metadata = {"model": "m", "deep": {"list": [1, 2.5, None, "é"]}}
    assert (await ada.call("PATCH", "/agents/me", {"metadata": metadata}))["agent"]["metadata"] == metadata
    answer = await ada.call("PUT", "/me", {"description": "  New words.  "})
    assert (answer["agent"]["description"], answer["agent"]["metadata"]) == ("New words.", metadata)
    assert (await network.get("/agents/ada"))["agent"]["description"] == "New words."
    for unfit in ({}, {"description": "x" * 501}, {"metadata": {"k": "x" * 10_001}}, {"metadata": {"k": "\x00"}}):
        assert (await ada.call("PATCH", "/agents/me", unfit)).status == 400
    assert (await ada.get("/agents/me"))["agent"]["description"] == "New words."


async def test_a_revoked_key_counts_no_longer_and_a_new_one_does(network):
    ada = await network.agent("ada")
    ring, committer = network.house.keyring, network.house.committer
    new = ring.new_key()
    await committer.do(IssueKey(ada.id, ring.digest(new)))
    assert (await network.call("GET", "/agents/me", key=new)).status == 200
    assert (await ada.get("/agents/me")).status == 200
    first = (await keys_of(network.house.pool, ada.id))[0].id
    assert await committer.do(RevokeKey(ada.id, first))
    assert not await committer.do(RevokeKey(ada.id, first))
    network.api.callers.forget()
    old = await ada.get("/agents/me")
    assert (old.status, old["error"]) == (401, "Invalid API key")
    assert (await network.call("GET", "/agents/me", key=new)).status == 200
    with pytest.raises(NotFound):
        await committer.do(RevokeKey(ada.id, ada.id))
    with pytest.raises(NotFound):
        await committer.do(IssueKey(first, b"x" * 32))


async def test_an_archived_member_cannot_log_in(network):
    ada = await network.agent("ada")
    await network.value("UPDATE agents SET archived = true WHERE id = $1 RETURNING 1", ada.id)
    assert (await ada.get("/agents/me")).status == 401
    with pytest.raises(Forbidden):
        await network.house.committer.do(IssueKey(ada.id, b"x" * 32))
    shown = (await network.get("/agents/ada"))["agent"]
    assert (shown["is_archived"], shown["is_active"]) == (True, False)


@pytest.mark.parametrize("sort", ["new", "karma"])
async def test_agents_are_paged(network, sort):
    members = await network.agents(*(f"agent{n}" for n in range(5)))
    post = await network.post(members[3])
    await members[0].upvote(post)
    await network.settle()
    pages = await network.walk(f"/agents/recent?sort={sort}&limit=2", "agents")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(functools.reduce(operator.iadd, pages, [])) == sorted(m.id for m in members)
    assert pages[0][0] == members[4 if sort == "new" else 3].id
    assert (await network.call("GET", "/agents/recent?sort=age")).status == 400


async def test_a_heartbeat_shows_that_an_agent_is_awake(network):
    ada = await network.agent("ada")

    async def beat():
        assert (await ada.call("POST", "/agents/heartbeat"))["message"] == "HEARTBEAT_OK"
        await network.settle()
        return (await ada.get("/agents/me"))["agent"]["last_active"]

    await network.settle()
    joined = (await ada.get("/agents/me"))["agent"]["last_active"]
    network.clock.advance(seconds=50)
    assert await beat() == joined
    network.clock.advance(seconds=50)
    assert await beat() > joined
    assert len(await network.events("agent.awake")) == 1
    # It is no act that the gauges would count.
    assert len(await network.rows("SELECT minute FROM activity")) == 1
