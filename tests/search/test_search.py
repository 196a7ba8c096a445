"""Search: what is found, in which order, and what is never found."""

import re
from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest

from moltbook.db.pool import connect
from moltbook.log import rebuild
from moltbook.search import SearchIndex
from moltbook.search.queries import merge
from moltbook.search.stretches import newest, stretches_of

INDEX = (SearchIndex(),)


async def found(network, question, path="/search", **more):
    """The ids of what is found, best first."""
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    answer = await network.get(f"{path}?q={quote(question)}{extra}")
    assert answer["count"] == len(answer["results"])
    return [result["id"] for result in answer["results"]]


async def test_posts_and_comments_are_found_by_their_words_in_any_form(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "On lighthouses", content="Who keeps the lamps burning?")
    comment = await network.comment(blaise, post, "A keeper burns oil every night.")
    other = await network.post(blaise, "Tax law", content="Depreciation schedules of 1987.")
    await network.settle(INDEX)
    assert (await found(network, "lighthouse"))[0] == post
    assert (await found(network, "OIL"))[0] == comment
    assert set((await found(network, "burn"))[:2]) == {post, comment}
    assert (await found(network, "depreciation"))[0] == other
    assert post not in await found(network, '"schedules of 1987" -lamp', type="comments")


async def test_a_paraphrase_without_a_common_word_ranks_above_what_is_unrelated(network):
    ada = await network.agent("ada")
    unrelated = await network.post(ada, "Invoice 77", content="Quarterly value added tax filings for small companies.")
    near = await network.post(ada, "My kitten", content="The cat sleeps on the sofa all day and purrs.")
    await network.settle(INDEX)
    ids = await found(network, "feline pets napping on a couch")
    assert ids[0] == near
    assert unrelated not in ids[:1]


async def test_the_kind_that_is_asked_for_is_all_that_comes(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "Tides", content="Tides rise.")
    comment = await network.comment(blaise, post, "Tides fall.")
    await network.settle(INDEX)
    for path, more, expected in [
        ("/search", {}, {post, comment}),
        ("/search", {"type": "posts"}, {post}),
        ("/search", {"type": "comments"}, {comment}),
        ("/search", {"type": "agents"}, set()),
        ("/search/posts", {}, {post}),
        ("/search/comments", {}, {comment}),
    ]:
        assert set(await found(network, "tides", path, **more)) == expected, (path, more)
    answer = await network.get("/search?q=tides")
    assert [p["id"] for p in answer["posts"]] == [post]
    below = next(r for r in answer["results"] if r["type"] == "comment")
    assert (below["title"], below["post"], below["post_id"]) == (None, {"id": post, "title": "Tides"}, post)
    assert all(0 <= r["similarity"] <= 1 and "relevance" not in r for r in answer["results"])


async def test_agents_and_submolts_are_found_by_how_their_name_begins(network):
    ada, _, _ = await network.agents("Tidewatcher", "tide", "lowtide")
    await ada.call("POST", "/submolts", {"name": "tidepool", "display_name": "Pool"})
    answer = await network.get("/search?q=Tide")
    assert [a["name"] for a in answer["agents"]] == ["tide", "Tidewatcher"]
    assert [s["name"] for s in answer["submolts"]] == ["tidepool"]
    assert [a["name"] for a in (await network.get("/search/agents?q=low"))["agents"]] == ["lowtide"]
    assert [s["name"] for s in (await network.get("/submolts/search?q=TIDE"))["submolts"]] == ["tidepool"]
    assert (await network.get("/submolts/search?q=gen%25"))["submolts"] == []


async def test_what_was_deleted_vanishes_at_once_and_from_the_index(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "Ephemeral things")
    kept = await network.post(ada, "Kept things")
    below = await network.comment(blaise, post, "Ephemeral indeed.")
    gone = await network.comment(blaise, kept, "An ephemeral answer.")
    await network.settle(INDEX)
    assert set(await found(network, "ephemeral")) >= {post, below, gone}
    await ada.call("DELETE", f"/posts/{post}")
    await blaise.call("DELETE", f"/comments/{gone}")
    assert set(await found(network, "ephemeral things")) <= {kept}
    await network.settle(INDEX)
    for table in ("search_items", "search_meanings"):
        assert await network.rows(f"SELECT id FROM {table}") == [(kept,)]


async def test_a_replay_from_zero_gives_the_same_index(network):
    ada, blaise = await network.agents("ada", "blaise")
    posts = [await network.post(ada, f"Post {n}", content=f"Words number{n}.") for n in range(5)]
    comments = [await network.comment(blaise, post, f"Answer to {n}") for n, post in enumerate(posts)]
    await network.settle(INDEX)
    await ada.call("DELETE", f"/posts/{posts[1]}")
    await blaise.call("DELETE", f"/comments/{comments[2]}")
    await network.post(ada, "🦞", content="")
    await network.settle(INDEX)
    tables = [
        "SELECT * FROM search_items ORDER BY id",
        "SELECT id, kind, embedding::text FROM search_meanings ORDER BY id",
    ]
    before = [await network.rows(sql) for sql in tables]
    assert len(before[0]) == 8
    connection = await connect(network.dsn, "moltbook rebuild")
    try:
        await rebuild(connection, SearchIndex(), network.house.log)
    finally:
        await connection.close()
    assert [await network.rows(sql) for sql in tables] == before


async def test_pages_follow_one_another_without_a_repeat(network):
    ada = await network.agent("ada")
    posts = [await network.post(ada, f"Harbour {n}", content="Ships." * n) for n in range(23)]
    await network.settle(INDEX)
    pages = await network.walk("/search?q=harbour&limit=5", "results")
    ids = [id for page in pages for id in page]
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert sorted(ids) == sorted(posts)
    # The original's own spelling of a cursor, and its older offset, lead to the same place.
    spelled = urlsafe_b64encode(b'{"offset":20}').decode().rstrip("=")
    assert await found(network, "harbour", limit=5, cursor=spelled) == pages[4]
    assert await found(network, "harbour", limit=5, offset=20) == pages[4]


async def test_a_cursor_that_search_did_not_make_is_refused(network):
    for raw in (b'{"offset":-1}', b'{"offset":501}', b'{"offset":"x"}', b"{}", b"[]", b"nope", b'{"offset":1e9}'):
        cursor = urlsafe_b64encode(raw).decode().rstrip("=")
        assert (await network.call("GET", f"/search?q=x&cursor={cursor}")).status == 400, raw
    for cursor in ("%C3%A9", "====", "x" * 5000, "*"):
        assert (await network.call("GET", f"/search?q=x&cursor={cursor}")).status == 400, cursor


@pytest.mark.parametrize(
    "question", ["", "q=", "q=%20%09", "q=" + "x" * 501, "q=x&type=moltys", "q=x&limit=51", "q=%00"]
)
async def test_a_question_that_cannot_be_asked_is_refused(network, question):
    answer = await network.call("GET", f"/search?{question}")
    assert (answer.status, answer["success"]) == (400, False)
    assert answer["hint"]


HOSTILE = [
    "'", "''", '"', '"""', "&", "|", "!", "<->", "a <-> b", "!!a", "-", "--", "-a", "a -a", "or", "OR OR", "a or",
    "(((((", ":*", "a:*", "\\", "%", "_%", "$1", "{within}", "'; DROP TABLE posts; --", "\u202e", "\ufeff",
    "\U0001f99e", "a\u0301" * 100, "\x01a0", "'\x01a0'", "\U0010ffff", "the", "the of and", "x" * 500, "a " * 250,
    '"a" ' * 120, '-"" ' * 100, '-"" ' * 16, "-a OR " * 16, "-" * 16, "- " * 16, "- " * 250, "🏴\u200d☠️", "é" * 500,
    "a OR " * 80, "-a OR -b " * 8, '"a b c" OR ' * 40,
]  # fmt: skip


async def test_no_question_breaks_anything(network):
    ada = await network.agent("ada")
    await network.post(ada, "A or b", content="The quick 'brown' fox.")
    await network.settle(INDEX)
    for question in HOSTILE:
        for path in ("/search", "/search/agents", "/submolts/search"):
            answer = await network.call("GET", f"{path}?q={quote(question)}")
            # What is blank to the eye of `strip` is no question.
            assert answer.status == (200 if question.strip() else 400), (path, question, answer.body[:300])


async def test_a_search_that_takes_too_long_is_refused_and_the_next_one_answered(network):
    ada = await network.agent("ada")
    await network.post(ada, "Lighthouses")
    await network.settle(INDEX)
    other = await connect(network.dsn, "moltbook test lock")
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE search_items")
            answer = await network.call("GET", "/search?q=lighthouse")
        assert (answer.status, answer["code"]) == (503, "UNAVAILABLE")
        assert "retry-after" in answer.headers
        assert await found(network, "lighthouse")
    finally:
        await other.close()


async def test_a_stretch_of_the_log_is_no_word_that_anybody_can_ask_for(network):
    ada = await network.agent("ada")
    await network.post(ada, "Plain", content="\x01a0 \x01b0")
    await network.settle(INDEX)
    words = await network.value("SELECT words::text FROM search_items")
    assert sorted(re.findall("'(\x01[^']*)'", words)) == ["\x01a0", "\x01b0", "\x01c0"]
    assert await network.value("SELECT websearch_to_tsquery('english', $1)::text", "\x01a0") == "'a0'"


def test_a_search_begins_with_the_newest_stretch_and_ends_with_everything():
    assert newest(100) == [""]
    assert newest(20_000) == ["'\x01a2' | '\x01a1'", ""]
    assert [look[:4] for look in newest(10**7)] == ["'\x01a1", "'\x01b1", "'\x01c1", ""]
    assert stretches_of(20_000) == ["\x01a2", "\x01b0", "\x01c0"]


def test_what_stands_high_in_both_lists_stands_highest():
    def row(id, **more):
        return {"id": id, "post_id": id, "kind": "post", **more}

    words = [row("a", rank=0.9), row("b", rank=0.5), row("c", rank=0.1)]
    meaning = [row("c", near=0.8), row("b", near=0.7), row("d", near=0.6)]
    assert [id for id, _ in merge(words, meaning)] == ["c", "b", "a", "d"]
