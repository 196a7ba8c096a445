"""The postmaster: finding, judging and ending the server process of a cluster folder.

In this room: reading `postmaster.pid` without believing it, and clearing what a killed server left behind.
Not here: starting one (embedded).

The pid file outlives a killed server, its number may since belong to anybody, and a copied folder carries the
number of the original's server. So a process counts only if it is a PostgreSQL whose working directory is the
folder itself, which every PostgreSQL process keeps for life.
"""

import contextlib
import math
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

from moltbook.db.trouble import FolderNotUsable

POLL_SECONDS = 0.02
_STOP_PATIENCE_SECONDS = 300.0
_ORPHAN_PATIENCE_SECONDS = 2.0


class Postmaster(msgspec.Struct, frozen=True):
    """The live server process of a cluster, as it describes itself."""

    pid: int
    socket_dir: Path | None
    port: int
    status: str

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"

    @property
    def is_stopping(self) -> bool:
        return self.status == "stopping"


def find_postmaster(cluster: Path) -> Postmaster | None:
    """The server running on this folder, whoever started it."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit() or not serves(int(lines[0]), cluster):
        return None
    lines += [""] * (8 - len(lines))
    # pid, folder, start time, port, socket folder, address, shared memory, status: miscadmin.h of PostgreSQL.
    return Postmaster(
        pid=int(lines[0]),
        socket_dir=Path(lines[4]) if lines[4] else None,
        port=int(lines[3] or 0),
        status=lines[7].strip(),
    )


def serves(pid: int, cluster: Path) -> bool:
    """Whether this process is a living PostgreSQL working in the folder."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return cluster.samefile(process.cwd())
    except (psutil.Error, OSError):
        return False


def runs_program(pid: int, program: Path) -> bool:
    """Whether the process runs exactly this program file, and not one since replaced or removed."""
    try:
        return program.samefile(psutil.Process(pid).exe())
    except (psutil.Error, OSError):
        return False


def stop_postmaster(pid: int, cluster: Path, reap: Callable[[], object], on_wait: Callable[[str], None]) -> None:
    """End the server as `pg_ctl stop` does and wait until it is gone; after long patience, at once.

    The fast stop writes everything to the tables first, which takes what the disk needs. The immediate one leaves
    that to the next start and loses nothing either. `reap` is called while waiting, for a process that is our child.
    """
    for kind, patience_seconds in ((signal.SIGINT, _STOP_PATIENCE_SECONDS), (signal.SIGQUIT, math.inf)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, kind)
        began = time.monotonic()
        told = 0
        while serves(pid, cluster):
            reap()
            time.sleep(POLL_SECONDS)
            waited = time.monotonic() - began
            if waited > patience_seconds:
                break
            if int(waited) > told:
                told = int(waited)
                on_wait(f"PostgreSQL is writing its last pages before it stops ({told} s).")
        else:
            break
    reap()


def sweep(cluster: Path, socket_dir: Path) -> None:
    """Clear what a killed server left: its own stray processes, its pid file, its sockets.

    Call it only while holding the folder's lock and after seeing that no postmaster lives.

    Raises: FolderNotUsable.
    """
    pid_file = cluster / "postmaster.pid"
    if pid_file.exists():
        # Without their postmaster these can only end, and until they do they hold the shared memory of the old server.
        strays = [pid for pid in psutil.pids() if serves(pid, cluster)]
        for kind in (signal.SIGQUIT, signal.SIGKILL):
            strays = _end(strays, kind, cluster)
        if strays:
            raise FolderNotUsable(
                f"Processes of an earlier PostgreSQL still use {cluster} and do not end: "
                f"{', '.join(map(str, strays))}.",
                "End them (or wait for the disk they hang on), then start again.",
            )
        pid_file.unlink(missing_ok=True)
    for left in socket_dir.glob(".s.PGSQL.*"):
        left.unlink(missing_ok=True)


def _end(pids: list[int], kind: signal.Signals, cluster: Path) -> list[int]:
    """Signal the processes, give them time, and name those that stayed."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, kind)
    patience_ends = time.monotonic() + _ORPHAN_PATIENCE_SECONDS
    while pids and time.monotonic() < patience_ends:
        time.sleep(POLL_SECONDS)
        pids = [pid for pid in pids if serves(pid, cluster)]
    return pids
