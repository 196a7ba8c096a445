"""Behind a proxy: from which address a request came.

Anybody can write an `X-Forwarded-For`, so only what a proxy adds that the operator trusts counts; by default none is.
What a proxy passes on is never this machine's own call, though the proxy may run here: then nobody knows whose it is.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from moltbook.kernel.origin import UNKNOWN, is_this_machine

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HEADER = b"x-forwarded-for"
# What proxies add to a request; one of them is enough to tell that there was a proxy.
PASSED_ON = frozenset({HEADER, b"forwarded", b"x-real-ip", b"via"})


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks such as `10.0.0.0/8`.

    Raises: ValueError.
    """
    return tuple(ipaddress.ip_network(text) for text in texts)


def came_from(peer: str, headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]) -> str:
    """The nearest address that no trusted proxy has; a proxy's own where it says nothing that can be read.

    Each proxy adds at the end who came to it, so the list is read from there: what stands further ahead may be made up.
    Of what was passed on, a proxy of this machine cannot be the origin: UNKNOWN.
    """
    passed_on = [(name, value) for name, value in headers if name in PASSED_ON]
    if not passed_on:
        return peer
    hops = [hop for name, value in passed_on if name == HEADER for hop in value.decode("latin-1").split(",")]
    address = peer
    while hops and _is_trusted(address, trusted):
        before = _address(hops.pop().strip())
        if before is None:
            break
        address = before
    return UNKNOWN if is_this_machine(address) else address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    plain = _address(address)
    return plain is not None and any(ipaddress.ip_address(plain) in network for network in trusted)


def _address(text: str) -> str | None:
    """An address without its port, IPv4 as IPv4; None if it is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if found.version == 6 else None
    return str(mapped or found)
