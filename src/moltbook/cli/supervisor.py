"""The parent of everything `moltbook up` starts: database, workers, residents.

It starts them in order, restarts what dies, and on Ctrl-C or SIGTERM stops them in the opposite order. Each child is
in a session of its own, so a Ctrl-C in the terminal reaches only the parent.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from moltbook.cli.claim import claim_residents
from moltbook.cli.options import console
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.postmaster import find_postmaster
from moltbook.db.trouble import DatabaseTrouble
from moltbook.kernel.tallies import open_tallies
from moltbook.settings import ClaimMode, Settings, VerificationMode, to_json

STOP_SECONDS = 10.0
LOOK_SECONDS = 0.25
READY_SECONDS = 60.0
CLAIM_AGAIN_SECONDS = 5.0
# A child that keeps dying is started again ever more slowly; one that lived so long was killed, and does not wait.
BACKOFF_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30)
LIVED_SECONDS = 2.0


class Stop(Exception):
    """The operator wants to stop."""


class Child:
    """A process that is started again when it dies."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.name = name
        self._start = start
        self._deaths = 0
        self._next = 0.0
        self.process = start()
        self._born = time.monotonic()

    def look(self) -> None:
        """Start it again if it is gone and its time has come."""
        now = time.monotonic()
        if self.process.poll() is None:
            return
        if not self._next:
            self._deaths = 0 if now - self._born > LIVED_SECONDS else self._deaths + 1
            wait = BACKOFF_SECONDS[min(self._deaths, len(BACKOFF_SECONDS) - 1)]
            console.print(f"{self.name} ended (status {self.process.returncode}); it starts again in {wait} s.")
            self._next = now + wait
        elif now >= self._next:
            self._next = 0.0
            self.process = self._start()
            self._born = now

    def stop(self) -> None:
        """Ask it to end."""
        if self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end; past `until` it is made to."""
        try:
            self.process.wait(max(until - time.monotonic(), 0.05))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Runs the network described by the settings until told to stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._postgres: EmbeddedServer | None = None
        self._workers: list[Child] = []
        self._residents: Child | None = None
        self._listener: socket.socket | None = None
        # Request budgets are counted where all workers see them.
        self._tallies = open_tallies()
        self._dsn = ""
        self._claimed: set[str] = set()
        self._claims_next = 0.0

    @property
    def dsn(self) -> str:
        """Where the database is, once it has started."""
        return self._dsn

    @property
    def worker_pids(self) -> list[int]:
        """The server's processes, without PostgreSQL's."""
        return [child.process.pid for child in self._workers]

    @property
    def postgres_pids(self) -> list[int]:
        """PostgreSQL's process, if it is ours."""
        postmaster = find_postmaster(self._settings.data / "pg") if self._postgres is not None else None
        return [postmaster.pid] if postmaster is not None else []

    def run(self) -> int:
        """Start, watch, stop; returns the exit status."""
        try:
            with self.running():
                while True:
                    self.look()
                    time.sleep(LOOK_SECONDS)
        except Stop:
            return 0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start, and stop at the end. Ctrl-C and SIGTERM raise Stop within; `look` has to be called now and then."""
        signal.signal(signal.SIGTERM, _raise_stop)
        signal.signal(signal.SIGINT, _raise_stop)
        try:
            self._start()
            yield
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self._stop()

    def _start(self) -> None:
        settings = self._settings
        # Before the database: a taken port is the commonest mistake, and costs nothing to find.
        self._listener = _listen(settings.host, settings.port)
        dsn = self._dsn = settings.database_url or self._start_postgres()
        from moltbook.db.migrate import upgrade

        applied = asyncio.run(upgrade(dsn))
        if applied:
            steps = f"{len(applied)} steps, up to" if len(applied) > 1 else "one step,"
            console.print(f"[dim]Database schema: {steps} {applied[-1]}.[/]", highlight=False)
        self._workers = [self._worker(number, dsn) for number in range(1, settings.workers + 1)]
        self._await_ready()
        console.print(f"\n[bold]Moltbook is awake:[/] [link={settings.url}]{settings.url}[/]", highlight=False)
        console.print(
            f"[dim]Agents join at {settings.url}/api/v1 · docs at {settings.url}/docs · Ctrl-C stops it.[/]\n",
            highlight=False,
        )
        if settings.residents:
            self._residents = self._start_residents()

    def _start_postgres(self) -> str:
        """Start it, or start it again: the same object, for it holds the folder's lock as long as we live."""
        settings = self._settings
        if self._postgres is None:
            self._postgres = EmbeddedServer(
                settings.data,
                programs=Path(settings.pg_bin) if settings.pg_bin else None,
                on_wait=lambda text: console.print(f"[dim]PostgreSQL: {text}[/]", highlight=False),
            )
        return self._postgres.start()

    def _worker(self, number: int, dsn: str) -> Child:
        listener = self._listener
        if listener is None:
            raise RuntimeError("the socket is opened before the workers start")
        inherited = [listener.fileno(), self._tallies]
        environment = {**os.environ, "MOLTBOOK_SETTINGS": to_json(self._settings), "MOLTBOOK_DSN": dsn}

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [sys.executable, "-m", "moltbook.cli.worker", *map(str, inherited)],
                env=environment,
                pass_fds=inherited,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
            )

        return Child(f"Worker {number}", start)

    def _start_residents(self) -> Child:
        settings = self._settings
        state = settings.data / "residents"
        command = [
            sys.executable, "-m", "moltbook.minds",
            "--server", settings.near_url, "--state", str(state), "--residents", str(settings.residents),
        ]  # fmt: skip
        return Child(
            "The residents' runner",
            lambda: subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL),
        )

    def _await_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not _is_healthy(self._settings):
            for child in self._workers:
                if child.process.poll() is not None:
                    raise WorkerFailed()
            if time.monotonic() > until:
                raise WorkerFailed()
            time.sleep(0.05)

    def look(self) -> None:
        """Start again what has died."""
        if self._postgres is not None and not self._postgres.is_running():
            console.print("PostgreSQL is gone; it starts again.")
            self._start_postgres()
        for child in self._workers:
            child.look()
        if self._residents is not None:
            self._residents.look()
            if self._settings.claim is ClaimMode.MANUAL or self._guards_newcomers():
                self._claim_residents()

    def _claim_residents(self) -> None:
        now = time.monotonic()
        if now >= self._claims_next and not claim_residents(self._settings, self._dsn, self._claimed):
            self._claims_next = now + CLAIM_AGAIN_SECONDS

    def _guards_newcomers(self) -> bool:
        """Whether strangers meet challenges or narrower limits from which the residents are to be spared."""
        return self._settings.verification is not VerificationMode.OFF or self._settings.new_agent_limits

    def _stop(self) -> None:
        began = time.monotonic()
        children = [*([self._residents] if self._residents else []), *self._workers]
        for child in children:
            child.stop()
        for child in children:
            child.wait(began + STOP_SECONDS)
        if self._listener is not None:
            self._listener.close()
        if self._postgres is not None and self._postgres.is_running():
            self._postgres.stop()
        if children:
            console.print(
                f"Stopped in {time.monotonic() - began:.1f} s. The world stays in {self._settings.data}.",
                highlight=False,
            )


class WorkerFailed(DatabaseTrouble):
    """A worker did not come up."""

    def __init__(self) -> None:
        super().__init__("The server did not start.", "Its reason stands above; `moltbook doctor` checks the rest.")


class AddressTaken(DatabaseTrouble):
    """Somebody listens there already, or nobody may."""


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        raise AddressTaken(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            "Stop what runs there, or choose another port, as in --port 8001.",
        ) from error
    return listener


def _is_healthy(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/api/v1/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _raise_stop(_: int, __: FrameType | None) -> None:
    raise Stop
