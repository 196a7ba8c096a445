"""The stage: one PostgreSQL, our worker and the rival beside it, each in processes of their own, gone when we leave."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench import cast as casting
from bench.load import Plan, Tally
from bench.machine import cpu_seconds
from bench.rival import Answers
from moltbook.app import READERS
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.migrate import upgrade
from moltbook.db.pool import connect
from moltbook.db.postmaster import find_postmaster
from moltbook.search import SearchIndex
from moltbook.settings import NO_LIMITS, Settings, to_json

HERE = Path(__file__).parent
PATIENCE_SECONDS = 30.0
LOG_FILES = 60
LAG = """
SELECT (SELECT seq FROM log_head) - min(coalesce(r.seq, 0))
FROM unnest($1::text[]) AS n(name)
LEFT JOIN readers r USING (name)
"""


class Measured(msgspec.Struct, frozen=True):
    """One stretch of load on one of the two servers."""

    tally: Tally
    server_cpu_seconds: float
    postgres_cpu_seconds: float


class Process:
    """A server under test, on a loopback port of its own."""

    def __init__(self, module: str, environment: dict[str, str]) -> None:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        self.port: int = listener.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(listener.fileno())],
            env={**os.environ, **environment},
            pass_fds=[listener.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        listener.close()

    @property
    def pid(self) -> int:
        """Whose processor time to read."""
        return self._process.pid

    def await_ready(self, path: str) -> None:
        """Wait until it answers at all.

        Raises: RuntimeError.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.read(path)
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self._process.args!r} did not start")

    def read(self, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> "Read":
        """One request, outside any measurement."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return Read(answer.status, answer.read(), list(answer.headers.items()))
        except urllib.error.HTTPError as error:
            return Read(error.code, error.read(), list(error.headers.items()))

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Read(msgspec.Struct, frozen=True):
    """An answer as it came."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]

    def header(self, name: str) -> str:
        """A header's value."""
        return next(value for key, value in self.headers if key.lower() == name)


class Stage:
    """Everything that runs while we measure."""

    # Ours first; the rival joins when it knows its answers.
    ours: Process
    rival: Process

    def __init__(
        self, folder: Path, dsn: str, rival_dsn: str, cast: casting.Cast, processes: list[Process], settings: str
    ) -> None:
        self.folder = folder
        self.dsn = dsn
        self.cast = cast
        self._processes = processes
        self._rival_dsn = rival_dsn
        self._settings = settings
        self._seed = 0

    def raise_worker(self, module: str) -> Process:
        """Start a worker of ours."""
        names = {"MOLTBOOK_SETTINGS": self._settings, "MOLTBOOK_DSN": self.dsn, "BENCH_CAST": str(self.folder / "cast")}
        worker = self.raise_other(module, names)
        worker.await_ready("/api/v1/health")
        return worker

    def raise_other(self, module: str, environment: dict[str, str]) -> Process:
        """Start a process that is stopped with the stage."""
        process = Process(module, environment)
        self._processes.append(process)
        return process

    def raise_rival(self, answers: Answers) -> None:
        """Start the rival; it has to know what to answer."""
        path = self.folder / "answers"
        path.write_bytes(msgspec.msgpack.encode(answers))
        self.rival = self.raise_other(
            "bench.rival",
            {"BENCH_ANSWERS": str(path), "BENCH_DSN": self._rival_dsn, "BENCH_CAST": str(self.folder / "cast")},
        )
        self.rival.await_ready(f"/?{next(iter(answers.pages))}")

    def measure(self, server: Process, connections: int, seconds: float, requests: list[bytes]) -> Measured:
        """Load one server from a process of its own; without requests with the mixture of writes."""
        self._seed += 1
        warm = min(0.7, seconds / 3)
        plan = Plan(server.port, connections, warm, seconds, requests, str(self.folder / "cast"), self._seed)
        postmaster = find_postmaster(self.folder / "data" / "pg")
        assert postmaster is not None
        loader = subprocess.Popen(
            [sys.executable, "-m", "bench.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert loader.stdin is not None
        assert loader.stdout is not None
        try:
            loader.stdin.write(msgspec.json.encode(plan))
            loader.stdin.close()
            _expect(loader.stdout.readline(), b"begin\n")
            before = cpu_seconds(server.pid), cpu_seconds(postmaster.pid)
            _expect(loader.stdout.readline(), b"end\n")
            after = cpu_seconds(server.pid), cpu_seconds(postmaster.pid)
            tally = msgspec.json.decode(loader.stdout.readline(), type=Tally)
            loader.wait(10)
        finally:
            if loader.poll() is None:
                loader.kill()
                loader.wait()
        self.settle()
        return Measured(tally, after[0] - before[0], after[1] - before[1])

    def settle(self) -> None:
        """Wait until our readers of the log are done, so that their work is not counted as the rival's."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self.lag():
            time.sleep(0.1)

    def lag(self) -> int:
        """How many events our slowest reader is behind."""
        return asyncio.run(_lag(self.dsn))


async def _lag(dsn: str) -> int:
    connection = await connect(dsn, "bench")
    try:
        lag: int = await connection.fetchval(LAG, [reader.name for reader in READERS if reader is not SearchIndex])
        return lag
    finally:
        await connection.close()


def _expect(line: bytes, wanted: bytes) -> None:
    if line != wanted:
        raise RuntimeError("the load generator ended early; its reason stands above")


@contextlib.contextmanager
def raised(size: casting.Size, seed: int, worker: str = "moltbook.cli.worker") -> Iterator[Stage]:
    """Build the stage, fill its world, start the worker that this module is, and leave nothing behind."""
    # Beside the results: the disk that is measured is the one the network would live on. The suffix is ignored by git.
    folder = Path(tempfile.mkdtemp(prefix="stage-", suffix=".tmp", dir=HERE / "results"))
    postgres = EmbeddedServer(folder / "data")
    processes: list[Process] = []
    try:
        dsn = postgres.start()
        asyncio.run(_lay_in_log_files(dsn, LOG_FILES))
        settings = Settings(data=folder / "data", residents=0, limits=NO_LIMITS, search=False)
        asyncio.run(upgrade(dsn))
        cast = asyncio.run(casting.fill(settings, dsn, size, seed))
        casting.save(cast, folder / "cast")
        asyncio.run(_clone(dsn))
        stage = Stage(folder, dsn, dsn.replace("/moltbook?", "/rival?"), cast, processes, to_json(settings))
        stage.ours = stage.rival = stage.raise_worker(worker)
        stage.settle()
        yield stage
    finally:
        for process in processes:
            process.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _lay_in_log_files(dsn: str, count: int) -> None:
    """Have PostgreSQL make the files of its own log before we measure, as a server that is not new has done.

    A fresh one fills a new file of 16 MiB with zeros, and flushes it, for every 16 MiB that are written: stalls of a
    tenth of a second that a server older than a few checkpoints no longer has. The checkpoint comes before the world is
    made, so that neither side then pays for whole pages in the log.
    """
    connection = await connect(dsn, "bench")
    try:
        for _ in range(count):
            await connection.execute("SELECT pg_logical_emit_message(false, 'bench', 'x', true)")
            await connection.execute("SELECT pg_switch_wal()")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _clone(dsn: str) -> None:
    connection = await connect(dsn.replace("/moltbook?", "/postgres?"), "bench")
    try:
        await connection.execute("CREATE DATABASE rival TEMPLATE moltbook")
    finally:
        await connection.close()
    for name in ("moltbook", "rival"):
        connection = await connect(dsn.replace("/moltbook?", f"/{name}?"), "bench")
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
