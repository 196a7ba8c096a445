"""A crowd that asks for what is dear: it waits, and nobody else does."""

import asyncio

import asyncpg

from moltbook.web import routes
from moltbook.web.routes import RARE_AT_ONCE, RARE_WAITING

LOCKS_WAITED_FOR = """
SELECT count(*)
FROM pg_locks l
JOIN pg_database d ON d.oid = l.database
WHERE NOT l.granted AND d.datname = current_database()
"""


async def test_a_crowd_in_the_past_keeps_nobody_from_the_front_page(network, page):
    (ada,) = await network.agents("ada")
    post = await network.post(ada, "Tides")
    blocker = await asyncpg.connect(network.dsn)
    try:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE past_minutes IN ACCESS EXCLUSIVE MODE")
            crowd = [
                asyncio.create_task(page("/?at=2026-01-01T00:00Z", headers={"accept-encoding": "br"}))
                for _ in range(RARE_AT_ONCE + RARE_WAITING)
            ]
            await asyncio.sleep(0)
            late = await page("/?at=2026-01-01T00:00Z")
            assert (late.status, late.headers["retry-after"]) == (503, "2")
            for path in ("/", "/u/ada", f"/post/{post}", "/live"):
                assert (await page(path)).status == 200
    finally:
        await blocker.close()
    answers = await asyncio.gather(*crowd)
    assert {answer.status for answer in answers} == {200}
    assert {answer.headers["content-encoding"] for answer in answers} == {"br"}


async def test_a_page_that_takes_too_long_is_given_up_in_the_database_too(network, page, monkeypatch):
    monkeypatch.setattr(routes, "LONGEST_SECONDS", 0.01)
    blocker = await asyncpg.connect(network.dsn)
    try:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE past_minutes IN ACCESS EXCLUSIVE MODE")
            answer = await page("/?at=2026-01-01T00:00Z")
            waiting = await blocker.fetchval(LOCKS_WAITED_FOR)
    finally:
        await blocker.close()
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "takes too long" in answer.body.decode()
    assert waiting == 0


async def test_a_page_of_the_past_comes_in_every_coding(network, page):
    await network.agents("ada")
    asked = "/?at=2026-01-01T00:00Z"
    tags = set()
    for accepted, coding in (("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)):
        answer = await page(asked, headers={"accept-encoding": accepted})
        assert answer.headers.get("content-encoding") == coding
        assert answer.headers["content-length"] == str(len(answer.body)) != "0"
        tags.add(answer.headers["etag"])
    assert len(tags) == 1
