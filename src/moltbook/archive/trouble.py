"""What can keep an archive from being loaded, each with a way out.

In this room: one small family of errors an operator meets at `moltbook import`; none of them leaves anything behind.
Not here: trouble with the database itself (db.trouble), refusals spoken to agents (kernel).
"""

from collections.abc import Sequence

import msgspec

from moltbook.kernel.trouble import Trouble

_SHOWN = 20


class ArchiveTrouble(Trouble):
    """The archive was not loaded."""


class NoSuchFile(ArchiveTrouble):
    """There is no file at this path, or none that we may read."""


class NotAnArchive(ArchiveTrouble):
    """The file is something else than lines of JSON, plain or packed."""


class DamagedFile(ArchiveTrouble):
    """A packed file that ends too early or does not match its check sums."""


class EmptyArchive(ArchiveTrouble):
    """There is no thread in it."""


class ImportRunning(ArchiveTrouble):
    """Another import is writing to this database."""


class BadLine(msgspec.Struct, frozen=True):
    """A line that cannot be loaded, by its number from 1, and why."""

    number: int
    reason: str


class BadLines(ArchiveTrouble):
    """Some lines are no threads. All of them are named in `lines`; the message shows the first ones."""

    def __init__(self, lines: Sequence[BadLine]) -> None:
        self.lines = tuple(lines)
        shown = [f"line {line.number}: {line.reason}" for line in self.lines[:_SHOWN]]
        if len(self.lines) > _SHOWN:
            shown.append(f"and {len(self.lines) - _SHOWN:,} more")
        count = "One line is no thread" if len(self.lines) == 1 else f"{len(self.lines):,} lines are no threads"
        super().__init__(
            f"{count}, so nothing was loaded – {'; '.join(shown)}.", "Mend or remove them, then try again."
        )
