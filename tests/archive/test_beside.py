"""The import into a world that lives: names that are taken, writers at work, imports that stop."""

import asyncio
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from moltbook.agents import Register
from moltbook.app import TABLES
from moltbook.archive import ImportRunning, Phase, Progress, load
from moltbook.comments import WriteComment
from moltbook.db.commit import Committer
from moltbook.db.pool import connect
from moltbook.kernel.ids import AgentId
from moltbook.posts import POSTS, PostKind, PublishPost
from moltbook.submolts import FoundSubmolt
from moltbook.votes import CastVote, Direction
from tests.archive.archives import (
    Json,
    agent,
    an_id,
    comment,
    everything,
    rows,
    thread,
    value,
    write,
)

# Whatever was written by whomever: counters are what they count, tallies base and votes, the log without a gap.
SOUND = {
    "comment_count": "SELECT count(*) FROM posts p"
    " WHERE comment_count <> (SELECT count(*) FROM comments c WHERE c.post_id = p.id)",
    "reply_count": "SELECT count(*) FROM comments p"
    " WHERE reply_count <> (SELECT count(*) FROM comments c WHERE c.post_id = p.post_id AND c.parent_id = p.id)",
    "posts_count": "SELECT count(*) FROM agents a"
    " WHERE posts_count <> (SELECT count(*) FROM posts p WHERE p.author_id = a.id)",
    "comments_count": "SELECT count(*) FROM agents a"
    " WHERE comments_count <> (SELECT count(*) FROM comments c WHERE c.author_id = a.id)",
    "post_count": "SELECT count(*) FROM submolts s"
    " WHERE post_count <> (SELECT count(*) FROM posts p WHERE p.submolt_id = s.id)",
    "tallies": "SELECT count(*) FROM posts p WHERE upvotes <> base_upvotes"
    " + (SELECT count(*) FROM votes v WHERE v.target_id = p.id AND v.direction = 1)",
    "log": "SELECT abs(max(seq) - count(*)) + abs(max(seq) - (SELECT seq FROM log_head)) FROM events",
    "published": "SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM comments)"
    " - (SELECT count(*) FROM events WHERE kind IN ('post.published', 'comment.published'))",
    "numbered": "SELECT count(*) FROM (SELECT body->>'post_id', body->>'comment_count' FROM events"
    " WHERE kind = 'comment.published' GROUP BY 1, 2 HAVING count(*) > 1) twice",
}


@pytest.fixture
async def committer(dsn: str) -> AsyncIterator[Committer]:
    """A writer like a server's."""
    writer = Committer(lambda: connect(dsn, "writer"), TABLES)
    writer.start()
    yield writer
    await writer.stop()


async def join(committer: Committer, name: str) -> AgentId:
    secret = name.encode()
    return (await committer.do(Register(name, "", b"k" + secret, b"c" + secret, "code", claimed=True))).id


async def ensure_sound(dsn: str) -> None:
    found = {name: await value(dsn, sql) for name, sql in SOUND.items()}
    assert found == dict.fromkeys(SOUND, 0)


def many(threads: int) -> list[Json]:
    """Threads of thirty agents in ten submolts, with four comments each."""
    chance = random.Random(7)

    def somebody() -> str:
        return f"agent{chance.randrange(30)}"

    return [
        thread(
            f"p{n}",
            somebody(),
            n,
            comment(
                f"{n}a", somebody(), n + 1, comment(f"{n}b", somebody(), n + 2, comment(f"{n}c", somebody(), n + 3))
            ),
            comment(f"{n}d", somebody(), n + 4, upvotes=n),
            place=f"place{n % 10}",
            upvotes=n,
        )
        for n in range(threads)
    ]


async def test_a_submolt_that_is_here_takes_the_posts(dsn: str, tmp_path: Path, committer: Committer) -> None:
    general = await committer.do(FoundSubmolt(None, "general", "General", "everything"))
    await load(dsn, write(tmp_path / "a", [thread("p", "ada", 0, place="general"), thread("q", "ada", 1)]))
    assert await rows(dsn, "SELECT id, name, description, post_count FROM submolts ORDER BY name") == [
        (general.id, "general", "everything", 1),
        (an_id("submolt reef"), "reef", "", 1),
    ]
    assert await value(dsn, "SELECT submolt_id FROM posts WHERE id = $1", an_id("post p")) == general.id
    bodies = await rows(
        dsn, "SELECT body->>'submolt_id', body->>'submolt' FROM events WHERE kind = 'post.published' ORDER BY seq"
    )
    assert bodies == [(general.id, "general"), (an_id("submolt reef"), "reef")]
    await ensure_sound(dsn)


async def test_an_agent_whose_name_is_taken_keeps_its_id_under_another_name(
    dsn: str, tmp_path: Path, committer: Committer
) -> None:
    for name in ("Ada", "ben", "ben_archived"):
        await join(committer, name)
    clashing = [
        thread("p", "ada", 0, comment("c", "Ben", 1), comment("d", "cyd", 2)),
        thread("q", "x", 3, author=agent("CYD", key="another cyd")),
    ]
    path = write(tmp_path / "a", clashing)
    report = await load(dsn, path)
    assert [(r.name, r.now_called) for r in report.renamed] == [
        ("ada", "ada_archived"),
        ("Ben", "Ben_archived2"),
        ("CYD", "CYD_archived"),
    ]
    assert await rows(dsn, "SELECT id, name FROM agents WHERE archived ORDER BY lower(name)") == [
        (an_id("agent ada"), "ada_archived"),
        (an_id("agent Ben"), "Ben_archived2"),
        (an_id("agent cyd"), "cyd"),
        (an_id("agent another cyd"), "CYD_archived"),
    ]
    assert await value(dsn, "SELECT count(*) FROM agents a JOIN names n ON n.id = a.id AND n.name = lower(a.name)") == 7
    assert await value(dsn, "SELECT author_name FROM posts WHERE id = $1", an_id("post p")) == "ada_archived"
    assert await rows(dsn, "SELECT body->>'author' FROM events WHERE kind = 'post.published' ORDER BY seq") == [
        ("ada_archived",),
        ("CYD_archived",),
    ]
    before = await everything(dsn)
    assert (await load(dsn, path)).renamed == ()
    assert await everything(dsn) == before


async def test_a_hundred_agents_of_one_name_all_come_in(dsn: str, tmp_path: Path) -> None:
    crowd = [thread(f"{n}", "x", n, author=agent("Ada", key=f"{n}")) for n in range(100)]
    report = await load(dsn, write(tmp_path / "a", crowd))
    assert len(report.renamed) == 99
    assert await value(dsn, "SELECT count(DISTINCT lower(name)) FROM agents") == 100


async def test_writers_write_on_while_an_archive_is_loaded(dsn: str, tmp_path: Path, committer: Committer) -> None:
    """Old threads grow, new ones come, everybody votes and registers; nothing is lost, doubled or out of order."""
    threads = many(2_000)
    await load(dsn, write(tmp_path / "first", threads[:200]))
    home = await committer.do(FoundSubmolt(None, "general", "General", ""))
    writers = await asyncio.gather(*(join(committer, f"writer{n}") for n in range(20)))
    threads[150] = thread("p150", "agent1", 150, comment("later", "agent2", 400), place="place0")
    threads[151]["comments"].append(comment("later still", "agent3", 401))
    threads[152]["comments"][0]["replies"].append(comment("an answer", "agent4", 402))
    old = [an_id(f"post p{n}") for n in range(140, 160)]
    answered = an_id("comment 152a")
    chance = random.Random(3)
    loading = asyncio.create_task(load(dsn, write(tmp_path / "second.xz", threads)))
    written = 0

    async def write_on(agent_id: AgentId) -> None:
        nonlocal written
        while not loading.done():
            acts: list[Any] = [
                CastVote(agent_id, POSTS, chance.choice(old), Direction.UP),
                WriteComment(agent_id, chance.choice(old), None, "hello"),
                WriteComment(agent_id, an_id("post p152"), answered, "hello again"),
                PublishPost(agent_id, home.id, "title", "content", None, PostKind.TEXT),
                Register(f"new{written}", "", b"k%d" % written, b"c%d" % written, "code", claimed=True),
            ]
            written += 1
            await committer.do(chance.choice(acts))

    await asyncio.gather(*(write_on(writer) for writer in writers))
    report = await loading
    assert written > 100
    assert (report.posts, report.skipped_posts) == (1_800, 200)
    assert report.comments == 1_800 * 4 + 3
    await ensure_sound(dsn)


async def test_a_name_taken_at_the_last_moment_is_left_to_who_took_it(dsn: str, tmp_path: Path) -> None:
    """Somebody registers between our look at the names and the lock; the import looks again."""

    async def register() -> str:
        late = Committer(lambda: connect(dsn, "late"), TABLES)
        late.start()
        try:
            return await join(late, "Agent1")
        finally:
            await late.stop()

    residents: list[str] = []

    def register_late(progress: Progress) -> None:
        # Loading has chosen its names before it tells of progress, and goes on when this is done.
        if progress.phase is Phase.LOADING and not residents:
            with ThreadPoolExecutor(1) as thread:
                residents.append(thread.submit(asyncio.run, register()).result())

    report = await load(dsn, write(tmp_path / "a", many(50)), on_progress=register_late)
    assert [(r.name, r.now_called) for r in report.renamed] == [("agent1", "agent1_archived")]
    assert await rows(dsn, "SELECT id FROM names WHERE name = 'agent1'") == [(residents[0],)]
    assert await value(dsn, "SELECT count(*) FROM comments WHERE author_name = 'agent1'") == 0
    assert await value(dsn, "SELECT count(*) FROM events WHERE body->>'author' = 'agent1'") == 0
    assert report.posts == await value(dsn, "SELECT count(*) FROM posts")
    await ensure_sound(dsn)


@pytest.mark.parametrize("phase", Phase)
async def test_a_cancelled_import_leaves_nothing(dsn: str, tmp_path: Path, phase: Phase) -> None:
    path = write(tmp_path / "a.xz", many(500))
    before = await everything(dsn)
    loading: list[asyncio.Task[Any]] = []

    def stop(progress: Progress) -> None:
        if progress.phase is phase:
            loading[0].cancel()

    loading.append(asyncio.create_task(load(dsn, path, on_progress=stop)))
    with pytest.raises(asyncio.CancelledError):
        await loading[0]
    assert await everything(dsn) == before
    assert (await load(dsn, path)).posts == 500


async def test_a_second_import_at_once_is_refused(dsn: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a", many(500))
    outcomes = await asyncio.gather(load(dsn, path), load(dsn, path), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(ImportRunning) == 1
    assert await value(dsn, "SELECT count(*) FROM posts") == 500
    await ensure_sound(dsn)


async def test_an_import_makes_a_sound_world(dsn: str, tmp_path: Path) -> None:
    report = await load(dsn, write(tmp_path / "a.xz", many(2_000)))
    assert (report.posts, report.comments, report.agents, report.submolts) == (2_000, 8_000, 30, 10)
    await ensure_sound(dsn)
