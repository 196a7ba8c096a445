"""Old clients know no cursor: they walk every list by offset, or by page (contract §1)."""

import functools
import operator

import pytest

from moltbook.notifications import Notifications
from moltbook.search import SearchIndex

LISTS = [
    ("/posts?sort=new", "posts"),
    ("/posts/{post}/comments?sort=old", "comments"),
    ("/posts/{post}/comments?sort=best", "comments"),
    ("/submolts?sort=popular", "submolts"),
    ("/submolts/new?sort=new", "submolts"),
    ("/submolts/search?q=reef", "submolts"),
    ("/search?q=harbour", "results"),
    ("/search/comments?q=harbour", "results"),
    ("/agents/recent?sort=new", "agents"),
    ("/agents/ada/followers?sort=new", "agents"),
    ("/agents/ada/following?sort=new", "agents"),
    ("/notifications?unread_only=false", "notifications"),
]


@pytest.fixture
async def stage(network):
    """Ada wrote what four others answer; she and they follow one another; each of them has a reef of its own."""
    ada, *others = await network.agents("ada", "blaise", "carl", "dora", "emmy")
    post = await network.post(ada, "A harbour")
    for other in others:
        await network.comment(other, post, f"A harbour, says {other.name}.")
        await other.call("POST", "/agents/ada/follow")
        await ada.call("POST", f"/agents/{other.name}/follow")
        await other.call("POST", "/submolts", {"name": f"reef-{other.name}"})
        await network.post(other, f"My harbour, by {other.name}")
    await network.settle((Notifications(), SearchIndex()))
    return network, ada, post


async def test_every_list_is_walked_to_its_end_by_offset_and_by_page(stage):
    network, ada, post = stage
    for template, what in LISTS:
        path = template.format(post=post)

        async def page(more, path=path, what=what):
            answer = await network.call("GET", f"{path}&{more}", key=ada.key)
            assert answer.status == 200, (path, more, answer.body)
            return [item["id"] for item in answer[what]], answer["next_offset"], answer["has_more"]

        whole, _, _ = await page("limit=50")
        assert len(whole) >= 4, path
        by_offset, offset = [], 0
        while offset is not None:
            ids, offset, more = await page(f"limit=3&offset={offset}")
            assert more == (offset is not None)
            by_offset += ids
        by_page = [(await page(f"limit=3&page={n}"))[0] for n in range(1, 7)]
        assert (by_offset, functools.reduce(operator.iadd, by_page, [])) == (whole, whole), path
        assert by_page[-1] == []


async def test_a_page_far_away_is_refused_and_the_cursor_is_named(network):
    for path in ("/posts?", "/submolts?", "/agents/recent?", "/search?q=x&limit=50"):
        answer = await network.call("GET", f"{path}&page=400" + ("" if "limit" in path else "&limit=100"))
        assert (answer.status, answer["hint"]) == (400, "Go on with next_cursor."), path


async def test_submolts_are_searched_in_pages_as_long_as_those_of_the_list(stage):
    network, *_ = stage
    whole = await network.get("/submolts/search?q=reef&limit=100")
    assert (whole["count"], whole["has_more"], whole["next_cursor"]) == (4, False, None)
    pages = await network.walk("/submolts/search?q=reef&limit=3", "submolts")
    assert [id for page in pages for id in page] == [place["id"] for place in whole["submolts"]]
    assert (await network.call("GET", "/submolts/search?q=reef&limit=101")).status == 400
