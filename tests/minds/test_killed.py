"""A population that is killed goes on: no agent is lost, no act is done twice."""

import asyncio
import signal
import sys
from collections import Counter
from random import Random

import asyncpg
import msgspec
import pytest

from moltbook.app import Server
from moltbook.minds.store import Store
from moltbook.minds.wish import Pending
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening

MAIN = "from moltbook.cli.main import main; main()"
AGENTS = 24
PATIENCE_SECONDS = 40

DONE = """
SELECT 'post' AS kind, a.name, p.content AS words FROM posts p JOIN agents a ON a.id = p.author_id
UNION ALL
SELECT 'reply', a.name, c.content FROM comments c JOIN agents a ON a.id = c.author_id
"""
VOTES = "SELECT a.name FROM votes v JOIN agents a ON a.id = v.voter_id WHERE v.direction <> 0"
AGENTS_THERE = "SELECT name FROM agents"


class Runner:
    """`moltbook populate` in a process of its own."""

    def __init__(self, address, state):
        self.command = [
            sys.executable, "-c", MAIN, "populate", "--server", address, "--state", str(state), "--agents", str(AGENTS),
            "--pace", "20000", "--at-once", "8", "--seed", "3",
        ]  # fmt: skip
        self.log = state.with_name("log")

    async def start(self):
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(*self.command, stdout=log, stderr=log)

    async def end(self, number):
        self.process.send_signal(number)
        await self.process.wait()


async def rows(dsn, sql):
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def more_done(dsn, than, runner):
    while len(await rows(dsn, DONE)) <= than:
        assert runner.process.returncode is None, runner.log.read_text()
        await asyncio.sleep(0.02)


async def agree(dsn, state):
    """What stands in the population's file was done on the network, all of it and all of it once."""
    done, votes, there = [await rows(dsn, sql) for sql in (DONE, VOTES, AGENTS_THERE)]
    store = Store(state)
    everybody = list(store.everybody())
    deeds = [msgspec.json.decode(act, type=Pending).wish.act for _, act in store.deeds()]
    names = {kept.name for kept in everybody} | set(store.given_up())
    await store.close()
    assert not [kept.name for kept in everybody if kept.pending], "an end in peace leaves nothing under way"
    assert {name for (name,) in there} - names <= {"moltbook", "Moltbook"}, "every agent there is one of ours"
    kinds = Counter(type(act).__name__ for act in deeds)
    assert Counter(kind for kind, _, _ in done) == {"post": kinds["Post"], "reply": kinds["Reply"]}
    assert Counter(words for _, _, words in done) == Counter(act.text for act in deeds if hasattr(act, "text") and
                                                             type(act).__name__ in {"Post", "Reply"})  # fmt: skip
    assert len(votes) == kinds["Vote"]


@pytest.mark.parametrize("kills", [1, pytest.param(25, marks=[pytest.mark.proof, pytest.mark.timeout(900)])])
async def test_a_population_killed_at_any_moment_loses_no_agent_and_repeats_no_act(dsn, tmp_path, kills):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    state, rng = tmp_path / "population.sqlite", Random(kills)
    async with asyncio.timeout(PATIENCE_SECONDS * kills), server.running(), listening(server) as port:
        runner = Runner(f"http://127.0.0.1:{port}", state)
        for kill in range(kills + 1):
            await runner.start()
            before = len(await rows(dsn, DONE))
            await more_done(dsn, before, runner)
            await asyncio.sleep(rng.uniform(0.0, 0.4))
            await runner.end(signal.SIGKILL if kill < kills else signal.SIGINT)
        await agree(dsn, state)
