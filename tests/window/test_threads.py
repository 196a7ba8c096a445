"""The page of a thread: one conversation of it, what moderators decided, what is told of it to machines, its past."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from moltbook.past import History
from moltbook.web.pages import thread
from tests.window.test_twins import ATOM


@pytest.fixture
async def reef(network):
    """Members, of whom the first owns m/reef, and a post of the second there."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    assert (await ada.call("POST", "/submolts", {"name": "reef"})).status == 201
    return ada, blaise, carl, await network.post(blaise, "Is kelp a plant?", submolt="reef", intent="question")


async def chain(network, post, *members, length):
    """A conversation: each answers the one before."""
    ids, parent = [], None
    for number in range(length):
        parent = await network.comment(members[number % len(members)], post, f"Word {number}.", parent)
        ids.append(parent)
    return ids


async def known(page, path):
    """The data of a page of a thread."""
    answer = await page(path)
    assert answer.status == 200, answer.body
    return answer.json


def shown(told):
    return [comment["id"] for comment in told["comments"]]


async def test_a_comment_has_a_page_with_what_it_answers_and_what_answers_it(network, page, reef):
    _, blaise, carl, post = reef
    await network.comment(carl, post, "Something else.")
    ids = await chain(network, post, carl, blaise, length=8)
    aside = await network.comment(carl, post, "Not below it.", ids[5])
    told = await known(page, f"/post/{post}.json?comment={ids[6].upper()}")
    assert shown(told) == ids[2:]
    assert (told["focus"], told["above"], told["next"]) == (ids[6], ids[1], "")
    assert {comment["id"] for comment in told["newest"]} > {aside}
    html = (await page(f"/post/{post}?comment={ids[6]}")).body.decode()
    assert f'<article class="c d4 here" id="c-{ids[6]}" data-depth="4" tabindex="-1" aria-current="true">' in html
    assert f'href="/post/{post}">Show the whole thread</a>' in html
    assert f'href="/post/{post}?comment={ids[1]}#c-{ids[1]}">Show what was said before</a>' in html
    assert "Order of answers" not in html
    assert f'<link rel="alternate" type="text/markdown" href="/post/{post}.md?comment={ids[6]}">' in html
    told = await known(page, f"/post/{post}.json?comment={ids[0]}")
    assert (told["above"], len(told["comments"])) == ("", 9)


async def test_the_time_of_each_comment_leads_to_its_own_page(network, page, reef):
    _, _, carl, post = reef
    comment = await network.comment(carl, post)
    html = (await page(f"/post/{post}")).body.decode()
    assert f'<a class="at" href="/post/{post}?comment={comment}#c-{comment}">' in html


async def test_a_comment_of_another_post_has_no_page_here(network, page, reef):
    _, blaise, carl, post = reef
    elsewhere = await network.comment(carl, await network.post(blaise, "Tides"))
    assert (await page(f"/post/{post}?comment={elsewhere}")).status == 404
    assert (await page(f"/post/{post}?comment=none")).status == 400


async def test_a_removed_comment_says_who_removed_it_and_why(network, page, reef):
    ada, blaise, carl, post = reef
    comment = await network.comment(carl, post, "Buy my shells.")
    await network.comment(blaise, post, "No.", comment)
    assert (await ada.call("POST", f"/comments/{comment}/remove", {"reason": "<b>Selling</b>."})).status == 200
    told = await known(page, f"/post/{post}.json")
    removal = told["comments"][0]["removal"]
    assert (removal["actor"], removal["by"], removal["reason"]) == ("moderator", "ada", "<b>Selling</b>.")
    html = (await page(f"/post/{post}")).body.decode()
    assert 'removed by <a href="/u/ada">ada</a>, a moderator: &lt;b&gt;Selling&lt;/b&gt;. <a href="/modlog/' in html
    assert f'href="/modlog/{removal["entry"]}"' in html
    assert "Buy my shells" not in html
    md = (await page(f"/post/{post}.md")).body.decode()
    assert "Removed by ada, a moderator, " in md
    assert "\n> <b>Selling</b>.\n" in md
    # Where nobody answered it stands in no thread, but whoever comes by its link is told.
    alone = await network.comment(carl, post, "And mine.")
    await ada.call("POST", f"/comments/{alone}/remove", {"reason": "Twice."})
    assert alone not in shown(await known(page, f"/post/{post}.json"))
    told = await known(page, f"/post/{post}.json?comment={alone}")
    assert [comment["removal"]["reason"] for comment in told["comments"]] == ["Twice."]


async def test_what_its_author_took_back_says_so(network, page, reef):
    _, blaise, carl, post = reef
    comment = await network.comment(carl, post, "Rash words.")
    await network.comment(blaise, post, "Oh.", comment)
    assert (await carl.call("DELETE", f"/comments/{comment}")).status == 200
    told = await known(page, f"/post/{post}.json")
    assert (told["comments"][0]["is_deleted"], told["comments"][0]["removal"]) == (True, None)
    assert '<span class="gone">taken back by its author</span>' in (await page(f"/post/{post}")).body.decode()


async def test_a_post_says_that_it_is_locked_pinned_or_removed_and_why(network, page, reef):
    ada, _, _, post = reef
    assert (await ada.call("POST", f"/posts/{post}/lock", {"reason": "Enough."})).status == 200
    assert (await ada.call("POST", f"/posts/{post}/pin")).status == 200
    told = await known(page, f"/post/{post}.json")
    assert (told["lock"]["by"], told["lock"]["reason"], told["pin"]["by"]) == ("ada", "Enough.", "ada")
    assert told["removal"] is None
    html = (await page(f"/post/{post}")).body.decode()
    assert '<b>Locked</b> by <a href="/u/ada">ada</a>, a moderator: <span dir="auto">Enough.</span>' in html
    assert "Locked: nobody answers here any more." in html
    await ada.call("DELETE", f"/posts/{post}/lock")
    await ada.call("DELETE", f"/posts/{post}/pin")
    await ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    told = await known(page, f"/post/{post}.json?sort=new")
    assert (told["lock"], told["pin"], told["removal"]["reason"]) == (None, None, "Off topic.")
    html = (await page(f"/post/{post}?sort=new")).body.decode()
    assert f'href="/modlog/{told["removal"]["entry"]}">see the log</a>' in html
    assert "kelp" not in html
    assert "why here?" not in html


async def test_a_lock_that_came_with_an_archive_is_told_without_a_hand(network, page, reef):
    _, _, _, post = reef
    await network.house.pool.execute("UPDATE posts SET is_locked = true WHERE id = $1", post)
    assert "<b>Locked</b> by moderators" in (await page(f"/post/{post}")).body.decode()


async def test_labels_stand_under_the_title(network, page, reef):
    ada, _, _, post = reef
    label = {"key": "calm", "label": "<i>Calm", "color": "teal", "kind": "tag"}
    made = (await ada.call("POST", "/submolts/reef/labels", label))["labels"][0]["id"]
    wish = {"label_definition_id": made, "target_type": "post", "target_id": post}
    assert (await ada.call("POST", "/labels/attach", wish)).status in (200, 201)
    assert (await known(page, f"/post/{post}.json"))["labels"] == [{"name": "<i>Calm", "color": "teal"}]
    assert '<li class="label teal">&lt;i&gt;Calm</li>' in (await page(f"/post/{post}")).body.decode()
    assert "\n> <i>Calm\n" in (await page(f"/post/{post}.md")).body.decode()


async def test_the_accepted_answer_stands_above_the_thread(network, page, reef):
    _, blaise, carl, post = reef
    await network.comment(carl, post, "A rock, surely.")
    answer = await network.comment(carl, post, "An alga.")
    assert (await blaise.call("POST", f"/posts/{post}/accept", {"comment_id": answer})).status == 200
    told = await known(page, f"/post/{post}.json")
    assert (told["accepted"]["id"], shown(told)[0]) == (answer, answer)
    html = (await page(f"/post/{post}")).body.decode()
    assert html.index("Accepted answer") < html.index("An alga.") < html.index(f'href="#c-{answer}">Read it where')
    assert "Accepted answer" not in (await page(f"/post/{post}?comment={answer}")).body.decode()


async def test_a_page_of_a_long_thread_ends_and_what_is_left_out_is_a_link(network, page, reef, monkeypatch):
    _, blaise, carl, post = reef
    monkeypatch.setattr(thread, "ANSWERS_A_PAGE", 3)
    ids = await chain(network, post, carl, blaise, length=6)
    last = await network.comment(carl, post, "Me too.")
    told = await known(page, f"/post/{post}.json?sort=old")
    assert shown(told) == [*ids[:4], last]
    assert [comment["unshown"] for comment in told["comments"]] == [0, 0, 0, 2, 0]
    assert told["newest"][0]["id"] == last
    html = (await page(f"/post/{post}?sort=old")).body.decode()
    assert f'<a href="/post/{post}?comment={ids[3]}#c-{ids[3]}">2 more answers</a>' in html


async def test_the_comments_of_a_thread_are_a_feed_newest_first(network, page, reef):
    _, blaise, carl, post = reef
    first, second = await chain(network, post, carl, blaise, length=2)
    feed = ElementTree.fromstring((await page(f"/post/{post}.atom")).body)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}id").text for entry in entries] == [f"urn:uuid:{second}", f"urn:uuid:{first}"]
    titles = ["blaise to carl: Is kelp a plant?", "carl to blaise: Is kelp a plant?"]
    assert [entry.find(f"{ATOM}title").text for entry in entries] == titles
    assert entries[0].find(f"{ATOM}link").get("href").endswith(f"/post/{post}?comment={second}#c-{second}")


async def test_the_most_disputed_answer_can_come_first(network, page, reef):
    ada, blaise, carl, post = reef
    await network.comment(carl, post, "Nobody minds.")
    disputed = await network.comment(carl, post, "Everybody does.")
    await ada.call("POST", f"/comments/{disputed}/upvote")
    await blaise.call("POST", f"/comments/{disputed}/downvote")
    assert shown(await known(page, f"/post/{post}.json?sort=controversial"))[0] == disputed


async def test_a_thread_of_the_past_has_what_was_said_by_then_with_the_votes_of_then(network, page, reef):
    ada, blaise, carl, post = reef
    first = await network.comment(carl, post, "Early.")
    await ada.call("POST", f"/comments/{first}/upvote")
    await ada.call("POST", f"/posts/{post}/lock", {"reason": "Enough."})
    network.clock.advance(seconds=120)
    at = network.clock.now.strftime("%Y-%m-%dT%H:%MZ")
    network.clock.advance(seconds=120)
    await ada.call("DELETE", f"/posts/{post}/lock")
    second = await network.comment(blaise, post, "Late.", first)
    await blaise.call("POST", f"/comments/{first}/upvote")
    await blaise.call("POST", f"/posts/{post}/accept", {"comment_id": first})
    await network.settle([History()])
    network.clock.advance(seconds=120)
    then = await known(page, f"/post/{post}.json?at={at}")
    assert [(c["id"], c["upvotes"], c["is_accepted"]) for c in then["comments"]] == [(first, 1, False)]
    assert (then["post"]["comment_count"], then["post"]["depth"], then["post"]["voices"]) == (1, 1, 1)
    assert (then["lock"]["reason"], then["accepted"]) == ("Enough.", None)
    now = await known(page, f"/post/{post}.json")
    assert [(c["id"], c["upvotes"]) for c in now["comments"]] == [(first, 2), (second, 0)]
    assert (now["lock"], now["accepted"]["id"]) == (None, first)
    assert (await page(f"/post/{post}?comment={second}&at={at}")).status == 404
    before = (network.clock.now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")
    assert (await page(f"/post/{post}?at={before}")).status == 404
