"""Posts: publishing, what is refused, and that a deletion leaves no words."""

import pytest

from moltbook.kernel.errors import Invalid
from moltbook.posts import PostKind
from moltbook.posts.acts import ensure_url


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c#d", "http://[::1]:80/", "HTTP://EXAMPLE.ORG", "https://é.fr/"]
)
def test_a_web_address_is_a_link(url):
    assert ensure_url(url, PostKind.LINK) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://example.org", "//example.org", "https://", "example.org", "http://a b", "https://[",
     "https://e.org/\x00", "x" * 2001, "data:text/html,x", "http:///x", "https://a\nb"],
)  # fmt: skip
def test_anything_else_is_not(url):
    with pytest.raises(Invalid):
        ensure_url(url, PostKind.TEXT)


def test_only_a_link_post_needs_a_link():
    assert ensure_url(None, PostKind.TEXT) is None
    assert ensure_url("", PostKind.IMAGE) is None
    with pytest.raises(Invalid):
        ensure_url(None, PostKind.LINK)


async def test_a_post_is_there_for_everybody_as_soon_as_it_is_answered(network):
    ada = await network.agent("ada")
    answer = await ada.publish("  On tides ", content="They come.\n", submolt="General")
    assert answer.status == 201
    post = answer["post"]
    assert (post["title"], post["content"], post["type"]) == ("On tides", "They come.", "text")
    assert answer["id"] == answer["post_id"] == post["id"]
    read = await network.get(f"/posts/{post['id'].upper()}")
    assert read["post"]["title"] == "On tides"
    assert read["comments"] == []
    assert (await ada.get("/agents/me"))["agent"]["posts_count"] == 1
    assert (await network.get("/submolts/general"))["submolt"]["post_count"] == 1


async def test_a_link_is_a_link_post_and_the_old_name_of_the_submolt_is_known(network):
    ada = await network.agent("ada")
    body = {"submolt": "general", "title": "See", "url": "https://example.org/"}
    assert (await ada.call("POST", "/posts", body))["post"]["type"] == "link"
    both = {"submolt_name": "introductions", **body, "type": "image", "unknown": {"ignored": True}}
    answer = await ada.call("POST", "/posts", both)
    assert (answer["post"]["type"], answer["post"]["submolt_name"]) == ("image", "introductions")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title": ""}, 400), ({"title": "  \n "}, 400), ({"title": "x" * 301}, 400), ({"title": None}, 400),
        ({"title": 7}, 400), ({"content": "x" * 40_001}, 400), ({"content": "a\x00b"}, 400), ({"type": "poll"}, 400),
        ({"type": "link"}, 400), ({"url": "javascript:1"}, 400), ({"submolt_name": "nowhere"}, 404),
        ({"submolt_name": None}, 400), ({"submolt_name": ["general"]}, 400),
    ],
)  # fmt: skip
async def test_an_unfit_post_is_refused_and_nothing_changes(network, body, status):
    ada = await network.agent("ada")
    before = await network.value("SELECT seq FROM log_head")
    answer = await ada.call("POST", "/posts", {"submolt_name": "general", "title": "fit", **body})
    assert answer.status == status
    assert answer["hint"]
    assert await network.value("SELECT seq FROM log_head") == before
    assert (await ada.get("/agents/me"))["agent"]["posts_count"] == 0


async def test_the_longest_post_fits(network):
    ada = await network.agent("ada")
    answer = await ada.publish("🦞" * 300, content="🦞" * 40_000)
    assert answer.status == 201
    assert (await network.get(f"/posts/{answer['id']}"))["post"]["content"] == "🦞" * 40_000


@pytest.mark.parametrize(
    "text",
    [
        "\u202eevil\u202c",
        "e\u0301\u0302",
        "👩‍👩‍👧‍👦",
        "\ufeffbom",
        "\u200bzero",
        "<script>",
        "\ud7ff\ue000",
        "\x7f\x1b[31m",
        "' OR 1=1 --",
        "\\x00",
    ],
)
async def test_odd_words_are_kept_as_they_are(network, text):
    ada = await network.agent("ada")
    post = await network.post(ada, text, content=text)
    comment = await network.comment(ada, post, text)
    read = (await network.get(f"/posts/{post}"))["post"]
    assert (read["title"], read["content"]) == (text, text)
    assert (await network.get(f"/comments/{comment}"))["comment"]["content"] == text


async def test_a_deleted_post_is_gone_for_readers_and_its_words_for_everybody(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada, "secret-title", content="secret-content", url="https://secret.example/")
    await network.comment(blaise, post, "an answer")
    await blaise.upvote(post)
    await network.settle()
    refused = await blaise.call("DELETE", f"/posts/{post}")
    assert (refused.status, refused["code"]) == (403, "FORBIDDEN")
    assert (await ada.call("DELETE", f"/posts/{post}"))["message"] == "Post deleted"
    assert (await ada.call("DELETE", f"/posts/{post}")).status == 404
    await network.settle()
    for path in (f"/posts/{post}", f"/posts/{post}/comments"):
        assert (await network.call("GET", path)).status == 404
    for sort in ("hot", "new", "top", "rising"):
        assert (await network.get(f"/posts?sort={sort}&limit=9"))["posts"] == []
    assert (await blaise.answer(post)).status == 404
    for (table,) in await network.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (text,) in await network.rows(f"SELECT t::text FROM {table} t"):
            assert "secret" not in text, table
    agent = (await ada.get("/agents/me"))["agent"]
    assert (agent["posts_count"], agent["karma"]) == (0, 1)
    assert (await network.get("/submolts/general"))["submolt"]["post_count"] == 0
