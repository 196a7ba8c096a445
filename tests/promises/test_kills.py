"""No acknowledged write is lost or doubled, whatever is killed while the network writes."""

import asyncio
import contextlib
import itertools
import time

import httpx2
import psutil
import pytest

from moltbook.db.embedded import attach_or_start
from moltbook.db.pool import connect
from tests.promises.load import Writer
from tests.promises.running import Running, join, running, until
from tests.promises.truth import past_now_and_anew, ranks_now_and_anew, what_is_wrong

WRITERS = 6
KINDS = ("worker", "backend", "postmaster")
# With the rate the machine gives, this many acknowledged writes lie between two kills.
WRITES_BETWEEN = 300


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=[pytest.mark.proof, pytest.mark.timeout(3600)])])
def test_no_acknowledged_write_is_lost_or_doubled(tmp_path, kills):
    data = tmp_path / "data"
    with running(data, "--limits", "off") as network:
        author, *members = [join(network.url, f"writer{n}") for n in range(WRITERS + 1)]
        posts = seed_posts(network, author)
        writers = [Writer(network.url, member, posts, n) for n, member in enumerate(members)]
        for writer in writers:
            writer.start()
        try:
            for _, kind in zip(range(kills), itertools.cycle(KINDS), strict=False):
                kill_under_load(network, writers, kind)
            await_writes(writers)
        finally:
            for writer in writers:
                writer.leave()
            for writer in writers:
                writer.join(60)
        until(network.answers, "the network is well in the end")
    surprises = [surprise for writer in writers for surprise in writer.surprises]
    print(f"{kills} kills, {total(writers)} acknowledged, {sum(w.hurt for w in writers)} hurt")
    assert surprises == []
    with attach_or_start(data) as dsn:
        asyncio.run(compare(dsn, writers))


def seed_posts(network: Running, author) -> list[str]:
    posts = []
    for n in range(10):
        body = {"title": f"seed {n}", "submolt_name": "general"}
        answer = httpx2.post(f"{network.url}/posts", json=body, headers={"Authorization": f"Bearer {author.key}"})
        posts.append(answer.json()["post"]["id"])
    return posts


def total(writers: list[Writer]) -> int:
    return sum(writer.acknowledged for writer in writers)


def await_writes(writers: list[Writer]) -> None:
    before = total(writers)
    until(lambda: total(writers) >= before + WRITES_BETWEEN, "writes go on")


def kill_under_load(network: Running, writers: list[Writer], kind: str) -> None:
    """Kill one process in the midst of writing, then wait until writes are acknowledged again."""
    await_writes(writers)
    match kind:
        case "worker":
            (victim,) = until(network.workers, "a worker runs")
        case "backend":
            victim = until(network.backends, "a backend runs")[0]
        case _:
            victim = until(network.postmaster, "the database runs")
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()
    until(lambda: is_dead(victim), "the victim is dead")


def is_dead(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def compare(dsn: str, writers: list[Writer]) -> None:
    """The database holds every acknowledged write once, and everything adds up."""
    connection = await connect(dsn, "moltbook truth")
    try:
        for table, column, kept in (("posts", "title", "posts"), ("comments", "content", "comments")):
            rows = await connection.fetch(f"SELECT id, {column} FROM {table}")
            found = {row[0]: row[1] for row in rows}
            words = [row[1] for row in rows]
            for writer in writers:
                acknowledged: dict[str, str] = getattr(writer, kept)
                assert acknowledged.items() <= found.items()
                # Nothing a writer said stands there twice: it never repeats itself.
            assert len(words) == len(set(words))
        votes = {
            (row[0], row[1]): row[2]
            for row in await connection.fetch("SELECT target_id, voter_id, direction FROM votes")
        }
        for writer in writers:
            for target, direction in writer.votes.items():
                if direction is not None:
                    assert votes.get((target, writer._member.id), 0) == direction
    finally:
        await connection.close()
    assert await what_is_wrong(dsn) == {}
    began = time.monotonic()
    now, anew = await ranks_now_and_anew(dsn)
    assert now == anew
    now, anew = await past_now_and_anew(dsn)
    assert now == anew
    assert time.monotonic() - began < 30
