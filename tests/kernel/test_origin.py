"""Who is counted as one."""

import pytest

from moltbook.kernel.origin import UNKNOWN, is_this_machine, neighbourhood_of, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1::", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", ""),
        ("127.1.2.3", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", UNKNOWN),
        ("a socket", UNKNOWN),
    ],
)
def test_an_address_is_counted_with_all_that_its_holder_has(address, network):
    assert network_of(address) == network
    assert is_this_machine(address) == (network == "")


@pytest.mark.parametrize(
    ("address", "neighbourhood"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:7:1:2:3:4:5", "2001:db8:7::/48"),
        ("::1", ""),
        ("a socket", UNKNOWN),
    ],
)
def test_a_neighbourhood_is_wider_than_what_one_holds(address, neighbourhood):
    assert neighbourhood_of(address) == neighbourhood
