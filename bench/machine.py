"""The machine: what the figures were measured on, and how fast its disk confirms a write at the moment."""

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil

_BLOCK = b"\0" * 8192


class Machine(msgspec.Struct, frozen=True):
    """Without it a figure says nothing."""

    cpu: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    commit: str
    at: str
    load_before: float


class Flush(msgspec.Struct, frozen=True):
    """How long 8 KiB take until the disk has them."""

    median_ms: float
    p99_ms: float


def describe(root: Path) -> Machine:
    """This machine, now, with this commit."""
    return Machine(
        cpu=_cpu(),
        cores=os.cpu_count() or 0,
        memory_bytes=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        commit=_commit(root),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        load_before=round(os.getloadavg()[0], 2),
    )


def flush_of_the_moment(folder: Path, times: int = 100) -> Flush:
    """Append and flush, as a database's log does."""
    took: list[float] = []
    path = folder / "flush"
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(_BLOCK)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    path.unlink()
    took.sort()
    return Flush(took[times // 2] * 1000, took[times * 99 // 100] * 1000)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all its descendants, those it has outlived included."""
    process = psutil.Process(pid)
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _commit(root: Path) -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    try:
        # The results themselves are no change of what is measured.
        dirty = git("status", "--porcelain", "--", "src", "bench/*.py")
        return git("rev-parse", "--short=10", "HEAD") + ("-dirty" if dirty else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
