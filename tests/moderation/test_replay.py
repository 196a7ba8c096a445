"""Ranks follow removals and restorals, at once or from the beginning."""

from moltbook.db.pool import connect
from moltbook.feeds import Ranks
from tests.world.network import catch_up

SHOWN = "SELECT post_id::text, score FROM post_ranks ORDER BY 1"


async def test_ranks_are_the_same_live_and_from_zero(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    posts = [await network.post(blaise, submolt="reef") for _ in range(4)]
    for n, post in enumerate(posts):
        await ada.upvote(post)
        if n == 1:
            await network.settle()
        if n > 0:
            await ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
        if n > 1:
            await ada.call("POST", f"/posts/{post}/restore")
        if n > 2:
            await ada.call("POST", f"/posts/{post}/remove", {"reason": "After all."})
            await network.settle()
    live = await network.rows(SHOWN)
    assert live == sorted([(posts[0], 1), (posts[2], 1)])
    connection = await connect(network.dsn, "moltbook test reader")
    try:
        await Ranks().reset(connection)
        await connection.execute("DELETE FROM readers WHERE name = 'ranks'")
        await catch_up(connection, Ranks(), network.house)
    finally:
        await connection.close()
    assert await network.rows(SHOWN) == live
