"""The courier: hands a body to an address that a stranger named, and never to one inside.

In this room: checking what a name stands for, connecting to exactly what was checked, what came of it. Not here: asking
for names (resolver), which addresses may be called (outside), what is sent and how it is signed (webhooks).

Every call resolves anew and goes to the very number that was checked, so a name that changes its mind between the check
and the call gains nothing. Nothing is followed: no redirect, no proxy of the environment, no cookie; connections are
not kept, so that none made for one name is ever used for another.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from ipaddress import ip_address

import httpx2
import msgspec

from moltbook.house.outside import Forbidden, Target, is_own, may_call, read_target
from moltbook.house.resolver import Resolver
from moltbook.kernel.errors import Unavailable

# An attempt in all: name, connection, sending, answer.
ATTEMPT_SECONDS = 10.0
CONNECT_SECONDS = 4.0
# Of an answer nothing is used but its status; one who sends more than this is hung up on.
ANSWER_BYTES = 65_536
MOST_AT_ONCE = 200
OF_ONE = 4
ADDRESSES_TRIED = 3

# A name, a port, and on whose behalf it is asked.
Resolve = Callable[[str, int, str], Awaitable[Sequence[str]]]


class Fault(StrEnum):
    """What kept a body from arriving."""

    NONE = ""
    # The receiver's own word is its status.
    STATUS = "status"
    TIMEOUT = "timeout"
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    BROKEN_ANSWER = "broken_answer"
    FORBIDDEN_ADDRESS = "forbidden_address"


class Outcome(msgspec.Struct, frozen=True):
    """What came of an attempt: the status that was answered, or in one word why none was. No error means success."""

    status: int | None = None
    error: Fault = Fault.NONE

    @property
    def arrived(self) -> bool:
        """Whether the receiver said yes."""
        return not self.error


class TooManyCalls(Unavailable):
    """Nothing was sent: as much as may be is under way on this one's behalf."""

    message = "Too many deliveries of yours wait for an answer."
    retry_after_seconds = 5


class Courier:
    """Delivers to addresses of strangers."""

    def __init__(
        self, *, private: bool = False, resolve: Resolve | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        self._private = private
        self._resolver = Resolver()
        self._resolve = resolve or self._resolver
        self._trust = trust
        self._transport: httpx2.AsyncHTTPTransport | None = None
        # How many calls wait for somebody's answer.
        self.under_way = 0
        self._of: Counter[str] = Counter()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, whose: str) -> Outcome:
        """Send a body on somebody's behalf and tell what came of it; never raises for what the other side does.

        Raises: Unavailable where nothing was tried, because too much is under way.
        """
        if self._of[whose] >= OF_ONE:
            raise TooManyCalls()
        self.under_way += 1
        self._of[whose] += 1
        try:
            target = read_target(url, private=self._private)
            async with asyncio.timeout(ATTEMPT_SECONDS):
                addresses = await self._addresses(target, whose)
                if not addresses:
                    return Outcome(error=Fault.UNRESOLVED)
                return await self._send(target, addresses, headers, body)
        except Forbidden:
            return Outcome(error=Fault.FORBIDDEN_ADDRESS)
        except TimeoutError:
            return Outcome(error=Fault.TIMEOUT)
        finally:
            self.under_way -= 1
            self._of[whose] -= 1
            if not self._of[whose]:
                del self._of[whose]

    async def stop(self) -> None:
        """Send nothing more."""
        self._resolver.stop()
        if self._transport is not None:
            await self._transport.aclose()

    async def _addresses(self, target: Target, whose: str) -> list[str]:
        """What the name stands for now.

        Raises: Forbidden if the house may not call one of them: then it calls none. Unavailable.
        """
        try:
            found = list(dict.fromkeys(await self._resolve(target.host, target.port, whose)))
        except (OSError, UnicodeError):
            return []
        for address in found:
            if not may_call(address, private=self._private):
                raise Forbidden("url leads to an address that is not public")
            # Unencrypted only where no stranger can listen.
            if target.scheme == "http" and not is_own(ip_address(address)):
                raise Forbidden("url does not begin with https://")
        return found[:ADDRESSES_TRIED]

    async def _send(self, target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes) -> Outcome:
        """Try the addresses until one takes the connection; once something was sent no other is tried."""
        outcome = Outcome(error=Fault.UNREACHABLE)
        for address in addresses:
            try:
                return await self._send_to(address, target, headers, body)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                outcome = Outcome(error=Fault.TLS if _is_of_tls(error) else Fault.UNREACHABLE)
            except httpx2.TimeoutException:
                return Outcome(error=Fault.TIMEOUT)
            except httpx2.TransportError:
                return Outcome(error=Fault.BROKEN_ANSWER)
        return outcome

    async def _send_to(self, address: str, target: Target, headers: Mapping[str, str], body: bytes) -> Outcome:
        # The number stands in the address, the name in Host and in the TLS handshake, which checks the certificate
        # against it: so nobody resolves the name a second time.
        host = f"[{address}]" if ":" in address else address
        request = httpx2.Request(
            "POST",
            httpx2.URL(scheme=target.scheme, host=host, port=target.port, raw_path=target.path.encode("ascii")),
            headers={**headers, "Host": target.authority},
            content=body,
            extensions={
                "sni_hostname": target.host,
                "timeout": {
                    "connect": CONNECT_SECONDS, "read": ATTEMPT_SECONDS, "write": ATTEMPT_SECONDS,
                    "pool": ATTEMPT_SECONDS,
                },
            },
        )  # fmt: skip
        response = await self._connections().handle_async_request(request)
        try:
            await _read_past(response)
        finally:
            await response.aclose()
        good = 200 <= response.status_code < 300
        return Outcome(response.status_code, Fault.NONE if good else Fault.STATUS)

    def _connections(self) -> httpx2.AsyncHTTPTransport:
        """Made when it is needed first: reading the trusted certificates takes a while."""
        if self._transport is None:
            self._transport = httpx2.AsyncHTTPTransport(
                verify=self._trust or httpx2.create_ssl_context(trust_env=False),
                trust_env=False,
                limits=httpx2.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=0),
            )
        return self._transport


async def _read_past(response: httpx2.Response) -> None:
    """Read what is answered, as it comes and not unpacked, and throw it away."""
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > ANSWER_BYTES:
            return


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
