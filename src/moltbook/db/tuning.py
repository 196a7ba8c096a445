"""Tuning: the settings our own PostgreSQL runs with, fitted to the machine it finds.

In this room: the text of `postgres.conf`, which is written anew at every start.
Not here: settings of a session (pool), of a server that is not ours (its operator).
"""

from collections.abc import Mapping
from pathlib import Path

import psutil

_MIB = 2**20
_GIB = 2**30
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

_HEADER = """\
# Written by Moltbook at every start: changes made here are lost.
# To set something for good use ALTER SYSTEM, which wins over this file.
"""


def memory_bytes() -> int:
    """The memory this process may use: the machine's, or the container's when that is less."""
    found = [psutil.virtual_memory().total]
    for file in _CGROUP_LIMITS:
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            found.append(int(text))
    return min(found)


def managed_settings(memory: int, free_disk: int, socket_dir: Path, wishes: Mapping[str, str]) -> str:
    """The settings as PostgreSQL reads them; a wish replaces or adds one."""
    # Four GiB of WAL keep checkpoints rare; on a small disk a quarter of what is free must do.
    wal = min(4 * _GIB, max(256 * _MIB, free_disk // 4))
    settings = {
        # Who may come in: nobody but holders of the private folder the socket lies in.
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(socket_dir),
        "max_connections": "100",
        "cluster_name": "moltbook",
        # Durable means durable: an answer is sent after the commit has reached the disk.
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "on",
        "max_wal_size": _mb(wal),
        "min_wal_size": _mb(wal // 4),
        "checkpoint_timeout": "15min",
        # Memory.
        "shared_buffers": _mb(min(4 * _GIB, memory // 4)),
        "effective_cache_size": _mb(memory // 2),
        "maintenance_work_mem": _mb(min(_GIB, max(64 * _MIB, memory // 32))),
        "work_mem": "16MB",
        "huge_pages": "try",
        # Plans: disks without a moving head; statements too short for a compiler.
        "random_page_cost": "1.1",
        "jit": "off",
        # A batch that meets a deadlock retries at once, so it should learn of it soon.
        "deadlock_timeout": "200ms",
        "timezone": "UTC",
        # The log is for trouble; slow recovery reports itself there every ten seconds whatever the level.
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        "log_line_prefix": "%m [%p] ",
        "lc_messages": "C",
    }
    lines = (f"{name} = {_quoted(value)}\n" for name, value in (settings | dict(wishes)).items())
    return _HEADER + "".join(lines)


def _mb(size: int) -> str:
    return f"{size // _MIB}MB"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
