"""How often each caller called in its window, in memory that all workers of a machine share.

A table of fixed size: a mark of the caller, when its window ends, how many calls it made. Nobody waits for anybody, so
two workers that count one caller in the same instant may count it once; what must be exact is a row (agents.rules).
When all places of a caller are taken, the window that ends first makes room, and no other.
"""

import mmap
import os
import struct
import tempfile
from hashlib import blake2b

SLOTS = 1 << 18
# How many neighbours a caller may stand in.
PLACES = 8
_SLOT = struct.Struct("<QII")
BYTES = SLOTS * _SLOT.size


def open_tallies() -> int:
    """Memory for one machine's workers, as a file descriptor to be inherited."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("moltbook-tallies")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, BYTES)
    return fd


class Tallies:
    """Counts calls; `fd` comes from `open_tallies`, and without one the count is this process's own."""

    def __init__(self, fd: int = -1) -> None:
        self._memory = mmap.mmap(fd, BYTES)

    def count(self, who: str, seconds: int, now: int) -> tuple[int, int]:
        """Count a call; tells how many it made in its window, this one included, and when the window ends (seconds).

        A window begins with the first call, so that not everybody's ends in the same second.
        """
        memory = self._memory
        mark = int.from_bytes(blake2b(who.encode(), digest_size=8).digest(), "little") or 1
        free, ends = 0, 1 << 32
        for place in range(PLACES):
            at = (mark + place) % SLOTS * _SLOT.size
            found, resets, calls = _SLOT.unpack_from(memory, at)
            if found == mark:
                if resets <= now:
                    resets, calls = now + seconds, 0
                break
            if resets < ends:
                free, ends = at, resets
        else:
            at, resets, calls = free, now + seconds, 0
        _SLOT.pack_into(memory, at, mark, resets, min(calls + 1, 0xFFFFFFFF))
        return calls + 1, resets
