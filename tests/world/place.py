"""Where databases of tests live: in memory if there is room, else on the disk.

A database is hundreds of small files. Tests make and drop hundreds of databases, and some file systems search long for
a free place among files just deleted; a file in memory costs next to nothing. Nothing is proven less there: a killed
process loses what it has not handed to the system, wherever the system keeps it.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
# The cluster of a run and a few of single tests beside it, each with its write-ahead log, take some 150 MiB.
ROOM_BYTES = 1 << 30
PREFIX = "moltbook-tests-"


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that nobody else has, and that is gone afterwards."""
    # Not below pytest's own folder: another run starting meanwhile closes that one, under root also to our server.
    place = _roomy()
    _sweep(place or Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=place) as folder:
        yield Path(folder)


def _sweep(place: Path) -> None:
    """Take away what killed runs left behind; a server whose folder is gone ends by itself within a minute."""
    for folder in place.glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _roomy() -> Path | None:
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        return MEMORY
    return None
