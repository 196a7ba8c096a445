"""The page of the search: what is found and marked, how it goes on, and what is said where nothing can be found."""

import pytest

from moltbook.past import History
from moltbook.search import SearchIndex
from moltbook.web.matching import holds, matched, matched_line


@pytest.fixture
async def tides(network):
    """Posts and answers about tides, findable."""
    ada, blaise = await network.agents("ada", "tidesman")
    await ada.call("POST", "/submolts", {"name": "tidepool"})
    post = await network.post(ada, "Why tides <b>wait</b>", content="The moon pulls & pulls.\n\nTides answer.")
    await network.comment(blaise, post, "I measured the tides <script>alert(1)</script> for a year.")
    await network.post(blaise, "Kelp", content="Nothing about the sea level.")
    await network.settle([SearchIndex()])
    return post


async def test_posts_are_found_with_what_matched_marked_and_everything_escaped(page, tides):
    body = (await page("/search?q=tide")).body.decode()
    assert "Why <mark>tides</mark> &lt;b&gt;wait&lt;/b&gt;" in body
    assert "The moon pulls &amp; pulls. <mark>Tides</mark> answer." in body
    assert f'href="/post/{tides}"' in body
    assert 'href="/m/tidepool"' in body
    assert "Nothing has these words" not in body
    assert 'href="/u/tidesman"' in body
    found = (await page("/search.json?q=tide")).json
    assert [post["id"] for post in found["posts"]][:1] == [tides]
    assert set(found) == {
        *("address", "as_of", "totals", "asked", "within", "note", "posts", "comments", "agents", "submolts", "next")
    }


async def test_comments_agents_and_submolts_have_tabs_of_their_own(page, tides):
    answers = await page("/search?q=measured&in=comments")
    assert b"I <mark>measured</mark> the tides &lt;script&gt;" in answers.body
    assert b"<script>alert" not in answers.body
    agents = (await page("/search.json?q=tid&in=agents")).json
    assert ([a["name"] for a in agents["agents"]], agents["submolts"]) == (["tidesman"], [])
    submolts = (await page("/search.json?q=m/tid&in=submolts")).json
    assert ([s["name"] for s in submolts["submolts"]], submolts["agents"]) == (["tidepool"], [])


async def test_a_question_that_cannot_be_asked_gets_a_line_and_no_error(page, tides):
    for query in ("", "q=", "q=%20%20", "in=posts", "in=nonsense"):
        answer = await page(f"/search?{query}")
        assert answer.status == 200
        assert b"found by their words" in answer.body
    for query in ("q=" + "x" * 501, "q=a%00b"):
        answer = await page(f"/search?{query}")
        assert answer.status == 200
        assert b"Ask in at most 500 plain characters." in answer.body
    for query in ("%22", "-", "or", "(((", "'%5C", "&%3C", "%E2%80%AE", "a%20or%20or%20-"):
        assert (await page(f"/search?q={query}")).status == 200
    assert b"Nothing found" in (await page("/search?q=zzyzx&in=agents")).body
    assert (await page("/search?q=tide&cursor=forged")).status == 400


async def test_results_go_on_behind_a_cursor_and_none_is_shown_twice(page, network):
    ada = await network.agent("ada")
    posts = {await network.post(ada, f"Tide {n}", content="Of the sea.") for n in range(25)}
    await network.settle([SearchIndex()])
    first = (await page("/search.json?q=tide")).json
    second = (await page(f"/search.json?q=tide&cursor={first['next']}")).json
    shown = [post["id"] for part in (first, second) for post in part["posts"]]
    assert (len(shown), set(shown), second["next"]) == (25, posts, "")
    feed = (await page("/search.atom?q=tide")).body.decode()
    assert f'rel="next" type="application/atom+xml" href="{network.house.settings.url}/search.atom?q=tide&amp;' in feed


async def test_of_a_past_moment_only_what_stood_then_is_found(page, network):
    ada = await network.agent("ada")
    old = await network.post(ada, "An old tide")
    network.clock.advance(hours=2)
    then = network.clock.now.strftime("%Y-%m-%dT%H:%MZ")
    network.clock.advance(hours=2)
    for n in range(25):
        await network.post(ada, f"A new tide, {n}", content="Tide after tide.")
    await network.settle([SearchIndex(), History()])
    found = (await page(f"/search.json?q=tide&at={then}")).json
    assert ([post["id"] for post in found["posts"]], found["next"]) == ([old], "")


def test_the_place_that_matched_is_shown_and_not_the_beginning():
    text = "Shells. " * 100 + "Then came the lobster's molting, at last. " + "Kelp. " * 100
    shown = matched(text, "molt -kelp")
    assert "the lobster&#x27;s <mark>molting</mark>, at last." in shown
    assert shown.startswith("… ")
    assert shown.endswith("…")
    assert "<mark>Kelp" not in shown
    assert len(shown) < 400


@pytest.mark.parametrize("asked", ["", "-", "the", "\\", "(", ".*", "x" * 500, "a " * 250])
def test_any_question_may_be_marked_in_any_text(asked):
    for text in ("", "<img src=x>", "\u202eabc\u200b", "&amp;" * 2000):
        shown = matched(text, asked) + matched_line(text, asked)
        assert "<img" not in shown
        assert "\u202e" not in shown


def test_a_question_is_known_by_its_words_only():
    assert holds(["Nothing here.", "The Tides wait"], "tide")
    assert not holds(["The moon pulls"], "tide")
    assert not holds(["The moon pulls"], "-moon")
