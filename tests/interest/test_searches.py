"""Saved searches: what may be saved, whose a new post matches, told once and to nobody else."""

import asyncio

from moltbook.db.pool import connect
from moltbook.interest import Matches
from moltbook.interest.acts import SaveSearch, TellMatches
from moltbook.interest.model import Match
from moltbook.interest.queries import read_as
from moltbook.interest.rules import MOST_BEHIND_A_KEY, SEARCHES, InterestFull, ensure_keys, lexemes_of
from moltbook.log import rebuild
from moltbook.notifications import Notifications

CROWD = """
INSERT INTO search_keys (lexeme, agent_id, search_id)
SELECT 'tide', gen_random_uuid(), gen_random_uuid() FROM generate_series(1, $1)
"""


async def save(who, query, submolt=None):
    answer = await who.call("POST", "/searches", {"query": query, "submolt": submolt})
    assert answer.status == 201, answer.body
    return answer["search"]["id"]


async def settle(network):
    await network.settle([Matches(network.house), Notifications()])


async def found(network, who):
    """The posts that an agent's searches found, the newest first."""
    await settle(network)
    items = (await who.get("/notifications?limit=100"))["notifications"]
    return [item["post_id"] for item in items if item["type"] == "search_match"]


# Query, title of a new post, whether it matches.
MATCHING = [
    ("tide pools", "Pools at the tides", True), ("tide pools", "Only the tide", False),
    ('"tide pools"', "Pools of tide", False), ('"tide pools"', "The tide pools here", True),
    ("tide or moon", "A moon", True), ("tide or moon", "A sun", False),
    ("tide -moon", "Tide and moon", False), ("tide -moon", "A tide", True),
    ("moon or tide pools -sand", "Pools of the tide", True), ("moon or tide pools -sand", "Sand tide pools", False),
    ("it's O'Brien", "Of O'Brien", True), ("well-known places", "Known well places", False),
    ("well-known places", "A well-known place", True),
]  # fmt: skip


async def test_a_new_post_is_told_to_who_looks_for_its_words(network):
    ada, blaise = await network.agents("ada", "blaise")
    wrong = []
    for query, title, matches in MATCHING:
        search = await save(ada, query)
        post = await network.post(blaise, title)
        if (post in await found(network, ada)) != matches:
            wrong.append((query, title))
        await ada.call("DELETE", f"/searches/{search}")
    assert wrong == []


async def test_a_search_names_a_word_that_must_be_there(network):
    ada = await network.agent("ada")
    for query in ("", "the", "-tide", "-tide -moon", "tide or -moon", "!!", "()'&|"):
        answer = await ada.call("POST", "/searches", {"query": query})
        assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR"), query


async def test_what_may_be_saved(network):
    ada = await network.agent("ada")
    many = " or ".join(f"word{n}" for n in range(11))
    for query in ("x" * 201, "two\nlines", "a\u200bb", "nul\x00", many):
        answer = await ada.call("POST", "/searches", {"query": query})
        assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR"), query
    secret = await ada.call("POST", "/searches", {"query": f"who has {ada.key}"})
    assert (secret.status, secret["code"]) == (400, "CREDENTIAL")
    assert (await ada.call("POST", "/searches", {"query": "tide", "submolt": "nowhere"})).status == 404
    negations = " ".join(f"-no{n}" for n in range(40))
    assert (await ada.call("POST", "/searches", {"query": f"tide {negations}"})).status == 400
    assert (await ada.call("POST", "/searches", {"query": f"tide {'-a ' * 40}"})).status == 201


async def test_searches_are_listed_and_forgotten_by_their_owner(network):
    ada, blaise = await network.agents("ada", "blaise")
    first, second = await save(ada, "  tide or moon "), await save(ada, "sand", "general")
    listed = (await ada.get("/searches")).json
    assert [(s["id"], s["query"], s["submolt_name"]) for s in listed["searches"]] == [
        (first, "tide or moon", None),
        (second, "sand", "general"),
    ]
    assert (listed["count"], listed["limit"]) == (2, SEARCHES)
    assert (await blaise.get("/searches"))["searches"] == []
    assert (await blaise.call("DELETE", f"/searches/{first}")).status == 404
    assert (await ada.call("DELETE", f"/searches/{first}")).status == 200
    assert (await ada.call("DELETE", f"/searches/{first}")).status == 404
    await network.post(blaise, "The moon")
    assert await found(network, ada) == []
    assert await network.rows("SELECT lexeme FROM search_keys") == [("sand",)]
    kinds = [e["kind"] for e in await network.events("search.saved", "search.forgotten")]
    assert kinds == ["search.saved", "search.saved", "search.forgotten"]


async def test_a_post_is_found_once_in_its_submolt_and_not_by_its_author(network):
    ada, blaise = await network.agents("ada", "blaise")
    for query, submolt in (
        ("tide", None),
        ("tides", "introductions"),
        ("moon", "general"),
        ("or tide", "general"),
    ):
        await save(ada, query, submolt)
    await save(blaise, "tide")
    old = await network.post(blaise, "Moon and tide")
    new = await network.post(blaise, "Nothing", content="but a tide", submolt="introductions")
    await network.post(ada, "My tide")
    mine = (await blaise.get("/searches"))["searches"][0]["id"]
    assert await found(network, ada) == [new, old]
    matched = await network.events("search.matched")
    assert {e["agent_id"] for e in matched} == {ada.id, blaise.id}
    assert [e["search_id"] for e in matched if e["agent_id"] == blaise.id] == [mine]
    (item, *_) = (await ada.get("/notifications"))["notifications"]
    assert (item["from_agent"]["name"], item["post_title"], item["message"]) == (
        "blaise", "Nothing", "Someone posted what you search for",
    )  # fmt: skip
    news = (await ada.get("/home?budget=2000"))["news"]
    assert [(n["type"], n["post_id"]) for n in news] == [("search_match", new), ("search_match", old)]


async def test_only_what_is_posted_after_it_was_saved_is_found_and_nothing_that_is_gone(network):
    ada, blaise = await network.agents("ada", "blaise")
    await network.post(blaise, "An old tide")
    await save(ada, "tide")
    gone = await network.post(blaise, "A tide that ebbs")
    await blaise.call("DELETE", f"/posts/{gone}")
    kept = await network.post(blaise, "A tide that stays")
    later = await network.post(blaise, "A tide that turns")
    assert await found(network, ada) == [later, kept]
    await blaise.call("DELETE", f"/posts/{later}")
    assert await found(network, ada) == [kept]


async def test_the_log_may_be_read_twice_and_every_match_is_told_once(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    search = await save(ada, "tide")
    posts = [await network.post(blaise, f"Tide {n}") for n in range(5)]
    await settle(network)
    for _ in range(2):
        await network.house.pool.execute("UPDATE readers SET seq = 0 WHERE name = 'matches'")
        await settle(network)
    assert [e["post_id"] for e in await network.events("search.matched")] == posts
    # Two workers at the same step.
    head = await network.value("SELECT seq FROM log_head")
    act = TellMatches(head, (Match(ada.id, search, posts[0]),))
    await asyncio.gather(*(committer.do(act) for committer in (network.house.committer, other_committer) * 5))
    assert len(await network.events("search.matched")) == 6


async def test_notifications_of_matches_are_the_same_on_a_replay(network):
    ada, blaise = await network.agents("ada", "blaise")
    await save(ada, "tide")
    posts = [await network.post(blaise, f"Tide {n}") for n in range(3)]
    await settle(network)
    await blaise.call("DELETE", f"/posts/{posts[1]}")
    assert await found(network, ada) == [posts[2], posts[0]]
    before = await network.rows("SELECT n.* FROM notifications n ORDER BY agent_id, seq")
    connection = await connect(network.dsn, "moltbook test rebuild")
    await rebuild(connection, Notifications(), network.house.log)
    await connection.close()
    assert await network.rows("SELECT n.* FROM notifications n ORDER BY agent_id, seq") == before


async def test_there_are_at_most_twenty_exactly(network, other_committer):
    ada = await network.agent("ada")

    async def one(number):
        committer = (network.house.committer, other_committer)[number % 2]
        try:
            return (await committer.do(SaveSearch(ada.id, "tide", "'tide'", ("tide",), None))).id
        except InterestFull as refusal:
            return refusal.code

    done = await asyncio.gather(*(one(n) for n in range(SEARCHES * 2)))
    assert (done.count("QUOTA_FULL"), len(set(done))) == (SEARCHES, SEARCHES + 1)
    refused = await ada.call("POST", "/searches", {"query": "moon"})
    assert (refused.status, refused["code"]) == (409, "QUOTA_FULL")
    assert (await ada.call("DELETE", f"/searches/{next(id for id in done if id != 'QUOTA_FULL')}")).status == 200
    assert (await ada.call("POST", "/searches", {"query": "moon"})).status == 201


async def test_nobody_joins_too_large_a_crowd_and_a_rarer_word_leads_past_it(network):
    ada, blaise = await network.agents("ada", "blaise")
    await network.house.pool.execute(CROWD, MOST_BEHIND_A_KEY)
    refused = await ada.call("POST", "/searches", {"query": "tide"})
    assert (refused.status, refused["code"]) == (409, "TOO_COMMON")
    assert (await ada.call("POST", "/searches", {"query": "tide or moon"})).status == 409
    await save(ada, "tide at sea")
    assert await network.rows("SELECT lexeme FROM search_keys WHERE agent_id = $1", ada.id) == [("sea",)]
    post = await network.post(blaise, "The sea, at high tide")
    assert await found(network, ada) == [post]


FOUND_BY = {
    "tide pools": ("pool",), "tide or moon": ("moon", "tide"), "a moonlit tide -sea": ("moonlit",),
    "tide or moonlit pools": ("moonlit", "tide"), "tide -(moon)": ("tide",), '"at sea" moonlit': ("moonlit",),
    "o'neill": ("neill",), "back\\slash": ("slash",),
}  # fmt: skip


async def test_a_search_is_found_by_a_word_it_cannot_do_without(network):
    for query, keys in FOUND_BY.items():
        words = await read_as(network.house.pool, query)
        # Words of the same length are told apart by the crowd behind them.
        assert ensure_keys(words, {"tide": 5, "back": 9, "o": 9}) == keys, query
        assert set(keys) <= set(lexemes_of(words))


async def test_posts_ask_for_their_own_words_and_not_for_all_searches(network):
    ada, blaise = await network.agents("ada", "blaise")
    await network.house.pool.execute(CROWD, 5_000)
    await save(ada, "moonlit shore")
    before = await network.value("SELECT n FROM (SELECT count(*) AS n FROM search_keys) x")
    post = await network.post(blaise, "A moonlit shore", content="and nothing else")
    assert (before, await found(network, ada)) == (5_001, [post])
