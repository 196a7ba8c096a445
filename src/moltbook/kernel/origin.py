"""Where a call came from, and who is counted as one.

In this room: addresses of the network. Not here: whose word about them counts (api.forwarded), what each may do
(api.limits, owners).
"""

import ipaddress
from functools import lru_cache

# Somebody whose address nobody can tell.
UNKNOWN = "unknown"
# Whoever is here calls again and again; reading an address costs more than looking it up.
KEPT = 4096


@lru_cache(maxsize=KEPT)
def network_of(address: str) -> str:
    """Whoever is counted as one: an IPv4 address, or the /64 an IPv6 one lies in; empty for this machine itself.

    Who has an IPv6 address has all of its /64. What is no address is one stranger, and so are all such together.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        # How a socket for both names an IPv4 address; all of those lie in one /64.
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


@lru_cache(maxsize=KEPT)
def neighbourhood_of(address: str) -> str:
    """The /24 an IPv4 address lies in, or the /48 of an IPv6 one: what somebody may have many of, and few have two of.

    Empty for this machine itself.
    """
    network = network_of(address)
    if network in ("", UNKNOWN):
        return network
    found = ipaddress.ip_network(network)
    return str(found.supernet(new_prefix=24 if found.version == 4 else 48))


def is_this_machine(address: str) -> bool:
    """Whether a call comes from the machine we run on."""
    return not network_of(address)
