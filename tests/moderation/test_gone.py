"""Reports of what is gone are closed, with what became of it; live or from the beginning alike."""

import asyncio

import pytest

from moltbook.db.pool import connect
from moltbook.moderation import SettledReports
from tests.world.network import catch_up

CLOSED = "SELECT target_id::text, outcome, closed_at FROM reports ORDER BY id"
WAITING = "SELECT FROM pg_stat_activity WHERE application_name = 'moltbook test reader' AND wait_event_type = 'Lock'"


@pytest.fixture
async def reef(network):
    """m/reef of ada, and two who write in it."""
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    return network, ada, blaise, carl


async def report(who, kind, target):
    assert (await who.call("POST", f"/{kind}s/{target}/report", {})).status == 200


async def outcomes(network):
    await network.settle((SettledReports(),))
    return {target: outcome for target, outcome, _ in await network.rows(CLOSED)}


async def test_a_report_closes_when_its_object_is_deleted_removed_or_its_author_leaves(reef):
    network, ada, blaise, carl = reef
    posts = [await network.post(blaise, submolt="reef") for _ in range(4)]
    comment = await network.comment(carl, posts[3])
    under = await network.comment(carl, posts[0])
    for post in posts:
        await report(ada, "post", post)
    await report(ada, "comment", comment)
    await report(blaise, "comment", under)
    await blaise.call("DELETE", f"/posts/{posts[0]}")
    await ada.call("POST", f"/posts/{posts[1]}/remove", {"reason": "Off topic."})
    assert (await carl.call("DELETE", "/agents/me", {"confirm": "carl"})).status == 200
    assert await outcomes(network) == {
        posts[0]: "deleted", posts[1]: "removed", posts[2]: "", posts[3]: "", comment: "deleted", under: "deleted",
    }  # fmt: skip
    assert (await ada.get("/submolts/reef/reports"))["count"] == 2
    assert (await blaise.call("DELETE", "/agents/me", {"confirm": "blaise"})).status == 200
    assert set((await outcomes(network)).values()) == {"deleted", "removed"}


async def test_a_report_under_a_removed_post_closes_when_its_author_takes_the_post_along(reef):
    network, ada, blaise, carl = reef
    post = await network.post(blaise, submolt="reef")
    comment = await network.comment(carl, post)
    await report(ada, "post", post)
    await report(ada, "comment", comment)
    await ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    assert await outcomes(network) == {post: "removed", comment: ""}
    assert (await blaise.call("DELETE", f"/posts/{post}")).status == 200
    assert await outcomes(network) == {post: "removed", comment: "deleted"}


async def test_what_somebody_dismissed_meanwhile_stays_dismissed(reef):
    network, ada, blaise, carl = reef
    post = await network.post(blaise, submolt="reef")
    await report(carl, "post", post)
    await ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
    other = await connect(network.dsn, "moltbook test moderator")
    try:
        async with other.transaction():
            await other.execute("UPDATE reports SET closed_at = now(), outcome = 'dismissed'")
            settling = asyncio.create_task(network.settle((SettledReports(),)))
            async with asyncio.timeout(10):
                while not await network.rows(WAITING):
                    pass
        await settling
    finally:
        await other.close()
    assert await outcomes(network) == {post: "dismissed"}


async def test_what_came_back_can_be_reported_anew_and_a_replay_changes_nothing(reef):
    network, ada, blaise, carl = reef
    first, second = [await network.post(blaise, submolt="reef") for _ in range(2)]
    comment = await network.comment(blaise, first)
    await report(carl, "post", first)
    await report(carl, "comment", comment)
    await report(carl, "post", second)
    waiting = (await ada.get("/submolts/reef/reports"))["reports"]
    await ada.call("POST", f"/reports/{waiting[0]['id']}/dismiss")
    await ada.call("POST", f"/posts/{first}/remove", {"reason": "Off topic."})
    assert await outcomes(network) == {first: "removed", comment: "", second: "dismissed"}
    await ada.call("POST", f"/posts/{first}/restore")
    # The comment was never looked at; it came back with its post, and so did the report.
    assert [r["comment_id"] for r in (await ada.get("/submolts/reef/reports"))["reports"]] == [comment]
    await ada.call("POST", f"/comments/{comment}/remove", {"reason": "Rude."})
    await report(carl, "post", first)
    assert await outcomes(network) == {first: "", comment: "removed", second: "dismissed"}
    live = await network.rows(CLOSED)
    connection = await connect(network.dsn, "moltbook test reader")
    try:
        await SettledReports().reset(connection)
        await connection.execute("DELETE FROM readers WHERE name = 'reports'")
        await catch_up(connection, SettledReports(), network.house)
    finally:
        await connection.close()
    assert await network.rows(CLOSED) == live
