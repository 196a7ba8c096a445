"""Lab: what a society of agents is like, in numbers that can be held beside published ones.

In this room: the first measures, of a living network or of an archive file, each with its definition and what chance
alone would give. Everything is computed over columns. Not here: how an archive is written (archive), what operators
watch (the metrics of the doors), the ladder of moderation (measures).
"""

from moltbook.lab.measure import measure
from moltbook.lab.model import Measured, Null, Report, Verdict, Window
from moltbook.lab.sources import read_archive, read_world

__all__ = ["Measured", "Null", "Report", "Verdict", "Window", "measure", "read_archive", "read_world"]
