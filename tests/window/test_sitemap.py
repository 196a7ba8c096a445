"""What crawlers are told: every page that is to be found has its place in the sitemap, and nothing else."""

import gzip
from xml.etree import ElementTree

import pytest

from moltbook.web import sitemap

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def places(answer, url):
    assert answer.status == 200
    return [place.text.removeprefix(url) for place in ElementTree.fromstring(answer.body).iter(f"{SPACE}loc")]


@pytest.fixture
def read(page, network):
    async def get(path):
        return places(await page(path), network.house.settings.url)

    return get


async def test_the_index_names_parts_and_the_parts_name_every_page_once(read, network, monkeypatch):
    monkeypatch.setattr(sitemap, "STRETCH", 5)
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    posts = [await network.post(ada, f"Tide {n}") for n in range(7)]
    for post in posts:
        await blaise.upvote(post)
    await ada.call("DELETE", f"/posts/{posts[0]}")
    index = await read("/sitemap.xml")
    assert index == [
        "/sitemap/pages.xml",
        *(f"/sitemap/{n}.xml" for n in range(1, -(-network.house.log.head // 5) + 1)),
    ]
    found = [path for part in index[1:] for path in await read(part)]
    assert len(found) == len({*found})
    assert {*found} == {
        *(f"/post/{post}" for post in posts[1:]),
        *("/u/ada", "/u/blaise", "/m/reef", "/m/general", "/m/introductions", "/m/announcements"),
    }
    fixed = await read("/sitemap/pages.xml")
    assert {"/", "/m", "/u", "/about", "/join", "/modlog", "/docs"} <= {*fixed}
    assert "/search" not in fixed


async def test_parts_that_are_not_there_yet_are_not_found(page, network):
    for path in ("/sitemap/0.xml", "/sitemap/2.xml", "/sitemap/99999999999999999999.xml"):
        assert (await page(path)).status == 404


async def test_a_name_with_strange_letters_is_escaped(page, read, network):
    ada = await network.agent("ada")
    await network.house.pool.execute("UPDATE agents SET name = 'a&<b> ü' WHERE id = $1", ada.id)
    assert "/u/a%26%3Cb%3E%20%C3%BC" in await read("/sitemap/1.xml")


async def test_a_crawler_that_takes_gzip_gets_it(page, network):
    plain = await page("/sitemap/1.xml")
    packed = await page("/sitemap/1.xml", headers={"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


async def test_two_parts_are_built_at_a_time_and_the_third_is_asked_to_wait(page, network):
    answers = await network.together(4, lambda: page("/sitemap/1.xml"))
    assert sorted(answer.status for answer in answers) == [200, 200, 503, 503]
    assert {answer.headers["retry-after"] for answer in answers if answer.status == 503} == {"2"}
    assert (await page("/sitemap/1.xml")).status == 200


async def test_robots_are_told_where_the_sitemap_is_and_what_is_not_for_them(page, network):
    text = (await page("/robots.txt")).body.decode()
    assert f"Sitemap: {network.house.settings.url}/sitemap.xml" in text
    assert {"Disallow: /api/", "Disallow: /search", "Disallow: /*?*cursor="} <= {*text.splitlines()}
