"""Servers for tests that start, kill and restart one of their own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from moltbook.db.embedded import EmbeddedServer
from moltbook.db.postmaster import find_postmaster
from tests.world.place import own_folder

# Full pages stay on here: these servers are killed.
KILLABLE = {"fsync": "off", "shared_buffers": "32MB", "min_wal_size": "80MB"}

_HOLDER = """
import sys
from pathlib import Path
from moltbook.db.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), extra_settings={"fsync": "off", "shared_buffers": "32MB"})
print(server.start(), flush=True)
sys.stdin.read()
server.stop()
"""

Make = Callable[[Path], EmbeddedServer]
Hold = Callable[[Path], "subprocess.Popen[str]"]
Ask = Callable[[str, str], object]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder of the test's own, not below the one every run of pytest shares and closes."""
    with own_folder() as folder:
        yield folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def make() -> Iterator[Make]:
    """Servers on any folder, all stopped in the end."""
    made: list[EmbeddedServer] = []

    def make_one(folder: Path) -> EmbeddedServer:
        made.append(EmbeddedServer(folder, extra_settings=KILLABLE))
        return made[-1]

    yield make_one
    for server in made:
        server.stop()


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Run a server in another Python process, which stops it when its input ends."""
    held: list[subprocess.Popen[str]] = []

    def hold_one(folder: Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", _HOLDER, str(folder)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        held.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        return process

    yield hold_one
    for process in held:
        process.communicate()


@pytest.fixture
def ask() -> Ask:
    """Run one statement and return the first value of its answer."""

    async def asked(dsn: str, sql: str) -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    def ask_one(dsn: str, sql: str) -> object:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, asked(dsn, sql)).result()

    return ask_one


@pytest.fixture
def pid_of() -> Callable[[Path], int]:
    """The process number of the server on a folder."""

    def pid(folder: Path) -> int:
        found = find_postmaster(folder / "pg")
        assert found is not None
        return found.pid

    return pid


@pytest.fixture
def neighbour(data: Path) -> Iterator[int]:
    """A living process that is no server of ours but has the rights of one."""
    server_user = (data / "pg").stat().st_uid if os.geteuid() == 0 else None
    process = subprocess.Popen(["sleep", "600"], user=server_user)
    yield process.pid
    process.kill()
    process.wait()
