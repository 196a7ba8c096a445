"""Feeds: orders, windows, whose posts, and pages that visit each post once."""

import functools
import operator
import re
from urllib.parse import quote

import pytest

from moltbook.client import PostSort
from moltbook.feeds.queries import Sort
from moltbook.settings import Settings
from moltbook.skill import SkillFiles

SORTS = ("hot", "new", "top", "rising", "comments", "random&shuffle=7")


@pytest.fixture
async def stage(network):
    """Five posts an hour apart; the second has most votes, the third a bad name."""
    members = await network.agents("ada", "blaise", "carl", "dora")
    ada, blaise, *_ = members
    posts = []
    for n, (author, submolt) in enumerate(
        [(ada, "general"), (blaise, "general"), (ada, "introductions"), (blaise, "general"), (ada, "general")]
    ):
        posts.append(await network.post(author, f"post {n}", submolt))
        network.clock.advance(hours=1)
    for voter in (ada, *members[2:]):
        await voter.upvote(posts[1])
    await members[2].upvote(posts[3])
    await members[2].downvote(posts[2])
    await network.settle()
    return network, members, posts


async def ids(network, path, key=None):
    answer = await network.call("GET", path, key=key)
    assert answer.status == 200, answer.body
    return [post["id"] for post in answer["posts"]]


async def test_each_order_is_what_its_name_says(stage):
    network, _, posts = stage
    old, best, bad, fair, fresh = posts
    assert await ids(network, "/posts?sort=new&limit=9") == [fresh, fair, bad, best, old]
    assert await ids(network, "/posts?sort=top&limit=9") == [best, fair, fresh, old, bad]
    # 45,000 seconds weigh as much as ten times the votes (contract §19).
    assert (await ids(network, "/posts?sort=hot&limit=9"))[:2] == [best, fresh]
    assert await ids(network, "/posts?sort=rising&limit=9") == [best, fair, fresh, old, bad]


async def test_top_looks_back_as_far_as_it_is_asked(stage):
    network, _, posts = stage
    assert await ids(network, "/posts?sort=top&time=hour") == []
    network.clock.advance(hours=-0.1)
    assert await ids(network, "/posts?sort=top&time=hour") == [posts[4]]
    assert await ids(network, "/posts?sort=top&t=day&limit=2") == [posts[1], posts[3]]
    network.clock.advance(days=8)
    assert await ids(network, "/posts?sort=top&time=week") == []
    for window in ("month", "year", "all"):
        assert len(await ids(network, f"/posts?sort=top&time={window}")) == 5


async def test_a_feed_is_narrowed_to_a_submolt_or_an_author(stage):
    network, _, posts = stage
    for sort in SORTS:
        for path in (f"/posts?submolt=General&sort={sort}", f"/submolts/general/feed?sort={sort}"):
            assert sorted(await ids(network, path)) == sorted(posts[:2] + posts[3:])
        assert await ids(network, f"/submolts/introductions/posts?sort={sort}") == [posts[2]]
        assert await ids(network, f"/submolts/announcements/feed?sort={sort}") == []
    assert await ids(network, "/posts?author=BLAISE&sort=new") == [posts[3], posts[1]]
    assert await ids(network, "/posts?author=ada&submolt=general") == [posts[4], posts[0]]
    assert (await network.call("GET", "/posts?author=nobody")).status == 404


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_visit_each_post_once(stage, size):
    network, _, _posts = stage
    for path in [
        *(f"/posts?sort={sort}" for sort in SORTS),
        "/posts?sort=top&time=day",
        "/submolts/general/feed?sort=top",
        "/posts?author=ada",
    ]:
        whole = await ids(network, f"{path}&limit=100")
        pages = await network.walk(f"{path}&limit={size}")
        assert functools.reduce(operator.iadd, pages, []) == whole, path
        assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_stay_right_while_posts_arrive_and_go(stage, sort):
    network, (ada, blaise, *_), posts = stage
    path = f"/posts?sort={sort}&limit=2"
    first = await network.get(path)
    seen = [post["id"] for post in first["posts"]]
    gone = seen[0]
    await (ada if (await network.get(f"/posts/{gone}"))["post"]["author"]["name"] == "ada" else blaise).call(
        "DELETE", f"/posts/{gone}"
    )
    late = [await network.post(ada, f"late {n}") for n in range(3)]
    await network.settle()
    seen += functools.reduce(operator.iadd, await network.walk(f"{path}&cursor={first['next_cursor']}"), [])
    assert len(seen) == len(set(seen))
    assert set(posts) <= set(seen)
    assert not set(late) & set(seen) or sort not in ("hot", "new")


async def test_old_clients_page_by_offset_and_page(stage):
    network, _, posts = stage
    first = await network.get("/posts?sort=new&limit=2")
    assert first["next_offset"] == 2
    assert await ids(network, "/posts?sort=new&limit=2&offset=2") == [posts[2], posts[1]]
    assert await ids(network, "/posts?sort=new&limit=2&page=3") == [posts[0]]
    last = await network.get("/posts?sort=new&limit=2&offset=4")
    assert (last["has_more"], last["next_cursor"], last["next_offset"]) == (False, None, None)


def test_the_client_and_the_skill_name_every_order_there_is():
    told = SkillFiles(Settings()).by_path["/skill.md"].body.decode()
    (sentence,) = re.findall(r"`sort` is ([^:]*)", told)
    assert set(re.findall("`([a-z]+)`", sentence)) == set(PostSort) == set(Sort)


async def test_a_cursor_belongs_to_its_list(stage):
    network, *_ = stage
    cursor = (await network.get("/posts?sort=new&limit=2"))["next_cursor"]
    for path in (
        "/posts?sort=hot", "/posts?sort=top", "/posts?sort=rising", "/posts?sort=new&submolt=general",
        "/posts?sort=new&author=ada", "/posts?sort=top&time=day",
    ):  # fmt: skip
        answer = await network.call("GET", f"{path}&cursor={quote(cursor)}")
        assert (answer.status, answer["error"]) == (400, "The cursor does not belong to this list."), path


async def test_ones_own_feed_holds_what_one_reads_and_whom_one_follows(stage):
    network, (_ada, _blaise, carl, _dora), posts = stage
    everybody = await carl.get("/feed?sort=new")
    assert [p["id"] for p in everybody["posts"]] == posts[::-1]
    assert not everybody["has_more"]
    assert await ids(network, "/feed?filter=following", carl.key) == []
    await carl.call("POST", "/agents/blaise/follow")
    await carl.call("POST", "/submolts/introductions/subscribe")
    mine = await carl.get("/feed?sort=new")
    assert [p["id"] for p in mine["posts"]] == [posts[3], posts[2], posts[1]]
    assert [p["you_follow_author"] for p in mine["posts"]] == [True, False, True]
    assert (mine["feed_type"], mine["feed_filter"]) == ("new", "all")
    followed = await carl.get("/feed?sort=new&filter=following")
    assert [p["id"] for p in followed["posts"]] == [posts[3], posts[1]]
    assert await ids(network, "/feed?sort=top", carl.key) == [posts[1], posts[3], posts[2]]
    assert await ids(network, "/feed?sort=rising&limit=1", carl.key) == [posts[1]]
    assert await ids(network, "/feed?submolt=introductions", carl.key) == [posts[2]]
    assert (await network.call("GET", "/feed")).status == 401


@pytest.mark.parametrize("sort", ["new", "hot", "top"])
@pytest.mark.parametrize("which", ["all", "following"])
async def test_pages_of_ones_own_feed_visit_each_post_once(network, sort, which):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    # More of one source than one probe reads, and some older ones of another.
    older = [await network.post(blaise, submolt="introductions") for _ in range(4)]
    newer = [await network.post(ada) for _ in range(46)]
    await network.settle()
    for name in ("ada", "blaise"):
        await carl.call("POST", f"/agents/{name}/follow")
    await carl.call("POST", "/submolts/general/subscribe")
    for size in (7, 45, 100):
        pages = await network.walk(f"/feed?sort={sort}&filter={which}&limit={size}", key=carl.key)
        seen = functools.reduce(operator.iadd, pages, [])
        assert len(seen) == len(set(seen))
        if sort == "new":
            assert seen == (older + newer)[::-1], size
        else:
            assert set(older) < set(seen)
            assert len(seen) >= 44


async def offsets(network, path, key, size):
    """The ids on each page of a list as an old client walks it, by next_offset."""
    pages, at = [], 0
    while at is not None:
        answer = await network.call("GET", f"{path}&limit={size}&offset={at}", key=key)
        assert answer.status == 200, answer.body
        pages.append([post["id"] for post in answer["posts"]])
        at = answer["next_offset"]
        assert answer["has_more"] == (at is not None)
    return pages


@pytest.mark.parametrize("sort", ["new", "hot", "top"])
async def test_ones_own_feed_is_walked_by_offset_and_page_to_its_end(stage, sort):
    network, (_ada, _blaise, carl, dora), _posts = stage
    for path in ("/agents/blaise/follow", "/agents/ada/follow", "/submolts/general/subscribe"):
        await carl.call("POST", path)
    for reader in (carl, dora):
        path = f"/feed?sort={sort}"
        whole = await ids(network, f"{path}&limit=100", reader.key)
        assert len(whole) == 5
        pages = await offsets(network, path, reader.key, 2)
        assert functools.reduce(operator.iadd, pages, []) == whole
        assert await ids(network, f"{path}&limit=2&page=3", reader.key) == whole[4:]
        assert await ids(network, f"{path}&limit=2&page=4", reader.key) == []
        # Who reads nothing yet goes on in the public feed.
        pages = await network.walk(f"{path}&limit=2", key=reader.key)
        assert functools.reduce(operator.iadd, pages, []) == whole
    far = await carl.get(f"/feed?sort={sort}&offset=501")
    assert (far.status, far["hint"]) == (400, "Go on with next_cursor.")


async def test_the_feed_of_a_submolt_says_whom_one_follows(stage):
    _, (_ada, _blaise, carl, _dora), posts = stage
    await carl.call("POST", "/agents/blaise/follow")
    for path in ("/feed?submolt=general&sort=new", "/feed?sort=rising"):
        followed = {post["id"] for post in (await carl.get(path))["posts"] if post["you_follow_author"]}
        assert followed == {posts[1], posts[3]}


async def test_the_second_page_of_a_submolt_goes_on_behind_what_is_pinned(network):
    ada = await network.agent("ada")
    await ada.call("POST", "/submolts", {"name": "reef"})
    posts = [await network.post(ada, f"post {n}", "reef") for n in range(5)]
    await ada.call("POST", f"/posts/{posts[0]}/pin")
    pages = [await ids(network, f"/submolts/reef/feed?sort=new&limit=2&page={n}") for n in (1, 2, 3)]
    assert pages == [[posts[0], posts[4]], [posts[3], posts[2]], [posts[1]]]
    assert await offsets(network, "/submolts/reef/feed?sort=new", None, 2) == pages


async def test_a_submolt_comes_with_its_first_posts_and_how_one_stands_to_it(stage):
    network, (ada, blaise, carl, _dora), posts = stage
    await ada.call("POST", "/submolts", {"name": "reef"})
    inside = await network.post(ada, "Inside", "reef")
    await carl.call("POST", "/submolts/reef/subscribe")
    assert await ids(network, "/submolts/general?sort=new") == [posts[4], posts[3], posts[1], posts[0]]
    mine = await carl.get("/submolts/reef?sort=new")
    assert ([post["id"] for post in mine["posts"]], mine["your_role"]) == ([inside], "member")
    assert mine["context"] == {"subscribed": True, "permissions": []}
    # Who asks for somebody else is told of that one, and stays who it is.
    other = (await carl.get(f"/submolts/reef?requester_id={ada.id}")).json
    assert "pin a post" in other["context"]["permissions"]
    assert other["your_role"] == "member"
    assert "posts" not in other
    assert (await blaise.get("/submolts/reef?sort=hot"))["context"] == {"subscribed": False, "permissions": []}
    plain = await network.get("/submolts/reef")
    assert not plain.keys() & {"posts", "context"}
    for wrong in ("sort=loud", "requester_id=me"):
        assert (await network.call("GET", f"/submolts/reef?{wrong}")).status in (400, 404)


async def test_the_most_discussed_come_first_and_a_shuffle_is_the_same_each_time(stage):
    network, (_ada, _blaise, carl, dora), posts = stage
    for member, post in ((carl, posts[2]), (dora, posts[2]), (dora, posts[0])):
        await network.comment(member, post, f"{member.name} speaks")
        network.clock.advance(hours=1)
    assert await ids(network, "/posts?sort=comments") == [posts[2], posts[0], posts[4], posts[3], posts[1]]
    mixed = {n: await ids(network, f"/posts?sort=random&shuffle={n}") for n in (1, 2, 3, 1769900000000)}
    assert all(sorted(order) == sorted(posts) for order in mixed.values())
    assert len({tuple(order) for order in mixed.values()}) > 1
    for n, order in mixed.items():
        path = f"/posts?sort=random&shuffle={n}"
        assert await offsets(network, path, None, 2) == [order[:2], order[2:4], order[4:]]
        assert await network.walk(f"{path}&limit=2") == [order[:2], order[2:4], order[4:]]
    # One's own feed has neither: it is answered as the public one.
    assert await ids(network, "/feed?sort=comments&limit=1", carl.key) == [posts[2]]
    assert (await network.call("GET", "/agents/carl/feed?sort=random")).status == 400
