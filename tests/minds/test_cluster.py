"""A population on a cluster: it lives on two machines, loses one part, and repeats nothing."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from moltbook.app import Server
from moltbook.minds.beside import facts_of
from moltbook.minds.cluster import NoCluster, share_of, spread
from moltbook.minds.models.opening import Terms
from moltbook.minds.runner.figures import Figures
from moltbook.minds.runner.founding import Cast, Request
from moltbook.minds.runner.plan import Plan
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import listening
from tests.minds.test_killed import DONE, MAIN, agree, more_done, rows
from tests.promises.running import free_port

RAY = str(Path(sys.executable).with_name("ray"))
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DISABLE_IMPORT_WARNING": "1"}
PATIENCE_SECONDS = 240


def test_the_parts_share_the_budget_and_the_driver_counts_the_acts():
    whole = Request(
        plan=Plan(server="http://127.0.0.1:1", seed=1, acts=100),
        cast=Cast(1, 10),
        state=Path("x.sqlite"),
        terms=Terms(tokens=1000, dollars=3.0),
    )
    part = share_of(whole, 4)
    assert (part.terms.tokens, part.terms.dollars) == (250, 0.75)
    assert part.plan.acts == float("inf")
    assert share_of(msgspec.structs.replace(whole, terms=Terms()), 4).terms == Terms()


class Process:
    """A process of the test, with its log."""

    def __init__(self, folder, name, *command, **environment):
        self.log = folder / f"{name}.log"
        self._command = command
        self._environment = {**os.environ, **QUIET, **environment}

    async def __aenter__(self):
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self._command, stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL, env=self._environment
            )
        return self

    async def __aexit__(self, *_raised):
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()


def part_processes(node):
    """The processes of parts on a node; Ray names a process after the actor in it."""
    found = []
    for child in psutil.Process(node.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if child.cmdline()[:1] and child.cmdline()[0].startswith("ray::Part"):
                found.append(child)
    return found


@pytest.mark.proof
@pytest.mark.timeout(PATIENCE_SECONDS + 60)
async def test_a_population_on_two_nodes_outlives_the_loss_of_a_part(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    state, cluster_port = tmp_path / "population.sqlite", free_port()
    start = (RAY, "start", "--block", "--num-cpus", "1", "--disable-usage-stats", "--node-ip-address", "127.0.0.1")
    head = (*start, "--head", "--port", str(cluster_port), "--include-dashboard", "false")
    address = f"127.0.0.1:{cluster_port}"
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(PATIENCE_SECONDS))
        await stack.enter_async_context(server.running())
        port = await stack.enter_async_context(listening(server))
        first = await stack.enter_async_context(Process(tmp_path, "head", *head))
        while "started" not in first.log.read_text():
            assert first.process.returncode is None, first.log.read_text()
            await asyncio.sleep(0.1)
        second = await stack.enter_async_context(Process(tmp_path, "node", *start, "--address", address))
        populate = [
            sys.executable, "-c", MAIN, "populate", "--on", "ray", "--parts", "2", "--server",
            f"http://127.0.0.1:{port}", "--state", str(state), "--agents", "16", "--pace", "20000", "--seed", "3",
        ]  # fmt: skip
        while "started" not in second.log.read_text():
            assert second.process.returncode is None, second.log.read_text()
            await asyncio.sleep(0.1)
        runner = await stack.enter_async_context(Process(tmp_path, "populate", *populate, RAY_ADDRESS=address))
        await more_done(dsn, 10, runner)
        lost = [*part_processes(first), *part_processes(second)]
        assert len(lost) == 2, "each node has a part"
        lost[0].kill()
        await more_done(dsn, len(await rows(dsn, DONE)) + 40, runner)
        runner.process.send_signal(signal.SIGINT)
        await runner.process.wait()
        assert "was lost; its agents go on elsewhere" in runner.log.read_text()
        await agree(dsn, state)
    figures = msgspec.json.decode(facts_of(state)["figures"], type=Figures)
    assert figures.acts > 0
    assert figures.agents == 16


async def test_without_a_cluster_it_says_how_to_have_one(tmp_path):
    command = [sys.executable, "-c", MAIN, "populate", "--on", "ray", "--state", str(tmp_path / "p.sqlite")]
    server = {"MOLTBOOK_SERVER": "http://127.0.0.1:9"}
    async with Process(tmp_path, "populate", *command, **server) as runner:
        assert await runner.process.wait() == 1
    assert "No network answers" in runner.log.read_text()
    request = Request(plan=Plan(server="http://127.0.0.1:1", seed=1), cast=Cast(1, 10), state=tmp_path / "x.sqlite")
    with pytest.raises(NoCluster, match="RAY_ADDRESS names no cluster"):
        async with spread(request, 0, "", print):
            pass
