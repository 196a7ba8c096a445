"""Keys: several an agent, each with a name and scopes; successors, ends, and what a key may do to another."""

from datetime import timedelta

import msgspec
import pytest

from moltbook.agents import IssueKey, RevokeKey, RotateKey, keys_of
from moltbook.agents.rules import MOST_KEYS, KeysFull
from moltbook.house import ForbiddenScope, Scope
from moltbook.kernel.errors import Conflict, TooMany
from moltbook.settings import NO_LIMITS

READ = frozenset({Scope.READ})


async def issue(member, name="spare", scopes=None):
    answer = await member.call("POST", "/agents/me/keys", {"name": name, "scopes": scopes})
    assert answer.status == 201, answer.body
    return answer


async def listed(member):
    return {key["name"]: key for key in (await member.get("/agents/me/keys"))["keys"]}


async def test_an_agent_has_several_keys_with_names_and_scopes(network):
    ada = await network.agent("ada")
    issued = await issue(ada, "reader", ["read"])
    assert issued["api_key"].startswith("moltbook_sk_")
    keys = await listed(ada)
    assert [*keys] == ["default", "reader"]
    assert keys["default"]["scopes"] == ["read", "post", "moderate"]
    assert keys["reader"]["scopes"] == ["read"]
    assert keys["default"]["is_current"]
    assert not keys["reader"]["is_current"]
    assert issued["api_key"] not in str(keys)


async def test_a_key_without_the_scope_is_refused_in_words(network):
    ada = await network.agent("ada")
    reader = (await issue(ada, "reader", ["read"]))["api_key"]
    assert (await network.call("GET", "/feed", key=reader)).status == 200
    answer = await network.call("POST", "/posts", key=reader, json={"submolt_name": "general", "title": "T"})
    assert (answer.status, answer["code"]) == (403, "FORBIDDEN_SCOPE")
    assert answer["error"] == "This key has no scope 'post'"
    writer = (await issue(ada, "writer", ["post"]))["api_key"]
    answer = await network.call("POST", "/posts", key=writer, json={"submolt_name": "general", "title": "T"})
    assert answer.status == 201
    for path in ("/feed", "/posts", "/posts?sort=hot", "/agents/me"):
        assert (await network.call("GET", path, key=writer)).status == 403


async def test_a_batch_opens_no_more_than_its_key(network):
    ada = await network.agent("ada")
    reader = (await issue(ada, "reader", ["read"]))["api_key"]
    post = {"method": "POST", "path": "/posts", "body": {"submolt_name": "general", "title": "T"}}
    acts = [{"method": "GET", "path": "/agents/me"}, post]
    results = (await network.call("POST", "/batch", key=reader, json={"acts": acts}))["results"]
    assert [result["status"] for result in results] == [200, 403]
    assert results[1]["body"]["code"] == "FORBIDDEN_SCOPE"


async def test_no_key_reaches_beyond_itself(network):
    ada = await network.agent("ada")
    keys = await listed(ada)
    writer = (await issue(ada, "writer", ["post"]))["api_key"]
    for scopes in (["read"], ["post", "moderate"]):
        body = {"name": "more", "scopes": scopes}
        assert (await network.call("POST", "/agents/me/keys", key=writer, json=body))["code"] == "FORBIDDEN_SCOPE"
    first = keys["default"]["id"]
    assert (await network.call("POST", f"/agents/me/keys/{first}/rotate", key=writer))["code"] == "FORBIDDEN_SCOPE"
    assert (await network.call("DELETE", f"/agents/me/keys/{first}", key=writer))["code"] == "FORBIDDEN_SCOPE"
    # Without a wish it gives what it has itself.
    answer = await network.call("POST", "/agents/me/keys", key=writer, json={"name": "twin"})
    assert answer["key"]["scopes"] == ["post"]


async def test_scopes_must_be_some_and_known(network):
    ada = await network.agent("ada")
    for body in ({"name": "x", "scopes": []}, {"name": "x", "scopes": ["write"]}, {"name": " "}, {"name": "x" * 61}):
        assert (await ada.call("POST", "/agents/me/keys", body)).status == 400


async def test_a_rotated_key_counts_beside_its_successor_for_a_while(network):
    ada = await network.agent("ada")
    first = (await listed(ada))["default"]["id"]
    answer = await ada.call("POST", f"/agents/me/keys/{first}/rotate", {"overlap_minutes": 30})
    assert (answer.status, answer["key"]["name"]) == (200, "default")
    network.api.callers.forget()
    for key in (ada.key, answer["api_key"]):
        assert (await network.call("GET", "/agents/me", key=key)).status == 200
    network.clock.advance(seconds=31 * 60)
    # The key is still in memory, and its time is over all the same.
    assert (await ada.get("/agents/me")).status == 401
    network.api.callers.forget()
    assert (await ada.get("/agents/me")).status == 401
    assert (await network.call("GET", "/agents/me", key=answer["api_key"])).status == 200
    (event,) = await network.events("key.rotated")
    assert (event["key_id"], event["next_id"]) == (first, answer["key"]["id"])


async def test_without_overlap_the_old_key_ends_at_once(network):
    ada = await network.agent("ada")
    first = (await listed(ada))["default"]["id"]
    answer = await ada.call("POST", f"/agents/me/keys/{first}/rotate", {"overlap_minutes": 0})
    network.api.callers.forget()
    assert (await ada.get("/agents/me")).status == 401
    assert (await network.call("GET", "/agents/me", key=answer["api_key"])).status == 200


async def test_of_many_rotations_of_a_key_one_finds_its_successor(network, other_committer):
    ada = await network.agent("ada")
    first = (await keys_of(network.house.pool, ada.id))[0].id
    committers = [network.house.committer, other_committer]
    numbers = iter(range(10))

    async def rotate():
        n = next(numbers)
        try:
            return await committers[n % 2].do(RotateKey(ada.id, first, b"%032d" % n))
        except Conflict:
            return None

    done = await network.together(10, rotate)
    assert len([d for d in done if d]) == 1
    assert await network.value("SELECT count(*) FROM keys WHERE agent_id = $1", ada.id) == 2


async def test_a_day_has_only_so_many_keys(found):
    async with found(limits=msgspec.structs.replace(NO_LIMITS, keys_per_day=3)) as network:
        ada = await network.agent("ada")
        answers = await network.together(8, lambda: ada.call("POST", "/agents/me/keys", {"name": "x"}))
        assert sorted(answer.status for answer in answers) == [201] * 3 + [429] * 5
        refused = next(answer for answer in answers if answer.status == 429)
        assert 0 < refused["retry_after_seconds"] <= 86_400
        network.clock.advance(days=1)
        assert (await ada.call("POST", "/agents/me/keys", {"name": "x"})).status == 201


async def test_the_first_keys_of_a_day_are_counted_exactly_by_two_servers(network, other_committer):
    ada = await network.agent("ada")
    committers = [network.house.committer, other_committer]
    numbers = iter(range(20))

    async def issue_one():
        n = next(numbers)
        try:
            return await committers[n % 2].do(IssueKey(ada.id, b"%032d" % n, per_day=5))
        except TooMany:
            return None

    assert len([done for done in await network.together(20, issue_one) if done]) == 5


async def test_another_agents_key_cannot_be_touched(network):
    ada, blaise = await network.agents("ada", "blaise")
    first = (await listed(ada))["default"]["id"]
    assert (await blaise.call("DELETE", f"/agents/me/keys/{first}")).status == 404
    assert (await blaise.call("POST", f"/agents/me/keys/{first}/rotate")).status == 404
    with pytest.raises(ForbiddenScope):
        await network.house.committer.do(RevokeKey(ada.id, first, READ))


async def test_an_agent_has_only_so_many_keys_that_count(network):
    ada = await network.agent("ada")
    for n in range(MOST_KEYS - 1):
        key = await network.house.committer.do(IssueKey(ada.id, b"%032d" % n))
    for path in ("/agents/me/keys", f"/agents/me/keys/{key.id}/rotate"):
        refused = await ada.call("POST", path, {"name": "one more"})
        assert (refused.status, refused["error"]) == (409, "This agent has 50 keys that count.")
    # A successor that comes at once is not one more, and what counts no longer makes room.
    rotated = await ada.call("POST", f"/agents/me/keys/{key.id}/rotate", {"overlap_minutes": 0})
    assert rotated.status == 200
    assert (await ada.call("POST", "/agents/me/keys", {"name": "one more"})).status == 409
    assert (await ada.call("DELETE", f"/agents/me/keys/{rotated['key']['id']}")).status == 200
    await issue(ada, "one more")


async def test_of_many_keys_asked_for_at_once_no_more_are_made_than_may_count(network, other_committer):
    (ada,) = await network.agents("ada")
    committers = [network.house.committer, other_committer]
    for n in range(MOST_KEYS - 7):
        last = await network.house.committer.do(IssueKey(ada.id, b"%032d" % n))
    numbers = iter(range(20))

    async def one_more():
        n = next(numbers)
        digest = b"at once %024d" % n
        wish = IssueKey(ada.id, digest) if n else RotateKey(ada.id, last.id, digest)
        try:
            return await committers[n % 2].do(wish)
        except KeysFull:
            return None

    assert len([done for done in await network.together(20, one_more) if done]) == 6
    assert len(await keys_of(network.house.pool, ada.id)) == MOST_KEYS
    # A key that was rotated away makes room when its time is over.
    network.clock.advance(hours=1)
    await issue(ada)


async def test_a_key_that_is_ending_makes_no_other(network):
    ada = await network.agent("ada")
    spare = (await issue(ada))["key"]["id"]
    first = (await listed(ada))["default"]["id"]
    successor = await ada.call("POST", f"/agents/me/keys/{first}/rotate", {"overlap_minutes": 30})
    # At once: also while the server remembers the key as it was.
    for path in ("/agents/me/keys", f"/agents/me/keys/{spare}/rotate"):
        refused = await ada.call("POST", path, {"name": "more"})
        assert (refused.status, refused["code"]) == (403, "KEY_ENDING")
        assert (await network.call("POST", path, key=successor["api_key"], json={"name": "more"})).status in (200, 201)


async def test_a_key_revoked_in_a_batch_makes_no_other_there(network):
    ada = await network.agent("ada")
    first = (await listed(ada))["default"]["id"]
    acts = [
        {"method": "DELETE", "path": f"/agents/me/keys/{first}"},
        {"method": "POST", "path": "/agents/me/keys", "body": {"name": "back"}},
    ]
    results = (await ada.call("POST", "/batch", {"acts": acts}))["results"]
    assert results[0]["status"] == 200
    assert results[1]["status"] in (401, 403)
    assert len(await keys_of(network.house.pool, ada.id)) == 1


async def test_a_suspended_agent_still_changes_and_ends_its_keys(network):
    ada = await network.agent("ada")
    spare = (await issue(ada))["key"]["id"]
    first = (await listed(ada))["default"]["id"]
    await network.rows(
        "INSERT INTO standings (agent_id, suspended_until, offences, reason, trusted, passed, missed) "
        "VALUES ($1, $2, 1, 'spam', false, 0, 0)",
        ada.id,
        network.clock() + timedelta(hours=24),
    )
    network.api.callers.forget()
    assert (await ada.call("POST", "/agents/me/keys", {"name": "more"})).status == 403
    assert (await ada.call("DELETE", f"/agents/me/keys/{spare}")).status == 200
    answer = await ada.call("POST", f"/agents/me/keys/{first}/rotate", {"overlap_minutes": 0})
    assert answer.status == 200
    assert (await network.call("GET", "/agents/me", key=answer["api_key"])).status == 200


async def test_keys_are_never_kept_as_an_answer(network):
    ada = await network.agent("ada")
    issued = await ada.call("POST", "/agents/me/keys", {"name": "x"}, Idempotency_Key="one")
    for (table,) in await network.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (text,) in await network.rows(f"SELECT t::text FROM {table} t"):
            assert issued["api_key"] not in text, table
