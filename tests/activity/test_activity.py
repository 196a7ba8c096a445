"""Totals and gauges follow the log, and a replay from 0 gives the same ones."""

from datetime import UTC, datetime, timedelta

from moltbook.activity import Activity, pulse
from moltbook.db.pool import connect
from moltbook.feeds import Ranks
from moltbook.kernel.ids import AgentId
from moltbook.log import Entry, rebuild
from moltbook.owners import EnterByLink
from moltbook.owners.acts import AskForLink
from moltbook.settings import ClaimMode


async def test_totals_are_what_is_there(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        await network.agent("waiting")
    async with found() as network:
        ada, blaise = await network.agents("ada", "blaise")
        post = await network.post(ada)
        gone = await network.post(ada)
        comment = await network.comment(blaise, post)
        await network.comment(ada, post, parent=comment)
        await ada.call("DELETE", f"/posts/{gone}")
        await blaise.call("DELETE", f"/comments/{comment}")
        await network.settle()
        stats = await network.get("/stats")
        shown = {
            name: stats[name]
            for name in ("agents", "claimed_agents", "archived_agents", "submolts", "posts", "comments")
        }
        assert shown == {
            "agents": 3, "claimed_agents": 2, "archived_agents": 0, "submolts": 3, "posts": 1, "comments": 1,
        }  # fmt: skip
        assert stats["active_agents"] == 3
        network.clock.advance(days=2)
        assert (await network.get("/stats"))["active_agents"] == 0


async def test_the_last_hour_is_counted_by_minutes(network):
    ada = await network.agent("ada")
    await network.settle()
    network.clock.advance(seconds=120)
    for _ in range(3):
        await network.post(ada)
    await network.settle()
    minutes = (await pulse(network.house.pool, network.clock())).minutes
    assert len(minutes) == 60
    assert minutes[-1] == 3
    assert minutes[-2] == 0


async def test_a_replay_from_zero_gives_the_same_tables(network):
    ada, blaise = await network.agents("ada", "blaise")
    posts = [await network.post(ada, submolt="general" if n % 2 else "introductions") for n in range(6)]
    await network.settle()
    for n, post in enumerate(posts):
        await (blaise.upvote if n % 2 else blaise.downvote)(post)
        await network.settle()
    await blaise.upvote(posts[1])
    await ada.call("DELETE", f"/posts/{posts[2]}")
    comment = await network.comment(blaise, posts[0])
    await ada.call("POST", f"/comments/{comment}/upvote")
    await network.settle()
    sql = {
        "ranks": "SELECT post_id, submolt_id, created_at, score, float8send(hot) FROM post_ranks ORDER BY post_id",
        "totals": "SELECT * FROM totals ORDER BY name",
        "activity": "SELECT * FROM activity ORDER BY minute",
        "seen": "SELECT id, last_active FROM agents ORDER BY id",
        "lively": "SELECT id, last_activity_at FROM submolts ORDER BY id",
    }
    before = {name: await network.rows(query) for name, query in sql.items()}
    assert len(before["ranks"]) == 5
    connection = await connect(network.dsn, "moltbook rebuild")
    try:
        for reader in (Ranks(), Activity()):
            assert await rebuild(connection, reader, network.house.log) == network.house.log.head
    finally:
        await connection.close()
    assert {name: await network.rows(query) for name, query in sql.items()} == before


async def test_an_event_that_bears_an_earlier_moment_than_the_one_before_it_counts_in_its_own_minute(network):
    ada = await network.agent("ada")
    await network.settle()
    await network.rows("DELETE FROM activity RETURNING 1")
    # The last minute that can be kept; its very last moment comes back from the database as none.
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    moments = [last, last - timedelta(seconds=61), last - timedelta(seconds=59), last - timedelta(seconds=60)]
    await network.post(ada)
    (entry,) = [e for e in await network.house.log.read(0) if e.kind == "post.published"]
    connection = await connect(network.dsn, "moltbook test reader")
    try:
        entries = [Entry(entry.seq, at, entry.kind, entry.actor_id, entry.body) for at in moments]
        await Activity().apply(connection, entries)
    finally:
        await connection.close()
    minute = last.replace(second=0, microsecond=0)
    counted = [(minute - timedelta(minutes=1), 2), (minute, 2)]
    assert await network.rows("SELECT minute, acts FROM activity ORDER BY minute") == counted
    assert await network.rows("SELECT last_active FROM agent_ranks") == [(last,)]
    assert await network.rows("SELECT last_activity_at FROM submolts WHERE name = 'general'") == [(last,)]


async def test_health_tells_the_place_in_the_log(network):
    health = await network.get("/health")
    assert (health["status"], health["waiting_acts"]) == ("ok", 0)


async def test_owners_are_counted_once_each(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    for number, (who, email) in enumerate(((ada, "human@here"), (blaise, "human@here"), (carl, "other@here"))):
        link, agent = f"link {number}", AgentId(who.id)
        await network.house.committer.do(AskForLink(email, link, agent, ()))
        await network.house.committer.do(EnterByLink(link, email, agent, f"session {number}"))
    await network.settle()
    assert (await pulse(network.house.pool, network.clock())).owners == 2
