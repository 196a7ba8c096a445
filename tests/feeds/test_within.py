"""Of one submolt, what those wrote whom one follows."""

import functools
import operator

import pytest

from moltbook.feeds.queries import Sort
from moltbook.feeds.within import followed_within
from moltbook.kernel.paging import BadCursor

FEED, PLACE = "/feed?submolt=reef&filter=following", "/submolts/reef/feed?filter=following"


class Reef:
    """Emmy follows ada and blaise, and not carl; all three post in m/reef and elsewhere, in turn."""

    def __init__(self, network, members, posts):
        self.network = network
        self.ada, self.blaise, self.carl, self.emmy = members
        self.posts = posts

    async def ids(self, path):
        """What emmy sees there."""
        answer = await self.emmy.get(path)
        assert answer.status == 200, answer.body
        return [post["id"] for post in answer["posts"]]


@pytest.fixture
async def reef(network):
    members = await network.agents("ada", "blaise", "carl", "emmy")
    await members[0].call("POST", "/submolts", {"name": "reef"})
    posts = []
    for _ in range(3):
        for author in members[:3]:
            for submolt in ("general", "reef", "introductions"):
                post = await network.post(author, submolt=submolt)
                posts += [post] if submolt == "reef" and author.name != "carl" else []
    for name in ("ada", "blaise"):
        await members[3].call("POST", f"/agents/{name}/follow")
    await members[2].upvote(posts[2])
    await network.settle()
    return Reef(network, members, posts)


async def test_only_the_submolts_posts_of_those_whom_one_follows_are_there(reef):
    for path in (FEED, PLACE):
        assert await reef.ids(f"{path}&sort=new") == reef.posts[::-1]
        assert (await reef.ids(f"{path}&sort=top"))[0] == reef.posts[2]
        assert set(await reef.ids(path)) == set(reef.posts)
    answer = await reef.emmy.get(f"{FEED}&sort=new")
    assert (answer["feed_filter"], {post["you_follow_author"] for post in answer["posts"]}) == ("following", {True})
    assert (await reef.carl.get(FEED))["posts"] == []


async def test_what_is_gone_or_not_verified_is_not_there(reef):
    gone, hidden = reef.posts[5], reef.posts[4]
    author = reef.ada if (await reef.ada.call("DELETE", f"/posts/{gone}")).status == 200 else reef.blaise
    await author.call("DELETE", f"/posts/{gone}")
    await reef.network.house.pool.execute("UPDATE posts SET verification_status = 'pending' WHERE id = $1", hidden)
    await reef.network.settle()
    for sort in ("new", "hot", "top"):
        assert set(await reef.ids(f"{FEED}&sort={sort}")) == set(reef.posts[:4])


@pytest.mark.parametrize("path", [FEED, PLACE])
@pytest.mark.parametrize("sort", ["new", "hot", "top"])
async def test_its_pages_visit_each_post_once_by_cursor_and_by_offset(reef, path, sort):
    whole = await reef.ids(f"{path}&sort={sort}")
    pages = await reef.network.walk(f"{path}&sort={sort}&limit=4", key=reef.emmy.key)
    assert [len(page) for page in pages] == [4, 2]
    assert functools.reduce(operator.iadd, pages, []) == whole
    first = await reef.emmy.get(f"{path}&sort={sort}&limit=4")
    assert first["next_offset"] == 4
    last = await reef.emmy.get(f"{path}&sort={sort}&limit=4&offset=4")
    assert ([post["id"] for post in last["posts"]], last["next_offset"]) == (whole[4:], None)


async def test_a_page_looks_at_so_many_posts_and_the_next_goes_on_there(reef):
    pool = reef.network.house.pool
    submolt = await reef.network.value("SELECT id FROM submolts WHERE name = 'reef'")
    # Of each of the two, two posts a page are looked at: where hers all stand elsewhere, a page is empty.
    seen, pages, cursor = [], 0, None
    while cursor is not None or not pages:
        page = await followed_within(pool, reef.emmy.id, submolt, Sort.NEW, cursor, 25, looked_at=4)
        seen, pages, cursor = seen + [view.post.id for view, _ in page.posts], pages + 1, page.next_cursor
    assert seen == reef.posts[::-1]
    assert pages > 4
    ranked = await followed_within(pool, reef.emmy.id, submolt, Sort.HOT, None, 25, looked_at=4)
    assert ({view.post.id for view, _ in ranked.posts}, ranked.next_cursor) == ({reef.posts[5], reef.posts[4]}, None)


async def test_posts_of_one_intent_can_be_asked_for(reef):
    asking = await reef.network.post(reef.ada, "Why?", "reef", intent="question")
    await reef.network.post(reef.ada, "Why not?", "general", intent="question")
    await reef.network.settle()
    for sort in ("new", "hot"):
        for more in ("intent=question", "resolved=false"):
            assert await reef.ids(f"{FEED}&sort={sort}&{more}") == [asking]
        assert await reef.ids(f"{FEED}&sort={sort}&resolved=true") == []
    first = await reef.emmy.get(f"{PLACE}&sort=new&limit=1")
    narrowed = f"{PLACE}&sort=new&intent=question&cursor={first['next_cursor']}"
    assert (await reef.emmy.get(narrowed))["code"] == BadCursor.code


async def test_what_is_pinned_stands_there_like_any_other(reef):
    await reef.ada.call("POST", f"/posts/{reef.posts[0]}/pin")
    assert await reef.ids(f"{PLACE}&sort=new") == reef.posts[::-1]


async def test_it_needs_a_key_and_an_order_that_it_has(reef):
    assert (await reef.network.call("GET", PLACE)).status == 401
    assert (await reef.network.call("GET", "/submolts/reef/feed?filter=all")).status == 200
    refused = (f"{FEED}&sort=rising", f"{PLACE}&sort=random", f"{PLACE}&author=ada", f"{PLACE}&sort=top&time=day",
               f"{FEED}&offset=501", f"{PLACE}&cursor=bm8", "/feed?sort=rising&filter=following")  # fmt: skip
    for path in refused:
        assert (await reef.emmy.get(path)).status == 400, path
    assert (await reef.emmy.get("/feed?submolt=nowhere&filter=following")).status == 404
