"""Any page as of a past moment: what was read then is what is read later, and every way on it stays in that moment."""

import random
import re
from datetime import timedelta

import msgspec
import pytest
from starlette.applications import Starlette

from moltbook.feeds import PageCache, Ranks
from moltbook.past import History, minute_of
from moltbook.search import SearchIndex
from moltbook.web import Pages
from moltbook.web.moments import kept_in
from moltbook.web.talks import TALKS
from tests.world import Caller

AT = "%Y-%m-%dT%H:%MZ"


@pytest.fixture
def fresh(network, monkeypatch):
    """Asks for a page's data as one who never asked before."""

    async def get(path):
        monkeypatch.setattr(TALKS, "_known", {})
        pages = Pages(network.house, PageCache(), "<h1>The API</h1>")
        answer = await Caller(Starlette(routes=pages.routes()), base="")("GET", path)
        assert answer.status == 200, (path, answer.body)
        return msgspec.json.decode(answer.body)

    return get


def whole_minute(network):
    """Let time pass to the beginning of a minute, which is a moment one can ask for."""
    network.clock.now = minute_of(network.clock.now) + timedelta(minutes=1)
    return network.clock.now.strftime(AT)


# What tells of now: the moment, the counts, what stands around a feed and how its place is kept.
OF_NOW = frozenset(
    "as_of totals said rising health newcomers agent presence company".split()
    + "submolt tends tenders rules roles labels rooms".split()
)


def seen(page):
    """What a page shows of its moment; what rises falls with every millisecond between two looks."""
    shown = {name: value for name, value in page.items() if name not in OF_NOW}
    if "agent" in page:
        shown["agent"] = {name: page["agent"][name] for name in ("name", "karma", "is_claimed")}
        shown["karma"] = [then["karma"] for then in page["karma"]]
    if page.get("sort") == "rising":
        shown["posts"] = [{**post, "why": ""} for post in page["posts"]]
    return shown


FEEDS = [f"{path}.json?sort={sort}" for path in ("/index", "/m/general") for sort in ("hot", "new", "top", "rising")]


@pytest.mark.parametrize("seed", range(2))
async def test_the_page_read_then_is_the_page_asked_for_later(network, fresh, seed):
    dice = random.Random(seed)
    agents = await network.agents("ada", "blaise", "carl", "dora")
    posts, comments, read = [], [], []
    for step in range(45):
        who = dice.choice(agents)
        match dice.randrange(6):
            case 0:
                posts.append(await network.post(who, f"Thought {step}"))
            case 1 | 2 if posts:
                parent = dice.choice([None, *(c for c, under in comments if under == posts[-1])])
                comments.append((await network.comment(who, posts[-1], f"No {step}.", parent), posts[-1]))
            case _ if comments:
                await who.call("POST", f"/comments/{dice.choice(comments)[0]}/{dice.choice(('upvote', 'downvote'))}")
                await who.call("POST", f"/posts/{dice.choice(posts)}/{dice.choice(('upvote', 'downvote'))}")
            case _:
                pass
        network.clock.advance(seconds=dice.uniform(0, 90))
        if step % 15 == 14:
            at = whole_minute(network)
            await network.settle([Ranks(), History()])
            threads = [f"/post/{post}.json?sort={sort}" for post in posts[-3:] for sort in ("best", "new")]
            people = [f"/u/{agent.name}.json?tab=all" for agent in agents]
            read.append((at, {path: seen(await fresh(path)) for path in FEEDS + threads + people}))
    await network.settle([History()])
    for at, pages in read:
        for path, page in pages.items():
            assert seen(await fresh(f"{path}&at={at}")) == page, (at, path)


async def test_a_page_of_the_past_says_so_and_its_links_stay_there(network, page):
    ada = await network.agent("ada")
    post = await network.post(ada, "Tides")
    at = whole_minute(network)
    await network.post(ada, "Too late")
    network.clock.advance(hours=2)
    await network.settle()
    await network.settle([History()])
    answer = await page(f"/?sort=new&at={at}")
    html = answer.body.decode()
    assert "As of <time" in html
    assert "Tides" in html
    assert "Too late" not in html
    assert "data-stream" not in html
    assert f'href="/post/{post}?at={at}"' in html
    assert f'href="/m?at={at}"' in html
    assert f'href="/?sort=top&amp;at={at}"' in html
    assert 'href="/?sort=new">Back to now' in html
    assert '<input type="hidden" name="sort" value="new">' in html
    ways = re.findall(r'<a [^>]*href="(/[^"]*)"', html)
    assert {way for way in ways if "at=" not in way} == {"/?sort=new", "/about", "/join", "/docs", "/owner"}
    assert answer.headers["cache-control"] == "no-cache"
    known = (await page(f"/index.json?at={at}")).json
    assert (known["as_of"], "totals" in known) == (at[:-1] + ":00Z", False)


async def test_the_door_to_the_past_stands_on_pages_of_now(network, page):
    network.clock.advance(days=1)
    html = (await page("/m")).body.decode()
    ago = minute_of(network.clock.now - timedelta(hours=1)).strftime(AT)
    assert f'href="/m?at={ago}" rel="nofollow">Time machine</a>' in html
    assert "Time machine" not in (await page("/docs")).body.decode()
    assert "As of" not in (await page(f"/docs?at={ago}")).body.decode()


async def test_the_slider_names_moments_by_their_number(network, page):
    ada = await network.agent("ada")
    for n in range(5):
        await network.post(ada, f"Thought {n}")
        network.clock.advance(hours=1)
    await network.settle([History()])
    html = (await page("/?step=1")).body.decode()
    stops = [int(stop) for stop in re.search(r'data-stops="([\d ]*)"', html)[1].split()]
    assert stops == sorted(stops)
    assert int(re.search(r'name="step" min="0" max="(\d+)"', html)[1]) == len(stops) - 1
    assert re.search(r'name="step"[^>]* value="(\d+)"', html)[1] == "1"
    assert "As of" in (await page("/?step=999999999999")).body.decode()
    assert "As of" not in (await page("/?step=minus")).body.decode()


async def test_a_submolt_is_not_there_before_it_was_founded(network, page):
    ada = await network.agent("ada")
    at = whole_minute(network)
    network.clock.advance(hours=1)
    assert (await ada.call("POST", "/submolts", {"name": "reef"})).status == 201
    network.clock.advance(hours=1)
    await network.settle([History()])
    assert (await page(f"/m/reef?at={at}")).status == 404
    assert (await page("/m/reef")).status == 200


def test_only_links_of_ours_are_kept_in_the_moment(network):
    at = network.clock.now
    said = b'<p>&lt;a href="/post/1"&gt; <a href="https://example.org/m">x</a> <a href="#c">y</a></p>'
    assert kept_in(said, at) == said
    kept = kept_in(b'<a class="x" href="/u/ada#top">a</a><form class="find" action="/search"><b>', at)
    asked = at.strftime(AT).encode()
    assert kept == (
        b'<a class="x" href="/u/ada?at=' + asked + b'#top">a</a>'
        b'<form class="find" action="/search"><input type="hidden" name="at" value="' + asked + b'"><b>'
    )


async def test_the_wall_of_then_counts_what_was_said_by_then(network, fresh):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "Tides")
    await network.comment(blaise, post)
    at = whole_minute(network)
    for _ in range(3):
        await network.comment(blaise, post)
    network.clock.advance(hours=1)
    await network.settle()
    await network.settle([History()])
    (hot,) = (await fresh(f"/live.json?at={at}"))["wall"]["heat"]
    assert (hot["post_id"], hot["comments"]) == (post, 1)


async def test_what_is_found_in_the_past_has_the_votes_of_then(network, fresh):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "Tides of the moon")
    comment = await network.comment(blaise, post, "The moon pulls.")
    at = whole_minute(network)
    await blaise.upvote(post)
    await ada.call("POST", f"/comments/{comment}/upvote")
    await network.post(ada, "The moon, later")
    network.clock.advance(hours=1)
    await network.settle([Ranks(), History(), SearchIndex()])
    (found,) = (await fresh(f"/search.json?q=moon&at={at}"))["posts"]
    assert (found["id"], found["upvotes"], found["comment_count"]) == (post, 0, 1)
    (found,) = (await fresh(f"/search.json?q=moon&in=comments&at={at}"))["comments"]
    assert (found["id"], found["upvotes"]) == (comment, 0)
