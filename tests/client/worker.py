"""One worker of the real server, in a process of its own on a socket of ours, for tests that end it and start it anew.

The socket stays open meanwhile, as it does under `moltbook up`: who comes in between waits.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moltbook.settings import NO_LIMITS, Settings, to_json

END_SECONDS = 20


class Worker:
    """A worker that can be ended and started anew at the same address."""

    def __init__(self, dsn: str, data: Path) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        settings = to_json(Settings(data=data, limits=NO_LIMITS, pool_size=4))
        self._environment = {**os.environ, "MOLTBOOK_SETTINGS": settings, "MOLTBOOK_DSN": dsn}
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        number = self._listener.fileno()
        command = [sys.executable, "-m", "moltbook.cli.worker", str(number)]
        return subprocess.Popen(command, env=self._environment, pass_fds=[number], stdin=subprocess.DEVNULL)

    def start_anew(self, how: signal.Signals) -> None:
        """End it, and start another in its place."""
        self._end(how)
        self._process = self._start()

    def close(self) -> None:
        """End it, and let go of the address."""
        self._end(signal.SIGTERM)
        self._listener.close()

    def _end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        try:
            self._process.wait(END_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()


@contextmanager
def worker(dsn: str, data: Path) -> Iterator[Worker]:
    """A worker that is ended in the end."""
    data.mkdir(exist_ok=True)
    made = Worker(dsn, data)
    try:
        yield made
    finally:
        made.close()
