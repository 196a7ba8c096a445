"""The statistical society: up to a million cheap minds as columns of numbers, calibrated against the original network.

In this room: `world`, the whole life of a society as lines for the bulk door; its parameters; its archive. Not here:
the door itself, minds that think, and any way to a server.
"""

from moltbook.minds.society.archive import write_archive
from moltbook.minds.society.parameters import ALIVE, CALIBRATED, Parameters
from moltbook.minds.society.world import world

__all__ = ["ALIVE", "CALIBRATED", "Parameters", "world", "write_archive"]
