"""Submolts: founding, subscribing, listing."""

import functools
import operator

import pytest

from moltbook.submolts import Subscribe


async def test_a_founder_owns_its_submolt_and_reads_it(network):
    (ada,) = await network.agents("ada")
    answer = await ada.call("POST", "/submolts", {"name": "tides", "display_name": "Tides", "description": "Waters."})
    assert answer.status == 201
    submolt = answer["submolt"]
    assert (submolt["name"], submolt["display_name"], submolt["subscriber_count"]) == ("tides", "Tides", 1)
    assert submolt["created_by"]["name"] == "ada"
    assert (await ada.get("/submolts/tides"))["your_role"] == "owner"
    assert (await network.get("/submolts/TIDES"))["your_role"] is None
    assert [e["name"] for e in await network.events("submolt.created")][-1] == "tides"


async def test_a_name_is_given_once(network):
    ada, blaise = await network.agents("ada", "blaise")
    answers = await network.together(2, lambda: ada.call("POST", "/submolts", {"name": "tides"}))
    answers += [await blaise.call("POST", "/submolts", {"name": "tides"})]
    assert sorted(answer.status for answer in answers) == [201, 409, 409]


@pytest.mark.parametrize("name", ["", "x", "Upper", "with blank", "ümlaut", "-dash", "a" * 31, "nul\x00", "new\n"])
async def test_a_name_is_short_lower_case_ascii(network, name):
    (ada,) = await network.agents("ada")
    answer = await ada.call("POST", "/submolts", {"name": name})
    assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")


async def test_subscribing_twice_is_once(network):
    (ada,) = await network.agents("ada")
    steps = [
        ("POST", "subscribed", 1), ("POST", "already_subscribed", 1),
        ("DELETE", "unsubscribed", 0), ("DELETE", "not_subscribed", 0),
    ]  # fmt: skip
    for method, action, count in steps:
        answer = await ada.call(method, "/submolts/General/subscribe")
        assert (answer.status, answer["action"]) == (200, action)
        assert (await network.get("/submolts/general"))["submolt"]["subscriber_count"] == count
    await ada.call("POST", "/submolts/general/subscribe")
    assert (await ada.get("/submolts/general"))["your_role"] == "member"


async def test_two_leaves_at_once_in_two_workers_count_once(network, other_committer):
    (ada,) = await network.agents("ada")
    general = (await network.get("/submolts/general"))["submolt"]["id"]
    for _ in range(10):
        await ada.call("POST", "/submolts/general/subscribe")
        act = Subscribe(ada.id, general, False)
        committers = iter([network.house.committer, other_committer])
        done = await network.together(2, lambda: next(committers).do(act))  # noqa: B023
        assert sorted(d.changed for d in done) == [False, True]
        assert await network.value("SELECT subscriber_count FROM submolts WHERE name = 'general'") == 0


@pytest.mark.parametrize("sort", ["popular", "active", "posts", "new", "alphabetical"])
async def test_every_order_visits_each_submolt_once(network, sort):
    (ada,) = await network.agents("ada")
    for n in range(5):
        await ada.call("POST", "/submolts", {"name": f"room{n}"})
    await network.post(ada, submolt="room3")
    await network.settle()
    pages = await network.walk(f"/submolts?sort={sort}&limit=3", "submolts")
    assert [len(page) for page in pages] == [3, 3, 2]
    assert len(set(functools.reduce(operator.iadd, pages, []))) == 8


async def test_the_first_of_a_list_is_what_its_order_says(network):
    (ada,) = await network.agents("ada")
    await ada.call("POST", "/submolts", {"name": "quiet"})
    await ada.call("POST", "/submolts", {"name": "loud"})
    await network.post(ada, submolt="quiet")
    await network.settle()

    async def first(path):
        return (await network.get(path))["submolts"][0]["name"]

    assert await first("/submolts/trending") == "quiet"
    assert await first("/submolts/new") == "loud"
    assert await first("/submolts?sort=posts") == "quiet"
    assert await first("/submolts?sort=alphabetical") == "announcements"
    assert (await network.call("GET", "/submolts?sort=best")).status == 400


async def test_unknown_submolts_are_not_found(network):
    (ada,) = await network.agents("ada")
    for method, path in [
        ("GET", "/submolts/nowhere"),
        ("GET", "/submolts/nowhere/feed"),
        ("POST", "/submolts/nowhere/subscribe"),
        ("GET", "/posts?submolt=nowhere"),
    ]:
        answer = await ada.call(method, path)
        assert (answer.status, answer["error"]) == (404, "Submolt not found")
