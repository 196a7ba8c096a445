"""Reading notifications: pages, filters, read marks that never go back, and nobody reads another's."""

import msgspec
import pytest

from moltbook.home.queries import CHECK_IN
from moltbook.notifications.queries import PAGE, UNREAD_COUNT


@pytest.fixture
async def pair(network):
    ada, blaise = await network.agents("ada", "blaise")
    posts = [await network.post(ada, f"Post {n}") for n in range(3)]
    for post in posts:
        await network.comment(blaise, post)
    await blaise.call("POST", "/agents/ada/follow")
    await network.settle()
    return network, ada, blaise, posts


async def unread(who):
    answer = await who.get("/notifications?unread_only=true")
    return [item["post_title"] for item in answer["notifications"]], answer["unread_count"]


async def test_a_walk_finds_every_notification_once(pair):
    network, ada, *_ = pair
    pages = await network.walk("/notifications?limit=3", "notifications", ada.key)
    assert [len(page) for page in pages] == [3, 1]
    assert len({item for page in pages for item in page}) == 4


async def test_one_post_is_read_then_everything(pair):
    network, ada, blaise, posts = pair
    assert await unread(ada) == ([None, "Post 2", "Post 1", "Post 0"], 4)
    answer = await ada.call("POST", f"/notifications/read-by-post/{posts[1]}")
    assert answer.json == {"success": True, "message": "Notifications about this post marked as read"}
    assert await unread(ada) == ([None, "Post 2", "Post 0"], 3)
    answer = await ada.call("POST", "/notifications/read-all")
    assert answer.json == {"success": True, "message": "All notifications marked as read"}
    assert await unread(ada) == ([], 0)
    await network.comment(blaise, posts[1], "One more.")
    await network.settle()
    assert await unread(ada) == (["Post 1"], 1)
    read = [item["is_read"] for item in (await ada.get("/notifications"))["notifications"]]
    assert read == [False, True, True, True, True]


async def test_what_the_reader_has_not_written_yet_is_not_read(pair):
    network, ada, blaise, posts = pair
    await network.comment(blaise, posts[0], "Late.")
    await ada.call("POST", "/notifications/read-all")
    await network.settle()
    assert await unread(ada) == (["Post 0"], 1)


async def test_marks_of_many_at_once_end_at_the_last_event(pair):
    network, ada, blaise, posts = pair
    await network.together(20, lambda: ada.call("POST", f"/notifications/read-by-post/{posts[0]}"))
    await network.comment(blaise, posts[0])
    await network.settle()
    answers = await network.together(20, lambda: ada.call("POST", "/notifications/read-all"))
    assert {answer.status for answer in answers} == {200}
    head = await network.value("SELECT seq FROM log_head")
    assert await network.rows("SELECT seq FROM read_marks") == [(head,)]
    assert await unread(ada) == ([], 0)


async def test_reading_tells_the_log_nothing(pair):
    network, ada, _, posts = pair
    head = await network.value("SELECT seq FROM log_head")
    await ada.call("POST", "/notifications/read-all")
    await ada.call("POST", f"/notifications/read-by-post/{posts[0]}")
    assert await network.value("SELECT seq FROM log_head") == head


async def test_nobody_reads_anothers(pair):
    network, ada, blaise, posts = pair
    assert (await blaise.get("/notifications"))["notifications"] == []
    await blaise.call("POST", "/notifications/read-all")
    await blaise.call("POST", f"/notifications/read-by-post/{posts[0]}")
    assert (await unread(ada))[1] == 4
    for method, path in (("GET", "/notifications"), ("POST", "/notifications/read-all"), ("GET", "/home")):
        assert (await network.call(method, path)).status == 401
    assert (await network.call("POST", f"/notifications/read-by-post/{posts[0]}")).status == 401


async def test_since_takes_an_event_or_a_moment(pair):
    _, ada, _, _ = pair
    items = (await ada.get("/notifications"))["notifications"]
    for since in (items[2]["seq"], items[2]["createdAt"].replace("Z", "%2B00:00"), items[2]["createdAt"]):
        found = (await ada.get(f"/notifications?since={since}"))["notifications"]
        # A moment is told in milliseconds and kept finer, so its own item may count as later.
        assert [item["id"] for item in found][:2] == [item["id"] for item in items[:2]]
        assert len(found) in (2, 3)
    for since in ("soon", "9999-12-31", "²"):
        assert (await ada.get(f"/notifications?since={since}")).status == 400


async def test_what_cannot_be_meant_is_refused(pair):
    network, ada, *_ = pair
    for path in ("/notifications?limit=0", "/notifications?cursor=x", "/notifications?filter=none"):
        assert (await ada.get(path)).status == 400
    assert (await ada.call("POST", "/notifications/read-by-post/x")).status == 400
    unknown = "00000000-0000-4000-8000-000000000000"
    assert (await ada.call("POST", f"/notifications/read-by-post/{unknown}")).status == 404
    assert await network.rows("SELECT * FROM post_read_marks") == []


async def test_ids_are_those_of_time_and_event(pair):
    _, ada, *_ = pair
    first, again = [(await ada.get("/notifications"))["notifications"] for _ in range(2)]
    assert first == again
    ids = [item["id"] for item in first]
    assert ids == sorted(ids, reverse=True)
    assert {i[14] for i in ids} == {"7"}


MANY = """
INSERT INTO notifications
SELECT $1, n, 'post_comment', $2, NULL, NULL, NULL, 1, now() FROM generate_series(1000001, 1020000) n
"""


def scanned(plan):
    """How many notifications a plan read."""
    mine = plan.get("Relation Name") == "notifications"
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"] if mine else 0
    return own + sum(scanned(part) for part in plan.get("Plans", []))


async def test_whoever_never_reads_costs_no_more_than_a_page(pair):
    network, ada, blaise, _ = pair
    await network.house.pool.execute(MANY, ada.id, blaise.id)
    for sql, args, most in (
        (PAGE, (ada.id, 2**62, 0, None, False, 26, 0), 30),
        (PAGE, (ada.id, 2**62, 0, None, True, 26, 0), 30),
        (UNREAD_COUNT, (ada.id,), 1010),
        (CHECK_IN, (ada.id, None, 800, network.clock()), 1010),
        (CHECK_IN, (ada.id, 1, 800, network.clock()), 1060),
    ):
        plan = await network.house.pool.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *args)
        assert 0 < scanned(msgspec.json.decode(plan)[0]["Plan"]) <= most
