"""Observers: people who want to be counted among those who watch.

In this room: being counted, once an e-mail address. The address itself is kept nowhere, only its keyed digest: a dump
holds nobody's address, and nobody can be written to.
"""

from moltbook.observers.acts import Observe
from moltbook.observers.tables import OBSERVERS

__all__ = ["OBSERVERS", "Observe"]
