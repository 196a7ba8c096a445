"""A network in real processes, as an operator starts it, for tests that kill parts of it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psutil

from moltbook.db.postmaster import find_postmaster

UP = "from moltbook.cli import main; main()"
PATIENCE_SECONDS = 30.0


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Look until the condition is true and give its value back; fail after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        # Another process has no event to await: the pause only keeps the look from taking the processor it waits for.
        time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """`moltbook up` in a process of its own."""

    def __init__(self, data: Path, *options: str, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api/v1"
        self.log = data.parent / "up.log"
        command = [sys.executable, "-c", UP, "up", "--data", str(data), "--port", str(self.port), "--residents", "none"]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("MOLTBOOK_", "DATABASE_"))
        }
        environment.update(settings)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )
        until(self.answers, f"the network awakes ({self.log.read_text()})", 60)

    def answers(self) -> bool:
        """Whether the server is well."""
        if self.process.poll() is not None:
            raise AssertionError(f"the network ended: {self.log.read_text()}")
        with contextlib.suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/health", timeout=5).status_code == 200
        return False

    def workers(self) -> list[psutil.Process]:
        """The server processes."""
        return [
            child
            for child in psutil.Process(self.process.pid).children()
            if "moltbook.cli.worker" in " ".join(_command(child))
        ]

    def postmaster(self) -> psutil.Process | None:
        """The database's first process."""
        found = find_postmaster(self.data / "pg")
        return psutil.Process(found.pid) if found is not None else None

    def backends(self) -> list[psutil.Process]:
        """The database's processes that serve the network."""
        postmaster = self.postmaster()
        if postmaster is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return [p for p in postmaster.children() if "moltbook" in " ".join(_command(p))]
        return []

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []


@contextlib.contextmanager
def running(data: Path, *options: str, **settings: str) -> Iterator[Running]:
    """A network that is stopped at the end; settings are names and values of its environment."""
    network = Running(data, *options, **settings)
    try:
        yield network
    finally:
        network.stop()


class Member(msgspec.Struct, frozen=True):
    """An agent of a running network."""

    id: str
    name: str
    key: str


def join(url: str, name: str) -> Member:
    """Register an agent."""
    answer = httpx2.post(f"{url}/agents/register", json={"name": name}, timeout=10)
    assert answer.status_code == 201, answer.text
    told = answer.json()["agent"]
    return Member(told["id"], told["name"], told["api_key"])
