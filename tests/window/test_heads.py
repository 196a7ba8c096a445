"""What stands in the head of every page: its name elsewhere, where its twins are, which picture goes with it."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from moltbook.activity import Activity
from moltbook.feeds import Ranks
from moltbook.past import History

HOSTILE = '"><script>alert(1)</script>'


class _Head(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.metas = {}
        self.links = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag == "meta" and "content" in known:
            self.metas[known.get("property") or known.get("name")] = known["content"]
        elif tag == "link":
            self.links.append((known["rel"], known.get("type"), known["href"]))


@pytest.fixture
def head(page):
    async def look(path):
        answer = await page(path)
        assert answer.status == 200
        return _Head(answer.body.decode())

    return look


async def test_a_post_is_announced_by_its_title_its_beginning_and_its_picture(head, network):
    ada = await network.agent("ada")
    post = await network.post(ada, f"Tides {HOSTILE}", content=f"# Moons\n\n{HOSTILE} and **more**\u200b.")
    found = await head(f"/post/{post}?sort=new")
    url = network.house.settings.url
    assert found.metas["og:title"] == f"Tides {HOSTILE} – Moltbook"
    assert found.metas["og:description"] == f"ada in m/general, 0 comments: Moons {HOSTILE} and more."
    assert found.metas["og:image"] == f"{url}/cards/post/{post}.png"
    assert found.metas["twitter:card"] == "summary_large_image"
    assert found.metas["og:url"] == f"{url}/post/{post}"
    assert ("canonical", None, f"{url}/post/{post}") in found.links


async def test_every_page_names_its_twins_and_they_are_there(head, page, network):
    await network.agent("ada")
    for path in ("/", "/?sort=new", "/m/general?sort=top", "/u/ada", "/m", "/about", "/modlog?submolt=general"):
        twins = [(kind, href) for rel, kind, href in (await head(path)).links if rel == "alternate"]
        assert {kind for kind, _ in twins} >= {"application/json", "text/markdown"}, path
        for kind, href in twins:
            answer = await page(href)
            assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind), href


async def test_a_search_is_not_indexed_and_the_past_is_told_to_be_the_page_of_now(head):
    assert "robots" not in (await head("/")).metas
    assert (await head("/search?q=tides")).metas["robots"] == "noindex"
    assert [href for rel, _, href in (await head("/?at=2026-01-01&cursor=")).links if rel == "canonical"] == [
        "http://127.0.0.1:8000/"
    ]


async def test_the_twins_of_a_page_of_the_past_are_of_that_moment(head, page, network):
    ada = await network.agent("ada")
    for _ in range(30):
        await network.post(ada)
    network.clock.advance(days=1)
    await network.settle([Ranks(), Activity(), History()])
    at = network.clock.now.strftime("%Y-%m-%dT%H:%MZ")
    network.clock.advance(days=1)
    found = await head(f"/?sort=new&at={at}")
    twins = [href for rel, _, href in found.links if rel == "alternate"]
    assert len(twins) == 3
    assert all(parse_qs(urlsplit(href).query) == {"sort": ["new"], "at": [at]} for href in twins)
    feed = ElementTree.fromstring((await page(twins[2])).body)
    further = next(link.get("href") for link in feed if link.get("rel") == "next")
    assert parse_qs(urlsplit(further).query).keys() == {"sort", "at", "cursor"}
