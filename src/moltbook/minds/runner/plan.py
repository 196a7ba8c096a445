"""The plan of a population: how it lives and when it ends.

In this room: the struct. Not here: keeping to it (population), making one of a command line (cli).
"""

from __future__ import annotations

import math

import msgspec

from moltbook.minds.wish import Budget


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a population lives."""

    server: str
    seed: int
    at_once: int = 16
    """Turns side by side."""
    gap_seconds: float = 0.0
    """At least so long between the beginnings of two turns, guests' excepted."""
    spread_seconds: float = 60.0
    """Over so long the first turns are spread."""
    prompt: int = 0
    """So many begin at once."""
    listens: bool = True
    ears: int = 32
    """So many hear at once when somebody writes to them privately; the others find it when they look in."""
    seconds: float = math.inf
    acts: float = math.inf
    farewell_seconds: float = 20.0
    """What is under way at the end may take so long."""
    budget: Budget = Budget()
