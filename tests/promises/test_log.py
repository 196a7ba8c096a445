"""The log: whoever follows it sees every event once and in order, however many write."""

import asyncio
import itertools
import sys
from pathlib import Path

import msgspec

from moltbook.app import open_house
from moltbook.log import Log
from moltbook.settings import Settings
from tests.promises.truth import ranks_now_and_anew, what_is_wrong
from tests.promises.writer import AT_ONCE, ROUNDS

WRITERS = 4
ROOT = Path(__file__).parents[2]


async def write(dsn: str, data: Path, name: str) -> list[list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.promises.writer", dsn, str(data), name, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [line.split() for line in out.decode().splitlines()]


async def follow(log: Log, cursor: int, stop: int) -> list[tuple[int, str, str]]:
    seen = []
    async for entry in log.follow(cursor):
        seen.append((entry.seq, entry.kind, entry.body))
        if entry.seq >= stop:
            return seen
    raise AssertionError("a follower ended by itself")


async def begun(log: Log, least: int) -> None:
    async for entry in log.follow(0):
        if entry.seq >= least:
            return


async def test_four_writers_and_their_readers(dsn, tmp_path, monkeypatch):
    # A small ring, so that some followers have to go from the table to memory while it moves.
    monkeypatch.setattr("moltbook.log.follow.RING", 200)
    data = tmp_path / "data"
    async with open_house(Settings(data=data, pool_size=4), dsn) as house:
        posts = WRITERS * ROUNDS * AT_ONCE
        start = await house.pool.fetchval("SELECT seq FROM log_head")
        stop = start + posts + 2 * WRITERS
        early = asyncio.create_task(follow(house.log, 0, stop))
        writing = [asyncio.create_task(write(dsn, data, f"writer{n}")) for n in range(WRITERS)]
        late = []
        for least in (start + 300, start + 900, start + 1500):
            await asyncio.wait_for(begun(house.log, least), 60)
            late.append(asyncio.create_task(follow(house.log, 0, stop)))
            late.append(asyncio.create_task(follow(house.log, least - 50, stop)))
        told = await asyncio.gather(*writing)
        seen = await asyncio.wait_for(early, 60)
        assert [seq for seq, _, _ in seen] == list(range(1, stop + 1))
        for follower in late:
            other = await asyncio.wait_for(follower, 60)
            assert other == seen[-len(other) :]
        assert seen == [tuple(row) for row in await house.pool.fetch("SELECT seq, kind, body FROM events ORDER BY seq")]
    place = {msgspec.json.decode(body)["post_id"]: seq for seq, kind, body in seen if kind == "post.published"}
    assert len(place) == posts
    for rounds in told:
        assert len(rounds) == ROUNDS
        for former, latter in itertools.pairwise(rounds):
            assert max(place[post] for post in former) < min(place[post] for post in latter)
    assert await what_is_wrong(dsn) == {}
    now, anew = await ranks_now_and_anew(dsn)
    assert now == anew
    assert len(now) == posts
