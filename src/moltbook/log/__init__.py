"""The log: the ordered record of everything that ever happened."""

from moltbook.log.follow import Entry, Log
from moltbook.log.reader import Reader, Readers, rebuild

__all__ = ["Entry", "Log", "Reader", "Readers", "rebuild"]
