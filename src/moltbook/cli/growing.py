"""Growing a world: the server and the runner side by side, watched until all is done and read.

In this room: starting both, what they need of memory and time, waiting for the log's readers. Not here: the command and
what it prints (world), the runner itself (sending).
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import psutil

from moltbook.cli.sending import Errand, Sent
from moltbook.cli.supervisor import LOOK_SECONDS, Supervisor
from moltbook.db.pool import connect
from moltbook.kernel.trouble import Trouble
from moltbook.settings import NO_LIMITS, Settings

PLAN = "world.json"
FIGURES = "world-figures.json"
# A runner that came no further this often in a row will not.
PATIENCE = 5
AGAIN_SECONDS = 1.0
CURSORS = """
SELECT h.seq, coalesce(min(coalesce(r.seq, 0)), h.seq)
FROM log_head h
CROSS JOIN unnest($1::text[]) AS n(name)
LEFT JOIN readers r ON r.name = n.name
GROUP BY h.seq
"""
T = TypeVar("T")


class OtherWorld(Trouble):
    """The folder holds another world than the one asked for."""


class NotGrown(Trouble):
    """The runner cannot go on."""


class World(msgspec.Struct, frozen=True):
    """What a folder's world is grown from: the same again goes on with it, anything else is another world."""

    source: str
    agents: int
    acts: int
    seed: int
    ends_at: datetime

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return f"world-{self.seed}"


class Figures(msgspec.Struct):
    """What it took; times in seconds, memory in bytes. An act is whatever is no registration."""

    agents: int = 0
    acts: int = 0
    refused: dict[str, int] = {}
    # Of this run alone, which may have gone on with a former one.
    own_agents: int = 0
    own_acts: int = 0
    registering_seconds: float = 0.0
    acting_seconds: float = 0.0
    reading_seconds: float = 0.0
    tidying_seconds: float = 0.0
    server_bytes: int = 0
    runner_bytes: int = 0
    server_cpu_seconds: float = 0.0
    postgres_cpu_seconds: float = 0.0
    runner_cpu_seconds: float = 0.0
    finished: bool = False

    @property
    def agents_per_second(self) -> float:
        """How fast they were registered."""
        return self.own_agents / (self.registering_seconds or 1)

    @property
    def acts_per_second(self) -> float:
        """How fast they acted."""
        return self.own_acts / (self.acting_seconds or 1)


class Watch:
    """The processor time and the greatest memory of some processes that come and go."""

    def __init__(self) -> None:
        self.most_bytes = 0
        self._seconds: dict[int, float] = {}

    @property
    def cpu_seconds(self) -> float:
        """Of all of them together."""
        return sum(self._seconds.values())

    def look(self, pids: list[int]) -> int:
        """See what they use now; returns the bytes."""
        used = 0
        for pid in pids:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                with process.oneshot():
                    used += process.memory_info().rss
                    # Children that have ended count with the one that waited for them.
                    self._seconds[pid] = sum(process.cpu_times()[:4]) + _of_children(process)
        self.most_bytes = max(self.most_bytes, used)
        return used


def _of_children(process: psutil.Process) -> float:
    total = 0.0
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(child.cpu_times()[:4])
    return total


Tell = Callable[[Figures], None]
# How many events the slowest reader has behind it, and of how many.
Read = Callable[[int, int], None]


class Growth:
    """One run: until the world is whole, its readers are done, or somebody stops it."""

    def __init__(self, settings: Settings, world: World, tell: Tell, told_of_reading: Read) -> None:
        self._settings = settings
        self._world = world
        self._tell = tell
        self._told_of_reading = told_of_reading
        self._server, self._runner, self._postgres = Watch(), Watch(), Watch()
        self._supervisor = Supervisor(settings)
        self.figures = Figures()

    def run(self) -> Figures:
        """Grow it, wait for the readers of the log, and bring PostgreSQL's statistics up to date.

        Raises: NotGrown, and Stop when it is asked to end.
        """
        with self._supervisor.running():
            self._grow()
            began = time.monotonic()
            asyncio.run(self._await_readers())
            self.figures.reading_seconds = time.monotonic() - began
            asyncio.run(_tidy(self._supervisor.dsn))
            self.figures.tidying_seconds = time.monotonic() - began - self.figures.reading_seconds
            self._look([])
        self.figures.finished = True
        return self.figures

    def _grow(self) -> None:
        stuck = 0
        while True:
            sent = self._send()
            if sent.finished:
                return
            stuck = 0 if sent.own_lines else stuck + 1
            if stuck >= PATIENCE:
                raise NotGrown(f"The world cannot grow: {sent.error or 'the runner ended.'}", "Mend it and try again.")
            self._supervisor.look()
            time.sleep(AGAIN_SECONDS)

    def _send(self) -> Sent:
        """Let a runner send until it ends; what it did is added to what others did before."""
        sent, before = Sent(), msgspec.structs.replace(self.figures)
        with self._sending() as runner:
            assert runner.stdout is not None
            os.set_blocking(runner.stdout.fileno(), False)
            while True:
                ended = runner.poll() is not None
                lines = (runner.stdout.read() or b"").splitlines()
                if lines:
                    sent = msgspec.json.decode(lines[-1], type=Sent)
                    self._count(before, sent)
                self._look([runner.pid])
                self._tell(self.figures)
                if ended:
                    return sent
                time.sleep(LOOK_SECONDS)

    def _count(self, before: Figures, sent: Sent) -> None:
        figures = self.figures
        figures.agents, figures.acts = sent.agents, sent.n - sent.agents
        figures.own_agents = before.own_agents + sent.own_agents
        figures.own_acts = before.own_acts + sent.own_lines - sent.own_agents
        figures.registering_seconds = before.registering_seconds + sent.registering_seconds
        figures.acting_seconds = before.acting_seconds + sent.acting_seconds
        figures.refused = dict(Counter(before.refused) + Counter(sent.refused))

    @contextlib.contextmanager
    def _sending(self) -> Iterator["subprocess.Popen[bytes]"]:
        world, settings = self._world, self._settings
        errand = Errand(
            settings.port,
            str(settings.data / "operator"),
            world.stream,
            world.source,
            world.agents,
            world.acts,
            world.seed,
            world.ends_at,
        )
        runner = subprocess.Popen(
            [sys.executable, "-m", "moltbook.cli.sending"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert runner.stdin is not None
        try:
            with runner.stdin as into:
                into.write(msgspec.json.encode(errand))
            yield runner
        finally:
            runner.kill()
            runner.wait()
            if runner.stdout is not None:
                runner.stdout.close()

    def _look(self, runners: list[int]) -> None:
        """Keep all of it alive, and note what it uses."""
        self._supervisor.look()
        figures = self.figures
        self._server.look(self._supervisor.worker_pids)
        self._postgres.look(self._supervisor.postgres_pids)
        self._runner.look(runners)
        figures.server_bytes, figures.runner_bytes = self._server.most_bytes, self._runner.most_bytes
        figures.server_cpu_seconds = self._server.cpu_seconds
        figures.postgres_cpu_seconds = self._postgres.cpu_seconds
        figures.runner_cpu_seconds = self._runner.cpu_seconds

    async def _await_readers(self) -> None:
        """Wait until the log's readers have read all of it."""
        from moltbook.app import reader_names

        names = reader_names(self._settings)
        connection = await connect(self._supervisor.dsn, "moltbook world")
        try:
            begun = None
            while True:
                head, slowest = await connection.fetchrow(CURSORS, names)
                begun = slowest if begun is None else begun
                self._told_of_reading(slowest - begun, head - begun)
                if slowest >= head:
                    return
                self._look([])
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await connection.close()


async def _tidy(dsn: str) -> None:
    """What autovacuum would do in the hours after, so that the first reader finds good plans."""
    connection = await connect(dsn, "moltbook world")
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def settings_of(data: Path, port: int, search: bool) -> Settings:
    """The server of a world that grows: nobody lives in it yet, and nobody is told to wait."""
    return Settings(data=data.resolve(), port=port, residents=0, limits=NO_LIMITS, search=search)


def planned(data: Path, wanted: World, ends_at: datetime | None) -> World:
    """What this folder's world is grown from: as before, or, where there is none yet, what is wanted.

    Without an `ends_at` a world that was begun keeps its own.

    Raises: OtherWorld.
    """
    file = data / PLAN
    if not file.exists():
        if (data / "pg").exists():
            raise OtherWorld(f"There is a network in {data} already.", "Name an empty folder: --data DIR")
        data.mkdir(parents=True, exist_ok=True)
        _write(file, wanted)
        return wanted
    kept = _read(file, World)
    if msgspec.structs.replace(wanted, ends_at=ends_at or kept.ends_at) != kept:
        raise OtherWorld(
            f"The world in {data} has {kept.agents:,} agents, {kept.acts:,} acts, seed {kept.seed} "
            f"and ends at {kept.ends_at:%Y-%m-%dT%H:%M:%SZ}.",
            f"Go on with it: moltbook world --agents {kept.agents} --acts {kept.acts} --seed {kept.seed} "
            f"--data {data}, or name another folder.",
        )
    return kept


def finished(data: Path) -> Figures | None:
    """What the finished world in this folder took, if it is finished.

    Raises: OtherWorld.
    """
    file = data / FIGURES
    return _read(file, Figures) if file.exists() else None


def keep(data: Path, figures: Figures) -> None:
    """Write down that the world is finished, and what it took."""
    _write(data / FIGURES, figures)


def _read(file: Path, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(file.read_bytes(), type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OtherWorld(f"{file} cannot be read: {error}.", "Mend it, or name another folder: --data DIR") from error


def _write(file: Path, what: World | Figures) -> None:
    """Write a file whole or not at all."""
    draft = file.with_suffix(".new")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(what)))
    draft.replace(file)
