"""A small network to test in: members, a clock that obeys, and a caller without a socket."""

from tests.world.asgi import Answer, Caller, form
from tests.world.clock import TestClock
from tests.world.network import Member, Network, open_network, under

__all__ = ["Answer", "Caller", "Member", "Network", "TestClock", "form", "open_network", "under"]
