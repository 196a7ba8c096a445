"""The embedded server: our own PostgreSQL, started and stopped with Moltbook, in one data folder.

In this room: starting, adopting and stopping the server.
Not here: the cluster's files (cluster), whose programs (programs), which user (account), the folder around it
(folder), what a killed server leaves (postmaster), its settings (tuning).

A data folder holds `pg/` (the cluster), `run/` (the socket), `postgres.conf` (our settings), `postgres.log`
and `pg.lock` (held by the process that runs the server).
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

import asyncpg

from moltbook.db.account import Account, account_for, clean_environment, ensure_reach, hand_over
from moltbook.db.cluster import DATABASE, create_cluster, ensure_same_major, is_cluster
from moltbook.db.folder import (
    FolderLock,
    ensure_room,
    explain_end,
    in_plain_words,
    keep_owner,
    make_data_dir,
    rotate,
    socket_folder,
    write_whole,
)
from moltbook.db.postmaster import (
    POLL_SECONDS,
    Postmaster,
    find_postmaster,
    runs_program,
    stop_postmaster,
    sweep,
)
from moltbook.db.programs import Programs, find_programs
from moltbook.db.trouble import DataFolderInUse, DidNotStart, FolderNotUsable
from moltbook.db.tuning import managed_settings, memory_bytes

_LOG_READ_BYTES = 8192
_ANSWER_PATIENCE_SECONDS = 30.0
# What a server that is coming or going may do to a connection.
_PASSING = (OSError, asyncpg.PostgresConnectionError)
_INCLUDE = "include '../postgres.conf'"


def _say_nothing(_: str) -> None:
    pass


class EmbeddedServer:
    """One PostgreSQL server on one data folder, run by this process.

    The server is a process of its own session: a Ctrl-C in the terminal does not reach it, only `stop` does. If this
    process is killed the server lives on, and the next `start` on the folder adopts it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        programs: Path | None = None,
        extra_settings: Mapping[str, str] = MappingProxyType({}),
        on_wait: Callable[[str], None] = _say_nothing,
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._cluster = self._data_dir / "pg"
        self._log = self._data_dir / "postgres.log"
        self._chosen_programs = programs
        self._extra_settings = extra_settings
        self._on_wait = on_wait
        self._lock: FolderLock | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._dsn: str | None = None
        self._adopted = False
        self._log_began = 0

    @property
    def dsn(self) -> str:
        """The address of the running server's database, as asyncpg takes it."""
        if self._dsn is None:
            raise DidNotStart(f"The database in {self._data_dir} is not started.", "Call start() first.")
        return self._dsn

    @property
    def was_running(self) -> bool:
        """Whether `start` found the server already running, left by a process that was killed."""
        return self._adopted

    def is_running(self) -> bool:
        self._reap()
        return find_postmaster(self._cluster) is not None

    def start(self) -> str:
        """Have the server running and its database there; return the address.

        Waits as long as the server lives: recovery after a crash takes what it takes and is reported to `on_wait`.

        Raises: DataFolderInUse, WrongMajorVersion, FolderNotUsable, DiskFull, ProgramsMissing, ServerTooOld,
        DidNotStart.
        """
        if self._lock is not None and self._dsn is not None and self.is_running():
            return self._dsn
        with in_plain_words(self._data_dir):
            make_data_dir(self._data_dir)
            if self._lock is None:
                self._lock = FolderLock(self._data_dir / "pg.lock")
        try:
            with in_plain_words(self._data_dir):
                postmaster = self._start_locked()
            self._dsn = _address(postmaster)
            self._ensure_answers(self._dsn)
        except BaseException:
            self._give_up()
            raise
        return self._dsn

    def stop(self) -> None:
        """Stop the server, started or adopted, and wait until it is gone; without one this does nothing."""
        if self._lock is None:
            return
        postmaster = find_postmaster(self._cluster)
        if postmaster is not None:
            stop_postmaster(postmaster.pid, self._cluster, self._reap, self._on_wait)
        self._bury()
        self.leave()

    def leave(self) -> None:
        """Let go of the folder but let the server run."""
        if self._lock is not None:
            self._lock.release()
        self._lock = None
        self._dsn = None

    def _start_locked(self) -> Postmaster:
        programs = find_programs(self._chosen_programs)
        account = account_for(self._cluster)
        ensure_reach(account, programs, self._data_dir)
        is_new = not is_cluster(self._cluster)
        ensure_room(self._data_dir, for_new_cluster=is_new)
        if is_new:
            self._on_wait(f"Creating a database in {self._data_dir}.")
            create_cluster(self._cluster, programs, account, options=self._making_options())
        ensure_same_major(self._cluster, programs)
        hand_over(self._cluster, account)
        socket_dir = socket_folder(self._data_dir, account)
        self._write_settings(account, socket_dir)
        postmaster = self._adopt(programs)
        if postmaster is None:
            sweep(self._cluster, socket_dir)
            self._spawn(programs, account)
            postmaster = self._wait_until_settled()
        if postmaster is None:
            raise explain_end(self._data_dir, self._said())
        return postmaster

    def _ensure_answers(self, address: str) -> None:
        began = time.monotonic()
        while True:
            try:
                _run_apart_from_loops(_ensure_database(address))
            except asyncpg.CannotConnectNowError:
                # An adopted server that lost a process restarts itself: its file says ready while it recovers.
                pass
            except _PASSING as error:
                if time.monotonic() - began > _ANSWER_PATIENCE_SECONDS:
                    raise self._mute(str(error)) from error
            else:
                return
            if not self.is_running():
                raise self._mute("it has ended")
            time.sleep(POLL_SECONDS)

    def _mute(self, reason: str) -> DidNotStart:
        return DidNotStart(
            f"PostgreSQL was started in {self._data_dir} but does not answer: {reason}.", f"Look into {self._log}."
        )

    def _making_options(self) -> list[str]:
        return ["--no-sync"] if self._extra_settings.get("fsync") == "off" else []

    def _write_settings(self, account: Account, socket_dir: Path) -> None:
        free = shutil.disk_usage(self._data_dir).free
        ours = self._data_dir / "postgres.conf"
        write_whole(ours, managed_settings(memory_bytes(), free, socket_dir, self._extra_settings))
        keep_owner(self._data_dir, ours)
        theirs = self._cluster / "postgresql.conf"
        # The cluster belongs to another user when we are root: follow no link they might have laid there.
        handle = os.open(theirs, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "r+", errors="replace") as file:
            if _INCLUDE not in file.read().splitlines():
                file.write(f"\n{_INCLUDE}\n")
                os.chown(file.fileno(), account.uid, account.gid)

    def _adopt(self, programs: Programs) -> Postmaster | None:
        """Take over a server that outlived its Moltbook, or end it if it cannot serve us."""
        self._log_began = 0
        found = self._wait_until_settled()
        if found is None:
            return None
        if found.is_ready and found.socket_dir is not None and runs_program(found.pid, programs.path("postgres")):
            socket = found.socket_dir / f".s.PGSQL.{found.port}"
            # A folder moved under a running server leaves the server with the address of a place that is gone.
            if socket.is_socket():
                os.kill(found.pid, signal.SIGHUP)
                self._adopted = True
                return found
        # Stopping, without a socket, or running programs that are no longer there: begin afresh.
        self._on_wait(f"Ending an earlier PostgreSQL (process {found.pid}) of this folder.")
        stop_postmaster(found.pid, self._cluster, self._reap, self._on_wait)
        return None

    def _spawn(self, programs: Programs, account: Account) -> None:
        self._bury()
        rotate(self._log)
        handle = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "ab") as log:
            keep_owner(self._data_dir, self._log)
            self._log_began = log.tell()
            self._child = subprocess.Popen(
                [programs.path("postgres"), "-D", self._cluster],
                user=account.user,
                group=account.group,
                extra_groups=account.other_groups,
                env=clean_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._adopted = False

    def _said(self) -> str:
        """What the server has written to its log since we started it, or lately if we did not."""
        with contextlib.suppress(FileNotFoundError), self._log.open("rb") as file:
            file.seek(max(self._log_began, self._log.stat().st_size - _LOG_READ_BYTES))
            return file.read().decode(errors="replace")
        return ""

    def _wait_until_settled(self) -> Postmaster | None:
        """Wait while a server starts, however long its recovery takes; None when there is no server (any more)."""
        began = time.monotonic()
        told = 0
        while True:
            found = find_postmaster(self._cluster)
            if found is not None and (found.is_ready or found.is_stopping):
                return found
            self._reap()
            if found is None and self._child is None:
                return None
            time.sleep(POLL_SECONDS)
            waited = int(time.monotonic() - began)
            if waited > told:
                told = waited
                last = self._said().strip().rpartition("\n")[2].rpartition(":  ")[2]
                self._on_wait(f"PostgreSQL is getting ready ({told} s): {last or 'no word from it yet'}.")

    def _give_up(self) -> None:
        self._bury()
        self.leave()

    def _bury(self) -> None:
        """Wait for the very end of our own child, which is still there for a moment when it serves no more."""
        if self._child is not None:
            # For one whose folder was taken away, so that nobody found it to ask it to stop.
            self._child.send_signal(signal.SIGINT)
            self._child.wait()
            self._child = None

    def _reap(self) -> None:
        # A dead child keeps its number until it is asked for its result, and a number that is taken looks alive.
        if self._child is not None and self._child.poll() is not None:
            self._child = None


@contextlib.contextmanager
def attach_or_start(
    data_dir: Path, *, programs: Path | None = None, on_wait: Callable[[str], None] = _say_nothing
) -> Iterator[str]:
    """Use the database of a folder beside whoever runs it, or run it for as long as needed.

    Raises: what `EmbeddedServer.start` raises, but never DataFolderInUse.
    """
    server = EmbeddedServer(data_dir, programs=programs, on_wait=on_wait)
    address = None
    while address is None:
        try:
            address = server.start()
        except DataFolderInUse:
            address = _attach(data_dir.resolve() / "pg")
            time.sleep(0 if address else POLL_SECONDS)
    try:
        yield address
    finally:
        if server.was_running:
            server.leave()
        else:
            server.stop()


def _attach(cluster: Path) -> str | None:
    try:
        found = find_postmaster(cluster)
        if found is None or not found.is_ready:
            return None
        address = _address(found)
        _run_apart_from_loops(_ensure_database(address))
    except PermissionError as error:
        raise FolderNotUsable(
            f"The server of {cluster.parent} runs under another user and does not let you in.",
            "Run this command as the user who started it.",
        ) from error
    except (asyncpg.CannotConnectNowError, *_PASSING):
        return None
    return address


def _address(postmaster: Postmaster) -> str:
    where = urlencode({"host": str(postmaster.socket_dir), "port": postmaster.port}, safe="/")
    return f"postgresql://postgres@/{DATABASE}?{where}"


async def _ensure_database(address: str) -> None:
    """Create our database in the cluster if it is not there; reaching it proves that the server answers."""
    try:
        connection = await asyncpg.connect(address)
    except asyncpg.InvalidCatalogNameError:
        connection = await asyncpg.connect(address, database="postgres")
        with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()


def _run_apart_from_loops(work: Coroutine[None, None, None]) -> None:
    """Run a coroutine to its end from plain code, whether or not the caller lives inside an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
