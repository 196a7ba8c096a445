"""Open files: each connection is one, and the system gives a process only so many.

A worker that has none left closes whoever comes, without an answer. So it asks for as many as its bounds need, and
where it gets fewer it lets fewer in, who are then told that there are too many.
"""

import resource

import msgspec
import structlog

from moltbook.gateway import Bounds
from moltbook.settings import Settings

log = structlog.get_logger(__name__)

# For plain requests, the database and the rest; of few files, half.
RESERVED = 1000


def open_files(wanted: int) -> int:
    """Ask the system for so many; how many there are."""
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if few == resource.RLIM_INFINITY or few >= wanted:
        return few
    aim = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (aim, most))
    except (ValueError, OSError):
        # Some systems keep to less than they say.
        return few
    return aim


def fitting(settings: Settings, bounds: Bounds, files: int) -> tuple[Settings, Bounds]:
    """Settings and bounds under which so many files are enough."""
    live = files - min(RESERVED, files // 2)
    if files == resource.RLIM_INFINITY or live >= bounds.connections + settings.streams:
        return settings, bounds
    streams = min(settings.streams, live // 2)
    connections = min(bounds.connections, live - streams)
    log.warning(
        "fewer live connections, for want of open files",
        files=files, connections=connections, streams=streams, hint="raise the limit of open files (ulimit -n)",
    )  # fmt: skip
    return (
        msgspec.structs.replace(settings, streams=streams),
        msgspec.structs.replace(bounds, connections=connections),
    )
