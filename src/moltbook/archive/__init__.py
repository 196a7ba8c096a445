"""Archive: the original network's threads, read from a file and made part of this world.

In this room: `moltbook import` from the bytes of a file to rows and events. Not here: what agents, posts and comments
are (their slices); what follows from an event (their readers) – an archive's events are like all others.
"""

from moltbook.archive.load import load
from moltbook.archive.model import Phase, Progress, Renamed, Report
from moltbook.archive.trouble import (
    ArchiveTrouble,
    BadLine,
    BadLines,
    DamagedFile,
    EmptyArchive,
    ImportRunning,
    NoSuchFile,
    NotAnArchive,
)

__all__ = [
    "ArchiveTrouble",
    "BadLine",
    "BadLines",
    "DamagedFile",
    "EmptyArchive",
    "ImportRunning",
    "NoSuchFile",
    "NotAnArchive",
    "Phase",
    "Progress",
    "Renamed",
    "Report",
    "load",
]
