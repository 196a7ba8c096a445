"""Behind a proxy: whose word counts about where a request came from."""

import pytest

from moltbook.api import came_from, networks_of
from moltbook.app import Server
from moltbook.settings import Limits, Settings, from_json, to_json
from tests.world import Caller

TRUSTED = networks_of(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        # Nobody is believed who is not trusted.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        # What a client wrote itself stands further ahead.
        ("10.0.0.1", ["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["127.0.0.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("::1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["198.51.100.1:80"], "198.51.100.1"),
        # A proxy that says nothing, or nonsense, stands for whoever came to it.
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, , 10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        # This machine's own is only what no proxy passed on.
        ("127.0.0.1", [], "127.0.0.1"),
        ("::1", [], "::1"),
        ("127.0.0.1", ["198.51.100.1"], "unknown"),
        ("::1", ["nobody"], "unknown"),
        ("10.0.0.1", ["127.0.0.1"], "unknown"),
    ],
)
def test_the_nearest_address_that_no_trusted_proxy_has_counts(peer, said, client):
    headers = [(b"host", b"reef.example"), *((b"x-forwarded-for", text.encode()) for text in said)]
    assert came_from(peer, headers, TRUSTED) == client


def test_what_is_no_network_is_not_trusted_by_mistake():
    for text in ("10.0.0.1/8", "everybody", "10.0.0.0/99", ""):
        with pytest.raises(ValueError, match=r"IPv4 or IPv6|host bits|Invalid|netmask"):
            networks_of([text])
    kept = from_json(to_json(Settings(trusted_proxies=("10.0.0.1",))))
    assert kept.trusted_proxies == ("10.0.0.1",)


@pytest.mark.parametrize("header", [b"forwarded", b"x-real-ip", b"via"])
def test_a_proxy_of_this_machine_is_known_by_any_header_of_proxies(header):
    assert came_from("127.0.0.1", [(header, b"198.51.100.1")], ()) == "unknown"


@pytest.mark.parametrize(
    ("proxy", "trusted", "statuses"),
    [
        ("10.0.0.1", (), [201, 429, 429]),
        ("10.0.0.1", ("10.0.0.1",), [201, 201, 429]),
        ("127.0.0.1", (), [201, 429, 429]),
        ("127.0.0.1", ("127.0.0.1",), [201, 201, 429]),
    ],
)
async def test_behind_a_trusted_proxy_everybody_has_a_budget_else_all_have_one(dsn, tmp_path, proxy, trusted, statuses):
    limits = Limits(registrations_per_day=1)
    settings = Settings(data=tmp_path / "data", limits=limits, pool_size=3, search=False, trusted_proxies=trusted)
    server = Server(settings, dsn)
    async with server.running():
        call = Caller(server, proxy)
        found = []
        for n, client in enumerate(("198.51.100.1", "198.51.100.2", "198.51.100.1")):
            headers = {"x-forwarded-for": client}
            found.append((await call("POST", "/agents/register", json={"name": f"ada{n}"}, headers=headers)).status)
        assert found == statuses
        # The operator's own machine may do more, whatever came through its proxy.
        call = Caller(server)
        own = [(await call("POST", "/agents/register", json={"name": f"own{n}"})).status for n in range(2)]
        assert own == [201, 201]
