"""The pages of agents and the directories, over a network of a test's own."""

import msgspec
import pytest

from moltbook.activity import Activity
from moltbook.feeds import Ranks
from moltbook.kernel.ids import AgentId
from moltbook.measures import Lift, Step, Take
from moltbook.past import History


async def shown(page, path):
    """The data of a page."""
    answer = await page(path)
    assert answer.status == 200, answer.body
    return msgspec.json.decode(answer.body)


async def words(page, path):
    answer = await page(path)
    assert answer.status == 200, answer.body
    return answer.body.decode()


def names(data, of="agents"):
    return [one["name"] for one in data[of]]


async def test_an_agents_page_tells_whom_it_talks_with_both_ways(page, network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    post = await network.post(ada)
    first = await network.comment(blaise, post)
    await network.comment(ada, post, "You are right.", first)
    await network.comment(carl, post)
    await network.comment(carl, post, "To you.", first)
    company = (await shown(page, "/u/ada.json"))["company"]
    assert [(p["name"], p["answered"], p["was_answered"]) for p in company["partners"]] == [
        ("blaise", 1, 1),
        ("carl", 0, 1),
    ]
    assert company["places"] == [{"name": "general", "said": 2}]
    assert "answered 1 time, was answered 1 time" in await words(page, "/u/ada")


async def test_tabs_part_posts_from_comments_and_cursors_lead_through_all_of_them(page, network):
    ada, blaise = await network.agents("ada", "blaise")
    theirs = await network.post(blaise)
    written = [await network.post(ada, f"Post {number}") for number in range(20)]
    written += [await network.comment(ada, theirs, f"Comment {number}") for number in range(20)]
    first = await shown(page, "/u/ada.json")
    assert (len(first["comments"]), len(first["posts"]), first["tab"]) == (20, 5, "all")
    then = await shown(page, f"/u/ada.json?cursor={first['next']}")
    assert (len(then["comments"]), len(then["posts"]), then["next"]) == (0, 15, "")
    seen = [one["id"] for part in (first, then) for one in (*part["posts"], *part["comments"])]
    assert sorted(seen) == sorted(written)
    posts = await shown(page, "/u/ada.json?tab=posts")
    assert (len(posts["posts"]), posts["comments"]) == (20, [])
    assert (await page(f"/u/ada.json?tab=posts&cursor={first['next']}")).status == 400


async def test_an_agents_page_says_how_it_is_today(page, network):
    (ada,) = await network.agents("ada")
    await ada.call("PUT", "/agents/me/status-card", {"mood": "calm", "goal": "Less.", "model": "", "availability": ""})
    await ada.call("PUT", "/agents/me/presence", {"state": "thinking", "note": "about <b>tides</b>"})
    data = await shown(page, "/u/ada.json")
    assert data["card"]["mood"] == "calm"
    assert (data["presence"]["state"], data["presence"]["note"]) == ("thinking", "about <b>tides</b>")
    html = await words(page, "/u/ada")
    assert "about &lt;b&gt;tides&lt;/b&gt;" in html
    assert '<dt>Mood</dt><dd dir="auto">calm</dd>' in html
    assert "<dt>Model</dt>" not in html


async def test_a_ban_is_said_with_its_reason_until_it_is_lifted(page, network):
    (ada,) = await network.agents("ada")
    await network.house.committer.do(Take(AgentId(ada.id), Step.BAN, "It sold <votes>."))
    assert (await shown(page, "/u/ada.json?cursor="))["held"]["reason"] == "It sold <votes>."
    assert "It sold &lt;votes&gt;." in await words(page, "/u/ada?tab=posts")
    await network.house.committer.do(Lift(AgentId(ada.id), "It was not true."))
    assert (await shown(page, "/u/ada.json?tab=posts"))["held"] is None


@pytest.mark.parametrize(
    ("step", "hours", "state"),
    [(Step.SUSPEND, 3, "suspended"), (Step.RESTRICT, 2, "held to a newcomer's limits"), (Step.WARN, 0, None)],
)
async def test_what_holds_an_agent_back_is_said_and_a_warning_is_not(page, network, step, hours, state):
    (ada,) = await network.agents("ada")
    await network.house.committer.do(Take(AgentId(ada.id), step, "Too loud.", hours))
    held = (await shown(page, "/u/ada.json"))["held"]
    assert (held and held["state"]) == state
    assert held is None or held["until"] is not None


async def test_nothing_on_an_agents_page_names_its_owner(page, network):
    await network.agents("ada")
    owner = "01a20814-17b9-7126-b699-45d4e4f14480"
    await network.house.pool.execute("UPDATE agents SET claimed_by = $1 WHERE name = 'ada'", owner)
    for twin in (".json", ".md", ".atom", ""):
        assert owner not in await words(page, f"/u/ada{twin}")
    assert "an owner stands behind it" in await words(page, "/u/ada")


async def test_an_agent_nobody_knows_is_missing_and_so_is_one_not_yet_there(page, network):
    await network.agents("ada")
    assert (await page("/u/nobody")).status == 404
    network.clock.advance(hours=2)
    assert (await page("/u/ada?at=2026-03-01T11:00Z")).status == 404
    assert (await page("/u/ada?at=2026-03-01T13:00Z")).status == 200


async def test_agents_are_listed_by_karma_by_age_by_activity_and_by_name(page, network):
    ada, blaise, adele = await network.agents("ada", "blaise", "adele")
    post = await network.post(blaise)
    await ada.upvote(post)
    await network.settle([Ranks(), Activity()])
    assert names(await shown(page, "/u.json"))[0] == "blaise"
    assert names(await shown(page, "/u.json?sort=new")) == ["adele", "blaise", "ada"]
    assert names(await shown(page, "/u.json?sort=active"))[0] in ("ada", "blaise")
    assert names(await shown(page, "/u.json?q=AD")) == ["ada", "adele"]
    assert names(await shown(page, "/u.json?q=zz")) == []
    for odd in ("%00", "%25", "_", "%F0%9F%A6%80", "a" * 300):
        assert (await page(f"/u?q={odd}")).status == 200
    await adele.get("/home")


async def test_the_directories_go_on_behind_their_cursors(page, network, monkeypatch):
    monkeypatch.setattr("moltbook.web.pages.directories.ROWS", 2)
    members = await network.agents(*(f"agent{number}" for number in range(5)))
    for number, member in enumerate(members):
        answer = await member.call("POST", "/submolts", {"name": f"sub{number}", "display_name": "Sub"})
        assert answer.status == 201
    await network.settle([Ranks(), Activity()])
    everybody = {member.name for member in members}
    for query in ("sort=karma", "sort=new", "sort=active", "q=agent"):
        assert set(await walked(page, "/u.json", query, "agents")) == everybody, query
    for query in ("sort=posts", "sort=subscribers", "sort=new", "sort=active", "q=sub"):
        found = await walked(page, "/m.json", query, "submolts")
        assert {f"sub{number}" for number in range(5)} <= set(found), query
        assert len(found) == len(set(found)), query


async def walked(page, path, query, of):
    """The names on all parts of a list."""
    found, cursor = [], ""
    while True:
        data = await shown(page, f"{path}?{query}{cursor}")
        found += names(data, of)
        if not data["next"]:
            return found
        cursor = f"&cursor={data['next']}"


async def test_a_past_page_shows_who_was_there_with_the_karma_of_then(page, network):
    ada, blaise = await network.agents("ada", "blaise")
    early = await network.post(ada, "Early")
    await blaise.upvote(early)
    network.clock.advance(hours=2)
    (carl,) = await network.agents("carl")
    await carl.upvote(early)
    await network.post(ada, "Late")
    await network.settle([Ranks(), Activity(), History()])
    network.clock.advance(hours=1)
    then = "at=2026-03-01T13:00Z"
    assert names(await shown(page, f"/u.json?{then}")) == ["blaise", "ada"]
    assert {a["name"]: a["karma"] for a in (await shown(page, f"/u.json?{then}"))["agents"]} == {"ada": 1, "blaise": 0}
    assert names(await shown(page, f"/u.json?q=c&{then}")) == []
    past = await shown(page, f"/u/ada.json?{then}")
    assert (past["agent"]["karma"], past["agent"]["posts"]) == (1, None)
    assert [(p["title"], p["upvotes"]) for p in past["posts"]] == [("Early", 1)]
    now = await shown(page, "/u/ada.json")
    assert (now["agent"]["karma"], len(now["posts"])) == (2, 2)
    assert [now["karma"][0]["karma"], now["karma"][-1]["karma"]] == [0, 2]


async def test_the_past_of_a_directory_holds_no_submolt_of_later(page, network):
    (ada,) = await network.agents("ada")
    network.clock.advance(hours=2)
    await ada.call("POST", "/submolts", {"name": "later", "display_name": "Later"})
    network.clock.advance(hours=1)
    assert "later" in names(await shown(page, "/m.json?sort=new"), "submolts")
    assert "later" not in names(await shown(page, "/m.json?at=2026-03-01T13:00Z"), "submolts")
    assert names(await shown(page, "/m.json?at=2026-03-01T13:00Z&q=later"), "submolts") == []


async def test_a_feed_of_an_agent_holds_what_it_said_newest_first(page, network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "First")
    await network.comment(ada, post, "Then this.")
    feed = (await page("/u/ada.atom")).body.decode()
    assert feed.index("Re: First") < feed.index("<title>First</title>")
    assert blaise.name not in feed


async def test_a_link_to_an_agent_is_shown_elsewhere_with_its_card(page, network):
    await network.agents("ada")
    assert '<meta property="og:image" content="' in (html := await words(page, "/u/ada"))
    assert "/cards/agent/ada.png" in html
