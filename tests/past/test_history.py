"""The history follows the log: a replay from 0 gives the same tables, in one step or in many."""

from datetime import UTC, datetime, timedelta

from moltbook.comments import comments_of
from moltbook.db.pool import connect
from moltbook.feeds import Feed, Sort
from moltbook.log import Entry, rebuild
from moltbook.past import (
    History,
    acts_at,
    comments_at,
    karma_at,
    karma_by_day,
    minute_of,
    past_feed,
    seq_at,
    span,
    tallies_at,
    thread_at,
)
from moltbook.posts import posts_by_ids
from tests.verdicts.steps import ALL, right

TABLES = {
    "pasts": "SELECT * FROM pasts ORDER BY 1, 2, 3",
    "past_answers": "SELECT * FROM past_answers ORDER BY 1, 2",
    "karma_pasts": "SELECT * FROM karma_pasts ORDER BY 1, 2",
    "past_minutes": "SELECT * FROM past_minutes ORDER BY 1",
}


async def tables(network):
    return {name: await network.rows(sql) for name, sql in TABLES.items()}


async def test_a_replay_from_zero_gives_the_same_tables(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    posts = [await network.post(blaise, submolt="reef", intent="question") for _ in range(3)]
    for n, post in enumerate(posts):
        await ada.upvote(post)
        await network.settle([History()])
        comment = await network.comment(ada, post)
        await blaise.call("POST", f"/comments/{comment}/{'upvote' if n else 'downvote'}")
        await blaise.call("POST", f"/posts/{post}/accept", {"comment_id": comment})
        network.clock.advance(seconds=40)
        await ada.downvote(post)
        await ada.call("POST", f"/posts/{post}/remove", {"reason": "Off topic."})
        if n:
            await network.settle([History()])
            network.clock.advance(seconds=40)
        await ada.call("POST", f"/posts/{post}/restore")
        await blaise.call("DELETE", f"/posts/{post}/accept")
    await network.settle([History()])
    before = await tables(network)
    assert {name: len(rows) for name, rows in before.items()}["pasts"] > 6
    connection = await connect(network.dsn, "moltbook rebuild")
    try:
        assert await rebuild(connection, History(), network.house.log) == network.house.log.head
    finally:
        await connection.close()
    assert await tables(network) == before


async def test_what_waited_for_its_challenge_was_not_to_be_seen(found):
    async with found(**ALL) as network:
        ada, blaise = await network.agents("ada", "blaise")
        waiting = (await ada.publish("Later"))["post"]
        network.clock.now = minute_of(network.clock.now) + timedelta(minutes=2)
        before = network.clock.now
        assert (await right(ada, waiting["verification"])).status == 200
        comment = (await blaise.answer(waiting["id"]))["comment"]
        network.clock.advance(seconds=90)
        between = network.clock.now
        assert (await right(blaise, comment["verification"])).status == 200
        network.clock.advance(seconds=90)
        after = network.clock.now
        await network.settle([History()])
        pool = network.house.pool
        for at, post, thread in (
            (before, [], []),
            (between, [waiting["id"]], []),
            (after, [waiting["id"]], [comment["id"]]),
        ):
            for sort in (Sort.NEW, Sort.HOT):
                assert [v.post.id for v in (await past_feed(pool, at, Feed(sort=sort))).posts] == post
            assert [c.id for c in await thread_at(pool, at, await comments_of(pool, waiting["id"]))] == thread
            assert (await comments_at(pool, at, [waiting["id"]])).get(waiting["id"], 0) == len(thread)


async def test_what_an_archive_brought_begins_with_its_tally_and_karma(network):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada)
    pool = network.house.pool
    await pool.execute("UPDATE posts SET upvotes = 40, base_upvotes = 40, downvotes = 2, base_downvotes = 2")
    await pool.execute("UPDATE agents SET archived = true, karma = 90 WHERE name = 'ada'")
    network.clock.advance(seconds=60)
    before = network.clock.now
    await blaise.upvote(post)
    network.clock.advance(seconds=60)
    await network.settle([History()])
    for at, tally, karma in ((before, (40, 2), 90), (network.clock.now, (41, 2), 91)):
        (view,) = await posts_by_ids(pool, [post])
        found = (await tallies_at(pool, at, [view.post]))[post]
        assert ((found.upvotes, found.downvotes), (await karma_at(pool, at, [ada.id]))[ada.id]) == (tally, karma)
    assert await tallies_at(pool, before - timedelta(hours=1), [view.post]) == {}


async def test_karma_is_told_day_by_day(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    post = await network.post(ada)
    first = minute_of(network.clock.now)
    await blaise.upvote(post)
    network.clock.advance(days=1)
    await carl.upvote(post)
    network.clock.advance(days=1)
    await blaise.downvote(post)
    network.clock.advance(days=1)
    await network.settle([History()])
    found = await karma_by_day(network.house.pool, ada.id, first, network.clock.now)
    assert found == [(first + timedelta(days=n), karma) for n, karma in enumerate((0, 1, 2, 0))]


async def test_moments_have_numbers_and_an_end(network):
    ada = await network.agent("ada")
    pool = network.house.pool
    assert await span(pool) is None
    assert await seq_at(pool, network.clock.now) == 0
    first = minute_of(network.clock.now)
    await network.post(ada)
    middle = network.house.log.head
    network.clock.now = last = first + timedelta(minutes=5)
    await network.post(ada)
    await network.settle()
    await network.settle([History()])
    assert await span(pool) == (first, last)
    assert [await seq_at(pool, first + timedelta(minutes=n)) for n in (0, 1, 5, 6)] == [
        0, middle, middle, network.house.log.head,
    ]  # fmt: skip
    acts = await acts_at(pool, first + timedelta(minutes=6))
    assert (len(acts), sum(acts), acts[-1], acts[-6]) == (60, network.house.log.head, 1, middle)


async def test_a_vote_that_bears_an_earlier_minute_than_the_one_before_it_counts_with_that(network):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    post = await network.post(ada)
    network.clock.now = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
    await blaise.upvote(post)
    await carl.upvote(post)
    entries = await network.house.log.read(network.house.log.head - 2)
    late = entries[1]
    late = Entry(late.seq, late.at - timedelta(seconds=2), late.kind, late.actor_id, late.body)
    connection = await connect(network.dsn, "moltbook test reader")
    try:
        async with connection.transaction():
            await History().apply(connection, [entries[0], late])
    finally:
        await connection.close()
    assert await network.rows("SELECT minute, upvotes FROM pasts") == [(network.clock.now.replace(microsecond=0), 2)]
    assert await network.rows("SELECT gained FROM karma_pasts") == [(2,)]


async def test_the_last_minute_that_can_be_kept_does_not_stop_the_history(network):
    ada = await network.agent("ada")
    await network.post(ada)
    await network.house.pool.execute("UPDATE events SET at = '9999-12-31 23:59:59.999999+00'")
    await network.settle([History()])
    assert (await network.rows("SELECT seq FROM past_minutes"))[0] == (network.house.log.head,)
