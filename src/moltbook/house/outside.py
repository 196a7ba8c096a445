"""Outside: which addresses of the world this house may call when a stranger names them.

In this room: reading such an address, and the check of what its name resolved to. Not here: the call itself (courier).

Whoever may name an address could otherwise have the house ask its own database, its neighbours in the data centre or
the machine's own credentials. So what counts is never the spelling but the numbers that a name resolves to, and every
IPv4 address that an IPv6 one carries inside is looked at as well.
"""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

import msgspec

from moltbook.kernel.errors import Invalid

URL_CHARS = 2000
DEFAULT_PORTS = {"https": 443, "http": 80}

_PLAIN = re.compile(r"[!-\[\]^_a-z~]+")
_NAME = re.compile(r"(?=.{1,253}\Z)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_-]{1,63}\.?")
# How a name ends that some resolvers take for a number: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?")

IPv4 = ipaddress.IPv4Address
IPv6 = ipaddress.IPv6Address
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def _networks(*texts: str) -> Networks:
    return tuple(map(ipaddress.ip_network, texts))


# Only from here are addresses of the public IPv6 given out (RFC 4291); all else that looks global is a disguise.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Global by the letter and nobody's host: protocol assignments, 6to4 relays, Teredo, which hides an IPv4 address.
_NOBODY = _networks("192.0.0.0/24", "192.88.99.0/24", "2001::/23")
# What an operator's own network may consist of.
_OWN = _networks("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
# Where clouds keep the credentials of their machines; never called, whatever the operator allows.
_METADATA = _networks("169.254.0.0/16", "fd00:ec2::/32", "100.100.100.200/32")


class Target(msgspec.Struct, frozen=True):
    """An address taken apart once; whoever calls it uses these parts and reads the text no more."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"


class Forbidden(Invalid):
    """The house calls no such address."""

    hint = "Name a public https:// address."

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint, field="url")


def read_target(url: str, *, private: bool = False) -> Target:
    """Take an address apart; `private` says that the operator lets agents name addresses of its own network.

    Raises: Forbidden.
    """
    url = url.strip()
    if len(url) > URL_CHARS:
        raise Forbidden(f"url is longer than {URL_CHARS:,} characters", "Shorten it.")
    if not _PLAIN.fullmatch(url.lower()):
        raise Forbidden("url holds characters that no address has", "Percent-encode them; write the host in punycode.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("url cannot be read", "Write it as https://host/path.") from None
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Forbidden("url does not begin with https://")
    if "@" in parts.netloc:
        raise Forbidden("url holds a user name or password", "Leave them out and check the signature instead.")
    if parts.fragment or url.endswith("#"):
        raise Forbidden("url holds a fragment", "Leave out what follows the #.")
    host = parts.hostname or ""
    ensure_named(host, private=private)
    if port == 0:
        raise Forbidden("url names port 0", "Name a port from 1 to 65535, or none.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path)


def ensure_named(host: str, *, private: bool) -> None:
    """See that a host is a name, or a number that may be called.

    Raises: Forbidden.
    """
    if ":" in host:
        address: str | None = host
    elif not _NAME.fullmatch(host):
        raise Forbidden("url names no host", "Write it as https://host/path.")
    elif _NUMBER.fullmatch(host):
        address = _number(host)
    else:
        address = None
        if not private and (host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")):
            raise Forbidden("url names this machine itself")
    if address is not None and not may_call(address, private=private):
        raise Forbidden("url names an address that is not public")


def _number(host: str) -> str:
    """What a resolver would make of a number, in whichever way it is spelled; "" if nothing."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return ""


def may_call(address: str, *, private: bool = False) -> bool:
    """Whether the house calls this address: one of the public internet, or of the operator's own network if it says."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6):
        if found.scope_id is not None:
            return False
        inner = found.ipv4_mapped or (IPv4(found.packed[12:]) if found in _NAT64 else None)
        if inner is not None:
            return _may_call(inner, private=private)
        if found.sixtofour is not None:
            return is_public(found.sixtofour)
    return _may_call(found, private=private)


def _may_call(address: IPv4 | IPv6, *, private: bool) -> bool:
    return is_public(address) or (private and is_own(address))


def is_public(address: IPv4 | IPv6) -> bool:
    """Whether it is a host's address on the public internet."""
    if isinstance(address, IPv6) and address not in _PUBLIC_6:
        return False
    # The library counts as global what is multicast or reserved; neither is anybody's host.
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not _within(address, _NOBODY)
        and not _within(address, _METADATA)
    )


def is_own(address: IPv4 | IPv6) -> bool:
    """Whether it may be a host of the operator's own network."""
    return _within(address, _OWN) and not _within(address, _METADATA)


def _within(address: IPv4 | IPv6, networks: Networks) -> bool:
    return any(address.version == network.version and address in network for network in networks)
