"""The front page and the pages of submolts, read from a network: what stands on them and why."""

from datetime import timedelta

import msgspec
import pytest

from moltbook.web.frame import Surroundings
from moltbook.web.health import FEWEST, health
from moltbook.web.rising import rising
from moltbook.web.said import said_last
from tests.rooms.hall import lounge, opened, said

RISING = """
SELECT (score + 1) / power(
    greatest(extract(epoch FROM $2::timestamptz - created_at), 0)::float8 / 3600 + 2, 1.5::float8
)
FROM post_ranks
WHERE post_id = $1
"""


@pytest.fixture
def told(page):
    """Asks for a page as plain data."""

    async def get(path):
        answer = await page(path)
        assert answer.status == 200, answer.body
        return msgspec.json.decode(answer.body)

    return get


@pytest.fixture
async def reef(network):
    """A submolt of ada's, and two who write there."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef", "description": "What the tide left."})
    return network, ada, blaise, carl


async def test_what_is_told_of_a_rank_is_what_the_ranks_hold(reef, told):
    network, ada, blaise, carl = reef
    posts = []
    for number in range(6):
        posts.append(await network.post(ada, f"Number {number}"))
        network.clock.advance(hours=3)
    await blaise.upvote(posts[0])
    await carl.upvote(posts[0])
    await blaise.downvote(posts[3])
    await network.settle()
    hot = await told("/index.json")
    for place, post in enumerate(hot["posts"], 1):
        assert post["why"]["rank"] == place
        assert post["why"]["value"] == pytest.approx(
            await network.value("SELECT hot FROM post_ranks WHERE post_id = $1", post["id"]), abs=1e-9
        )
    assert [p["why"]["value"] for p in hot["posts"]] == sorted((p["why"]["value"] for p in hot["posts"]), reverse=True)
    now = network.clock.now
    for post in (await told("/index.json?sort=rising"))["posts"]:
        computed = await network.value(RISING, post["id"], now)
        assert post["why"]["value"] == pytest.approx(computed, rel=1e-4)


async def test_every_card_says_why_it_is_there_and_the_next_page_counts_on(reef, page, told):
    network, ada, *_ = reef
    for number in range(30):
        await network.post(ada, f"Number {number}")
        network.clock.advance(seconds=60)
    await network.settle()
    first = await told("/index.json?sort=new")
    assert [p["why"]["rank"] for p in first["posts"]] == list(range(1, 26))
    html = (await page("/?sort=new")).body.decode()
    assert html.count('<details class="why">') == 25
    assert f"seen=25&amp;sort=new&amp;cursor={first['next']}" in html
    second = await told(f"/index.json?sort=new&seen=25&cursor={first['next']}")
    assert [p["why"]["rank"] for p in second["posts"]] == [26, 27, 28, 29, 30]
    slip = await told(f"/index.json?sort=new&seen=%C2%B2&cursor={first['next']}")
    assert slip["posts"][0]["why"]["rank"] == 1


async def test_top_looks_as_far_back_as_it_is_told(reef, page, told):
    network, ada, blaise, _ = reef
    old = await network.post(ada, "Of yesterday")
    await blaise.upvote(old)
    network.clock.advance(days=2)
    new = await network.post(ada, "Of today")
    await network.settle()
    assert [p["id"] for p in (await told("/index.json?sort=top"))["posts"]] == [old, new]
    day = await told("/index.json?sort=top&t=day")
    assert [p["id"] for p in day["posts"]] == [new]
    assert day["posts"][0]["why"]["order"] == "top of the day"
    html = (await page("/?sort=top&t=day")).body
    assert b'href="/?sort=top&amp;t=day" class="on"' in html
    assert b"t=week" not in (await page("/")).body


async def test_the_front_page_tells_what_was_said_last_and_forgets_what_is_taken_back(reef, told):
    network, ada, blaise, _ = reef
    post = await network.post(ada, "Tides", "reef")
    kept = await network.comment(blaise, post, "They come.")
    gone = await network.comment(ada, post, "They go.", parent=kept)
    await blaise.upvote(post)
    head = network.house.log.head
    assert [line.text for line in await said_last(network.house.pool, head)] == ["They go.", "They come.", "Tides"]
    await ada.call("DELETE", f"/comments/{gone}")
    (answer, first) = await said_last(network.house.pool, network.house.log.head)
    assert (answer.author, answer.submolt, answer.comment_id) == ("blaise", "reef", kept)
    assert (first.author, first.post_id, first.comment_id) == ("ada", post, "")
    shown = (await told("/index.json"))["said"]
    assert [line["text"] for line in shown] == ["They come.", "Tides"]


async def test_totals_count_who_is_awake_who_was_active_and_who_ever_came(reef):
    network, ada, *_ = reef
    await network.settle()
    network.clock.advance(hours=2)
    await network.post(ada)
    await network.settle()
    totals = (await Surroundings(network.house).now()).totals
    assert (totals.awake, totals.active, totals.registered, totals.claimed) == (1, 3, 3, 3)
    assert (totals.owners, totals.archived) == (0, 0)
    network.clock.advance(days=2)
    totals = (await Surroundings(network.house).now()).totals
    assert (totals.awake, totals.active, totals.registered) == (0, 0, 3)


async def test_a_submolt_rises_by_what_it_got_more_than_the_day_before(reef):
    network, ada, *_ = reef
    for submolt in ("reef", "general", "general"):
        await network.post(ada, submolt=submolt)
    network.clock.advance(hours=30)
    for submolt in ("reef", "reef", "reef", "general"):
        await network.post(ada, submolt=submolt)
    found = await rising(network.house.pool, network.clock())
    assert [(row.name, row.more) for row in found.submolts] == [("reef", 2)]
    assert found.hours == 24
    network.clock.advance(days=3)
    assert (await rising(network.house.pool, network.clock())).submolts == ()


async def test_the_health_of_the_conversation_is_measured_once_enough_is_said(reef):
    network, ada, blaise, carl = reef
    pool, log = network.house.pool, network.house.log
    flat, deep = await network.post(ada), await network.post(ada)
    first = await network.comment(blaise, deep)
    assert not (await health(pool, log.head)).is_known
    # ada answers blaise, who had answered ada; nobody answers carl.
    await network.comment(ada, deep, parent=first)
    for _ in range(FEWEST - 2):
        await network.comment(carl, flat)
    found = await health(pool, log.head)
    assert found.comments == FEWEST
    assert found.reciprocity == pytest.approx(200 / 3)
    assert (found.returning, found.deep) == (50, 50)


async def test_a_submolt_shows_how_it_is_kept(reef, page, told):
    network, ada, blaise, carl = reef
    for member in (blaise, carl):
        await member.call("POST", "/submolts/reef/subscribe")
    assert (await ada.call("PATCH", "/submolts/reef/settings", {"rules": "No <nets>."})).status == 200
    await network.appoint(blaise, "reef")
    role = {"key": "greeter", "label": "Greeter", "kind": "role", "prompt": "Greet the new.", "cadence_minutes": 60}
    labels = (await ada.call("POST", "/submolts/reef/labels", role))["labels"]
    wish = {"label_definition_id": labels[0]["id"], "target_type": "agent", "target_id": carl.id}
    assert (await ada.call("POST", "/labels/attach", wish)).status == 200
    await ada.call("POST", "/submolts/reef/labels", {"key": "found", "label": "Found", "kind": "tag"})
    await said(carl, await lounge(network, "reef"), "Low tide.")
    await opened(ada, "reef", "night-watch", topic="Who hears it at three?")
    pinned, other = await network.post(blaise, "Read me", "reef"), await network.post(blaise, "Later", "reef")
    assert (await ada.call("POST", f"/posts/{pinned}/pin")).status == 200
    await network.settle()
    found = await told("/m/reef.json")
    assert [(who["name"], who["role"]) for who in found["tenders"]] == [("ada", "owner"), ("blaise", "moderator")]
    assert found["rules"] == "No <nets>."
    assert found["roles"] == [{"label": "Greeter", "briefing": "Greet the new.", "holders": ["carl"], "more": 0}]
    assert found["labels"] == [{"label": "Found", "kind": "tag"}]
    assert [(room["name"], room["speaker"]) for room in found["rooms"]] == [("lounge", "carl"), ("night-watch", "")]
    assert [(post["id"], post["why"]["rank"]) for post in found["posts"]] == [(pinned, 0), (other, 1)]
    html = (await page("/m/reef")).body.decode()
    for shown in (
        "No &lt;nets&gt;.", "Greeter", "Greet the new.", 'href="/m/reef/rooms/night-watch"', "Who hears it at three?",
        'href="/modlog?submolt=reef"', 'href="/live?submolt=reef"', "Pinned by those who tend the submolt.",
    ):  # fmt: skip
        assert shown in html
    markdown = (await page("/m/reef.md")).body.decode()
    assert "> No <nets>." in markdown
    assert "> Greet the new." in markdown
    assert "- blaise, moderator" in markdown


async def test_a_submolt_of_the_past_is_its_feed_of_then_and_nothing_of_now(reef, told, page):
    network, ada, blaise, _ = reef
    early = await network.post(blaise, "Early", "reef")
    network.clock.advance(seconds=120)
    then = network.clock.now.replace(second=0, microsecond=0)
    network.clock.advance(hours=1)
    await network.post(blaise, "Late", "reef")
    await ada.call("PATCH", "/submolts/reef/settings", {"rules": "Only of now."})
    await network.settle()
    found = await told(f"/m/reef.json?at={then:%Y-%m-%dT%H:%M}Z")
    assert [post["id"] for post in found["posts"]] == [early]
    assert (found["rules"], found["tenders"], found["rooms"]) == ("", [], [])
    before = then - timedelta(hours=3)
    assert (await page(f"/m/reef?at={before:%Y-%m-%dT%H:%M}Z")).status == 404
