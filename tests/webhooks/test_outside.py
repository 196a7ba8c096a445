"""Which addresses the house calls when a stranger names them, in every spelling, and that it calls no other."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from moltbook.house import Courier, ForbiddenAddress, read_target
from moltbook.house.outside import may_call
from tests.webhooks.receiver import answer, receiving

DAY = timedelta(days=1)

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0", "0.1.2.3",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1",
    "2001::1", "2001:0:7f00:1::", "2001:db8::1", "fe80::1", "fe80::1%eth0", "2606:4700::1111%1", "fec0::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "100::1", "no address", "",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
OWN = ["127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "::1", "fd12:3456::1", "::ffff:127.0.0.1"]
# Never, whatever the operator allows: credentials of the machine, everybody at once, nobody.
NEVER = [
    "169.254.169.254",
    "fd00:ec2::254",
    "100.100.100.200",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "fe80::1",
    "255.255.255.255",
]

WRONG = [
    "", "example.org", "//example.org/x", "ftp://example.org", "file:///etc/passwd", "gopher://example.org", "https://",
    "http://example.org/", "https://user@example.org", "https://user:pass@example.org/", "https://a@127.0.0.1/",
    "https://example.org:0/", "https://example.org:70000/", "https://example.org:x/", "https://exa mple.org/",
    "https://example.org/#part", "https://example.org/#", "https://example.org\\@127.0.0.1/",
    "https://example.org/\r\nX: 1",
    "https://ex\u00e4mple.org/", "https://example.org/\u00e4", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/", "https://[64:ff9b::7f00:1]/", "https://[::1", "https://127.0.0.1/", "https://127.1/",
    "https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/",
    "https://0/", "https://0.0.0.0/", "https://169.254.169.254/latest/meta-data/", "https://2852039166/",
    "https://0xa9.0xfe.0xa9.0xfe/", "https://10.0.0.1:8443/", "https://1.2.3.4.5/", "https://999.1.1.1/",
    "https://localhost/", "https://LOCALHOST./", "https://app.localhost/", "https://127.0.0.1./", "https://a..b/",
    "https://%31%32%37.0.0.1/", "https://" + "a" * 64 + ".org/", "https://example.org/" + "a" * 2000,
]  # fmt: skip
RIGHT = {
    "https://example.org": ("https", "example.org", 443, "/", "example.org"),
    " https://Example.org:8443/a/b?c=d ": ("https", "example.org", 8443, "/a/b?c=d", "example.org:8443"),
    "HTTPS://a_b.xn--bcher-kva.example/%20": (
        "https",
        "a_b.xn--bcher-kva.example",
        443,
        "/%20",
        "a_b.xn--bcher-kva.example",
    ),
    "https://1.1.1.1/x": ("https", "1.1.1.1", 443, "/x", "1.1.1.1"),
    "https://[2606:4700:4700::1111]:444/": ("https", "2606:4700:4700::1111", 444, "/", "[2606:4700:4700::1111]:444"),
    "https://example.org?x": ("https", "example.org", 443, "/?x", "example.org"),
}


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_called(address):
    assert not may_call(address)


def test_addresses_of_the_public_internet_are_called():
    assert all(map(may_call, OUTSIDE))


def test_an_operator_may_open_its_own_network_and_nothing_beyond():
    assert all(may_call(address, private=True) for address in [*OWN, *OUTSIDE])
    assert not any(may_call(address, private=True) for address in NEVER)


@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_leads_inside_or_nowhere_is_refused(url):
    with pytest.raises(ForbiddenAddress):
        read_target(url)


@pytest.mark.parametrize("url", RIGHT)
def test_a_public_address_is_taken_apart_once(url):
    target = read_target(url)
    assert (target.scheme, target.host, target.port, target.path, target.authority) == RIGHT[url]


def test_an_operator_may_allow_addresses_inside_without_tls():
    assert read_target("http://127.0.0.1:8000/x", private=True).port == 8000
    assert read_target("http://localhost/", private=True).host == "localhost"
    for url in ("http://169.254.169.254/", "http://0.0.0.0/", "ftp://127.0.0.1/", "http://u@127.0.0.1/"):
        with pytest.raises(ForbiddenAddress):
            read_target(url, private=True)


class Names:
    """A resolver that answers what it is told, and counts."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, host, port, whose):
        self.asked.append((host, port))
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
async def courier():
    made = []

    def make(*answers, **options):
        made.append(Courier(resolve=Names(*answers), **options))
        return made[-1]

    yield make
    for one in made:
        await one.stop()


async def outcome(courier, url, body=b"{}"):
    found = await courier.post(url, {"x": "y"}, body, whose="ada")
    return found.status, found.error


@pytest.mark.parametrize("address", [address for address in INSIDE if address])
async def test_a_name_that_leads_inside_is_not_called_whatever_stands_beside_it(courier, address):
    """Also for one bad address among good ones, wherever it stands: none of them is called."""
    for found in ([address], ["1.1.1.1", address], [address, "1.1.1.1"]):
        assert await outcome(courier(found), "https://example.org/") == (None, "forbidden_address")


async def test_a_name_is_resolved_anew_for_every_call_and_called_by_the_number_that_was_checked(courier):
    async with receiving() as receiver:
        one = courier(["127.0.0.1"], ["169.254.169.254"], private=True)
        url = f"http://rebinding.example:{receiver.port}/hook?a=b"
        assert await outcome(one, url) == (204, "")
        assert await outcome(one, url) == (None, "forbidden_address")
        (got,) = receiver.got
        assert (got.target, got.headers["host"]) == ("/hook?a=b", f"rebinding.example:{receiver.port}")
        assert one._resolve.asked == [("rebinding.example", receiver.port)] * 2


async def test_without_tls_only_addresses_inside_are_called(courier):
    one = courier(["1.1.1.1"], private=True)
    assert await outcome(one, "http://example.org/") == (None, "forbidden_address")


async def test_what_is_answered_is_not_followed_and_not_kept(courier):
    async with receiving() as receiver:
        receiver.script += [
            answer(302, b"", f"Location: {receiver.url}/elsewhere"),
            answer(200, b"", "Set-Cookie: a=b"),
            answer(200, b"x" * 1_000_000),
            answer(500, b"no"),
        ]
        one = courier(["127.0.0.1"], private=True)
        assert await outcome(one, receiver.url) == (302, "status")
        assert [await outcome(one, receiver.url) for _ in range(3)] == [(200, ""), (200, ""), (500, "status")]
        assert len(receiver.got) == 4
        assert not any("cookie" in got.headers for got in receiver.got)


async def test_proxies_of_the_environment_are_not_asked(courier, monkeypatch):
    async with receiving() as receiver, receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert await outcome(courier(["127.0.0.1"], private=True), receiver.url) == (204, "")
        assert not proxy.got


async def test_each_way_to_fail_has_its_word(courier):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
        assert await outcome(courier(["127.0.0.1"], private=True), nobody) == (None, "unreachable")
    assert await outcome(courier(OSError("no such name")), "https://example.org/") == (None, "unresolved")
    assert await outcome(courier([]), "https://example.org/") == (None, "unresolved")
    async with receiving() as receiver:
        receiver.script += [b"nonsense\r\n\r\n", b""]
        one = courier(["127.0.0.1"], private=True)
        assert [await outcome(one, receiver.url) for _ in range(2)] == [(None, "broken_answer")] * 2


@pytest.fixture(scope="module")
def certificate():
    """A certificate for one name, signed by itself: for the server, and for who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return pem.decode(), key.private_bytes(serialization.Encoding.PEM, *private) + pem


async def test_tls_keeps_the_name_while_the_connection_goes_to_the_number(courier, certificate, tmp_path):
    pem, chain = certificate
    (tmp_path / "chain.pem").write_bytes(chain)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "chain.pem")
    seen = []
    tls.sni_callback = lambda _, name, __: seen.append(name)
    trust = ssl.create_default_context(cadata=pem)
    async with receiving(tls) as receiver:
        for host, one, expected in (
            ("receiver.example", courier(["127.0.0.1"], private=True, trust=trust), (204, "")),
            ("other.example", courier(["127.0.0.1"], private=True, trust=trust), (None, "tls")),
            ("receiver.example", courier(["127.0.0.1"], private=True), (None, "tls")),
        ):
            assert await outcome(one, f"https://{host}:{receiver.port}/hook") == expected
        assert seen == ["receiver.example", "other.example", "receiver.example"]
        assert [got.headers["host"] for got in receiver.got] == [f"receiver.example:{receiver.port}"]


async def test_a_receiver_that_never_answers_is_given_up(courier, monkeypatch):
    monkeypatch.setattr("moltbook.house.courier.ATTEMPT_SECONDS", 0.2)
    async with receiving() as receiver:
        released = asyncio.Event()

        async def wait(_):
            await released.wait()
            return answer(200)

        receiver.script.append(wait)
        assert await outcome(courier(["127.0.0.1"], private=True), receiver.url) == (None, "timeout")
        released.set()


async def test_the_next_address_is_tried_where_nobody_answers(courier):
    async with receiving() as receiver:
        one = courier(["127.0.0.2", "127.0.0.1"], private=True)
        assert await outcome(one, receiver.url.replace("127.0.0.1", "twice.example")) == (204, "")
