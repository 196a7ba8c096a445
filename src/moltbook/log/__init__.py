"""The log: the ordered record of everything that ever happened."""

from moltbook.log.follow import Entry, Log
from moltbook.log.reader import GATHERED, Reader, Readers, in_breaths, rebuild

__all__ = ["GATHERED", "Entry", "Log", "Reader", "Readers", "in_breaths", "rebuild"]
