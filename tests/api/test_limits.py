"""Limits: exact for posts, comments and submolts, fair for everything else; every answer tells what is left."""

import os
import subprocess
import sys

import pytest

from moltbook.api.limits import Budgets, Spent
from moltbook.house import Limit
from moltbook.kernel.tallies import PLACES, Tallies, open_tallies
from moltbook.settings import NO_LIMITS, Limits
from moltbook.verification import Trust


def test_a_budget_is_spent_call_by_call_and_comes_back_with_the_minute():
    now = 1000.0
    budgets = Budgets(Limits(reads_per_minute=3), clock=lambda: now)
    assert [budgets.spend(Limit.READ, "ada").left for _ in range(3)] == [2, 1, 0]
    now = 1059.9
    with pytest.raises(Spent) as spent:
        budgets.spend(Limit.READ, "ada")
    assert spent.value.retry_after_seconds == 1
    assert budgets.spend(Limit.READ, "blaise").left == 2
    assert budgets.spend(Limit.WRITE, "ada").left == 29
    now = 1060.0
    assert budgets.spend(Limit.READ, "ada").left == 2


def test_what_is_switched_off_has_no_budget():
    budgets = Budgets(NO_LIMITS)
    assert all(budgets.spend(kind, "ada") is None for kind in Limit)


SPEND = """
import sys
from moltbook.api.limits import Budgets
from moltbook.house import Limit
from moltbook.kernel.tallies import Tallies
from moltbook.settings import Limits
budgets = Budgets(Limits(reads_per_minute=60), Tallies(int(sys.argv[1])), clock=lambda: 1000.0)
print([budgets.spend(Limit.READ, "ada").left for _ in range(2)])
"""


def test_all_workers_of_a_machine_count_the_same_calls():
    fd = open_tallies()
    spent = [
        subprocess.run([sys.executable, "-c", SPEND, str(fd)], pass_fds=[fd], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert spent == [b"[59, 58]\n", b"[57, 56]\n"]
    budgets = Budgets(Limits(reads_per_minute=60), Tallies(fd), clock=lambda: 1000.0)
    assert budgets.spend(Limit.READ, "ada").left == 55
    assert budgets.spend(Limit.READ, "blaise").left == 59
    os.close(fd)


def test_where_all_places_are_taken_the_window_that_ends_first_makes_room(monkeypatch):
    monkeypatch.setattr("moltbook.kernel.tallies.SLOTS", PLACES)
    tallies = Tallies()
    for n in range(PLACES):
        assert tallies.count(f"{n}", 60, n) == (1, n + 60)
    assert tallies.count("another", 60, 30) == (1, 90)
    assert tallies.count("1", 60, 30) == (2, 61)
    assert tallies.count("0", 60, 30) == (1, 90)
    # Nobody's window is over before another is asked for.
    assert tallies.count("another", 60, 31) == (2, 90)


def test_a_flood_of_callers_gives_nobody_a_second_day(monkeypatch):
    monkeypatch.setattr("moltbook.kernel.tallies.SLOTS", PLACES)
    budgets = Budgets(Limits(reads_per_minute=1, registrations_per_day=1), clock=lambda: 0.0)
    budgets.spend(Limit.REGISTER, "ada")
    for n in range(100):
        budgets.spend(Limit.READ, str(n))
    with pytest.raises(Spent):
        budgets.spend(Limit.REGISTER, "ada")


async def test_every_answer_tells_the_budget(found):
    async with found(limits=Limits(reads_per_minute=4)) as network:
        ada = await network.agent("ada")
        answers = [await ada.get("/agents/me") for _ in range(3)] + [await ada.get("/posts/no-uuid")]
        assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["3", "2", "1", "0"]
        assert {a.headers["x-ratelimit-limit"] for a in answers} == {"4"}
        assert answers[-1].status == 400
        refused = await ada.get("/agents/me")
        assert refused.status == 429
        wait = refused["retry_after_seconds"]
        assert refused.headers["retry-after"] == str(wait)
        assert 1 <= wait <= 60
        assert (refused.headers["x-ratelimit-remaining"], refused["remaining"], refused["limit"]) == ("0", 0, 4)
        assert int(refused.headers["x-ratelimit-reset"]) > 1_700_000_000
        # Writes and other callers have budgets of their own.
        assert (await ada.publish()).status == 201
        assert (await network.call("GET", "/posts")).status == 200


async def test_who_goes_astray_pays_from_the_budget_of_the_address(found):
    async with found(limits=Limits(reads_per_minute=5)) as network:
        ada = await network.agent("ada")
        stray = [("GET", "/nowhere", None), ("PUT", "/posts", None), ("GET", "/home", None), ("GET", "/home", "wrong")]
        for left, (method, path, key) in zip((4, 3, 2, 1), stray, strict=True):
            answer = await network.call(method, path, key=key)
            assert answer.status in (401, 404, 405)
            assert answer.headers["x-ratelimit-remaining"] == str(left), path
            assert answer.headers["x-ratelimit-limit"] == "5"
        headers = {"x-moltbook-app-key": network.house.keyring.new_app_key()}
        answer = await network.call("POST", "/agents/verify-identity", json={"token": ""}, headers=headers)
        assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (401, "0")
        refused = await network.call("GET", "/home", key="wrong")
        assert (refused.status, refused["code"]) == (429, "RATE_LIMITED")
        # Who has a key has a budget of its own, from wherever it calls.
        assert (await ada.get("/home")).headers["x-ratelimit-remaining"] == "4"


async def test_sixty_reads_and_thirty_writes_a_minute_are_the_default(found):
    async with found(limits=Limits(post_every_seconds=0)) as network:
        ada = await network.agent("ada")
        assert [(await ada.get("/feed")).status for _ in range(61)] == [200] * 60 + [429]
        assert [(await ada.call("POST", "/agents/heartbeat")).status for _ in range(31)] == [200] * 30 + [429]


async def test_an_address_registers_so_many_agents_a_day_but_the_house_itself_more(found):
    from tests.world import Caller

    async with found(limits=Limits(registrations_per_day=2)) as network:
        stranger = Caller(network.api, "203.0.113.9")
        statuses = [(await stranger("POST", "/agents/register", json={"name": f"agent{n}"})).status for n in range(3)]
        assert statuses == [201, 201, 429]
        await network.agents("one", "two", "three")


async def test_who_has_many_addresses_registers_no_more_agents(found):
    from tests.world import Caller

    async with found(limits=Limits(registrations_per_day=2)) as network:
        addresses = ("2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", "2001:db8:0:1::1")
        asked = [
            await Caller(network.api, address)("POST", "/agents/register", json={"name": f"agent{n}"})
            for n, address in enumerate(addresses)
        ]
        assert [answer.status for answer in asked] == [201, 201, 429, 201]


async def test_one_post_in_thirty_minutes(found):
    async with found(limits=Limits()) as network:
        ada, blaise = await network.agents("ada", "blaise")
        assert (await ada.publish(submolt="nowhere")).status == 404
        assert (await ada.publish("")).status == 400
        post = await network.post(ada)
        network.clock.advance(seconds=600)
        refused = await ada.publish()
        body = refused.json
        assert refused.status == 429
        assert body["error"] == body["message"] == "You can only post once every 30 minutes"
        assert (body["retry_after_seconds"], body["retry_after_minutes"], body["retryAfter"]) == (1200, 20, 1200)
        assert refused.headers["retry-after"] == "1200"
        assert body["code"] == "RATE_LIMITED"
        assert body["reset_at"].endswith("Z")
        # A refused attempt moves nothing, another agent is not concerned, a deletion gives nothing back.
        assert (await blaise.publish()).status == 201
        await ada.call("DELETE", f"/posts/{post}")
        assert (await ada.publish()).status == 429
        network.clock.advance(seconds=1199)
        assert (await ada.publish()).status == 429
        network.clock.advance(seconds=1)
        assert (await ada.publish()).status == 201


async def test_one_comment_in_twenty_seconds_and_fifty_a_day(found):
    async with found(limits=Limits(writes_per_minute=0, comments_per_day=3)) as network:
        ada = await network.agent("ada")
        post = await network.post(ada)
        assert (await ada.answer(post)).status == 201
        refused = await ada.answer(post)
        assert (refused.status, refused["retry_after_seconds"], refused["daily_remaining"]) == (429, 20, 2)
        assert "retry_after_minutes" not in refused.json
        for _ in range(2):
            network.clock.advance(seconds=20)
            assert (await ada.answer(post)).status == 201
        network.clock.advance(seconds=20)
        refused = await ada.answer(post)
        assert (refused.status, refused["daily_remaining"]) == (429, 0)
        assert 0 < refused["retry_after_seconds"] <= 12 * 3600
        network.clock.advance(seconds=refused["retry_after_seconds"])
        assert (await ada.answer(post)).status == 201


async def test_one_submolt_an_hour(found):
    async with found(limits=Limits()) as network:
        ada = await network.agent("ada")
        assert (await ada.call("POST", "/submolts", {"name": "first"})).status == 201
        refused = await ada.call("POST", "/submolts", {"name": "second"})
        assert (refused.status, refused["error"]) == (429, "You can only create a submolt once every hour")
        assert refused["retry_after_minutes"] == 60
        network.clock.advance(hours=1)
        assert (await ada.call("POST", "/submolts", {"name": "second"})).status == 201


async def test_of_many_posts_at_once_one_passes(found):
    async with found(limits=Limits(writes_per_minute=0)) as network:
        ada = await network.agent("ada")
        answers = await network.together(100, ada.publish)
        assert sorted(a.status for a in answers) == [201] + [429] * 99
        assert await network.value("SELECT count(*) FROM posts") == 1


async def test_a_newcomer_has_narrower_limits_for_a_day(found):
    async with found(limits=Limits(writes_per_minute=0), new_agent_limits=True) as network:
        ada, blaise = await network.agents("ada", "blaise")
        await network.house.committer.do(Trust(blaise.id))
        post = await network.post(ada)
        await network.post(blaise)
        network.clock.advance(seconds=1800)
        refused = await ada.publish()
        assert (refused.status, refused["error"]) == (429, "You can only post once every 2 hours")
        assert refused["retry_after_minutes"] == 90
        assert (await blaise.publish()).status == 201
        assert (await ada.answer(post)).status == 201
        network.clock.advance(seconds=20)
        refused = await ada.answer(post)
        assert (refused.status, refused["retry_after_seconds"], refused["daily_remaining"]) == (429, 40, 19)
        network.clock.advance(seconds=5380)
        assert (await ada.publish()).status == 201


async def test_a_newcomer_writes_twenty_comments_a_day(found):
    async with found(limits=Limits(writes_per_minute=0), new_agent_limits=True) as network:
        (ada,) = await network.agents("ada")
        post = await network.post(ada)
        for _ in range(20):
            assert (await ada.answer(post)).status == 201
            network.clock.advance(seconds=60)
        refused = await ada.answer(post)
        assert (refused.status, refused["daily_remaining"]) == (429, 0)


async def test_a_newcomer_founds_one_submolt_and_waits_no_longer_than_its_first_day(found):
    async with found(limits=Limits(writes_per_minute=0), new_agent_limits=True) as network:
        (ada,) = await network.agents("ada")
        network.clock.advance(hours=20)
        answers = await network.together(
            10, lambda: ada.call("POST", "/submolts", {"name": network.house.keyring.new_code().lower()})
        )
        assert sorted(a.status for a in answers) == [201] + [429] * 9
        network.clock.advance(hours=3)
        refused = await ada.call("POST", "/submolts", {"name": "second"})
        assert (refused.status, refused["retry_after_minutes"]) == (429, 60)
        network.clock.advance(hours=1)
        assert (await ada.call("POST", "/submolts", {"name": "second"})).status == 201


async def test_limits_off_are_off_for_newcomers_too(found):
    async with found(new_agent_limits=True) as network:
        (ada,) = await network.agents("ada")
        assert [(await ada.publish()).status for _ in range(5)] == [201] * 5
