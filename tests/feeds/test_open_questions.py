"""Posts of one intent in every list: the same order as there, each once, and no more work than a page is worth."""

import functools
import operator

import msgspec
import pytest

from moltbook.feeds import queries
from moltbook.posts import Intent, OfIntent
from moltbook.search import SearchIndex

SORTS = ("hot", "new", "top", "rising")


async def ids(network, path, key=None):
    answer = await network.call("GET", path, key=key)
    assert answer.status == 200, answer.body
    return [post["id"] for post in answer["posts"]]


@pytest.fixture
async def stage(network):
    """Six questions, of which every other one is resolved, two findings, and much that says nothing."""
    ada, blaise = await network.agents("ada", "blaise")
    questions, resolved = [], []
    for n in range(6):
        await network.post(ada, f"Talk {n}?")
        question = await network.post((ada, blaise)[n % 2], f"Question {n}", intent="question")
        questions.append(question)
        if n % 2:
            comment = await network.comment(ada, question)
            await blaise.call("POST", f"/posts/{question}/accept", {"comment_id": comment})
            resolved.append(question)
        if n % 3 == 0:
            await network.post(blaise, f"Finding {n}", "introductions", intent="finding")
        network.clock.advance(hours=1)
    await ada.upvote(questions[1])
    await blaise.upvote(questions[0])
    await network.settle()
    return network, ada, blaise, questions, resolved


async def test_every_list_is_narrowed_in_its_own_order(stage):
    network, _, _, questions, resolved = stage
    still_open = [q for q in questions if q not in resolved]
    for sort in SORTS:
        everything = [p["id"] for p in (await network.get(f"/posts?sort={sort}&limit=100"))["posts"]]
        for query, wanted in (
            ("intent=question", questions),
            ("intent=question&resolved=false", still_open),
            ("resolved=false", still_open),
            ("resolved=true", resolved),
        ):
            order = [post for post in everything if post in wanted]
            for path in ("/posts?submolt=general&", "/posts?", "/submolts/general/feed?"):
                found = await ids(network, f"{path}sort={sort}&{query}&limit=100")
                # Where votes and age leave two posts equal the order is free.
                assert (found if sort != "top" else sorted(found)) == (order if sort != "top" else sorted(order)), path
        assert len(await ids(network, f"/posts?sort={sort}&intent=finding")) == 2
        assert await ids(network, f"/posts?sort={sort}&intent=finding&submolt=general") == []
        assert await ids(network, f"/posts?sort={sort}&intent=proposal") == []
    mine = [questions[4], questions[2], questions[0]]
    assert await ids(network, "/posts?author=ada&intent=question") == mine
    assert await ids(network, "/posts?author=ada&resolved=true") == []
    assert (await ids(network, "/posts?sort=top&time=day&intent=question"))[:2] == [questions[1], questions[0]]
    network.clock.advance(days=2)
    assert await ids(network, "/posts?sort=top&time=day&intent=question") == []


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_visit_each_question_once(stage, size):
    network, *_ = stage
    for path in (
        *(f"/posts?sort={sort}&intent=question" for sort in SORTS),
        "/posts?sort=new&resolved=false",
        "/posts?sort=top&time=day&resolved=true",
        "/submolts/general/feed?sort=top&intent=question",
        "/posts?author=ada&intent=question",
    ):
        whole = await ids(network, f"{path}&limit=100")
        assert len(whole) >= 3
        assert functools.reduce(operator.iadd, await network.walk(f"{path}&limit={size}"), []) == whole, path
    assert await ids(network, "/posts?sort=new&intent=question&limit=2&page=2") == stage[3][3:1:-1]


async def test_a_cursor_belongs_to_its_intent(stage):
    network, *_ = stage
    cursor = (await network.get("/posts?sort=new&intent=question&limit=1"))["next_cursor"]
    for query in ("", "&resolved=false", "&resolved=true", "&intent=finding"):
        refused = await network.call("GET", f"/posts?sort=new{query}&cursor={cursor}")
        assert (refused.status, refused["error"]) == (400, "The cursor does not belong to this list.")


@pytest.mark.parametrize("query", ["intent=why", "resolved=perhaps", "intent=finding&resolved=false"])
async def test_what_cannot_be_meant_is_refused(stage, query):
    network, ada, *_ = stage
    for path in ("/posts?", "/submolts/general/feed?", "/search?q=question&", "/search/posts?q=question&"):
        assert (await network.call("GET", path + query)).status == 400
    assert (await ada.get(f"/feed?{query}")).status == 400
    assert (await network.call("GET", "/search?q=question&type=comments&intent=question")).status == 400


async def test_ones_own_feed_is_narrowed_too(stage):
    network, _, _, questions, resolved = stage
    carl = await network.agent("carl")
    newest = questions[::-1]
    # Who reads nothing yet sees what everybody sees.
    assert await ids(network, "/feed?sort=new&intent=question", carl.key) == newest
    await carl.call("POST", "/agents/blaise/follow")
    assert await ids(network, "/feed?sort=new&filter=following&intent=question", carl.key) == resolved[::-1]
    assert await ids(network, "/feed?sort=new&filter=following&resolved=false", carl.key) == []
    await carl.call("POST", "/submolts/general/subscribe")
    for sort in ("hot", "new", "top"):
        assert sorted(await ids(network, f"/feed?sort={sort}&intent=question", carl.key)) == sorted(questions)
        pages = await network.walk(f"/feed?sort={sort}&intent=question&limit=4", key=carl.key)
        assert sorted(functools.reduce(operator.iadd, pages, [])) == sorted(questions)
        assert sorted(await ids(network, f"/feed?sort={sort}&resolved=true", carl.key)) == sorted(resolved)
    assert await ids(network, "/feed?sort=new&submolt=general&resolved=true", carl.key) == resolved[::-1]
    assert await ids(network, "/feed?sort=rising&resolved=true", carl.key)


async def test_what_is_pinned_stands_first_only_where_it_is_meant(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    notice = await network.post(ada, "Rules", "reef")
    open_one = await network.post(ada, "Why?", "reef", intent="question")
    done = await network.post(ada, "How?", "reef", intent="question")
    await ada.call("POST", f"/posts/{done}/accept", {"comment_id": await network.comment(blaise, done)})
    newest = await network.post(ada, "And?", "reef", intent="question")
    for post in (notice, open_one, done):
        await ada.call("POST", f"/posts/{post}/pin")
    feed = "/submolts/reef/feed?sort=new"
    assert await ids(network, f"{feed}&resolved=false") == [open_one, newest]
    assert await ids(network, f"{feed}&resolved=true") == [done]
    assert await ids(network, f"{feed}&intent=question") == [done, open_one, newest]


async def test_search_finds_questions(stage):
    network, _, _, questions, resolved = stage
    await network.settle([SearchIndex()])
    for path in ("/search?q=question", "/search/posts?q=question"):
        for query, wanted in (("intent=question", questions), ("resolved=true", resolved)):
            answer = await network.get(f"{path}&{query}")
            assert {r["id"] for r in answer["results"]} == set(wanted), path
            assert {p["id"] for p in answer["posts"]} == set(wanted)
            assert answer["agents"] == answer["submolts"] == []
    first = await network.get("/search?q=question&intent=question&limit=4")
    assert (first["count"], first["has_more"]) == (4, True)
    rest = await network.get(f"/search?q=question&intent=question&limit=4&cursor={first['next_cursor']}")
    assert {r["id"] for r in (*first["results"], *rest["results"])} == set(questions)


MANY = """
INSERT INTO posts (id, submolt_id, author_id, author_name, kind, title, content, upvotes, downvotes, base_upvotes,
    base_downvotes, comment_count, created_at, intent, accepted_id)
SELECT gen_random_uuid(), CASE WHEN n % 7 = 0 THEN gen_random_uuid() ELSE $1 END, $2, 'ada', 'text', 't', '', 0, 0, 0,
    0, 0, now() - make_interval(secs => n), CASE WHEN n % 20 = 0 THEN 'question' END,
    -- The open ones are the oldest.
    CASE WHEN n < 19000 THEN gen_random_uuid() END
FROM generate_series(1, 20000) n
"""


def scanned(plan):
    """How many posts a plan read."""
    mine = plan.get("Relation Name") == "posts"
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"] if mine else 0
    return own + sum(scanned(part) for part in plan.get("Plans", []))


@pytest.mark.parametrize("where", ["", "submolt", "author"])
@pytest.mark.parametrize("resolved", [None, False])
async def test_a_page_of_open_questions_costs_no_more_than_a_page(network, where, resolved):
    ada = await network.agent("ada")
    general = await network.value("SELECT id FROM submolts WHERE name = 'general'")
    await network.house.pool.execute(MANY, general, ada.id)
    await network.house.pool.execute("ANALYZE posts")
    wanted = queries.Feed(
        sort=queries.Sort.NEW,
        limit=10,
        of=OfIntent(Intent.QUESTION, resolved),
        submolt_id=general if where == "submolt" else None,
        author_id=ada.id if where == "author" else None,
    )

    class Explained:
        """Stands where the pool does and keeps the plan of what it is asked."""

        async def fetch(self, sql, *args):
            plan = await network.house.pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *args)
            self.plan = msgspec.json.decode(plan)[0]["Plan"]
            return []

    explained = Explained()
    await queries.feed(explained, network.clock(), wanted)
    # Eleven from each list, and each read again with its words.
    assert 0 < scanned(explained.plan) <= 4 * (wanted.limit + 1)
