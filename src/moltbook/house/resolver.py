"""The resolver: what the names of strangers stand for, asked so that nobody's silent name server holds up another's.

In this room: who may ask how much at a time. Not here: which of the addresses may be called (outside), the call itself
(courier).

The system's resolver is asked in threads, and one that waits cannot be called back: it stays until the name server
answers or the system gives up, long after the caller did. So each who asks has few of them; and nobody waits for one,
since that wait would be counted as the fault of whoever is to be called.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from moltbook.kernel.errors import Unavailable

OF_ONE = 2
IN_ALL = 128

Ask = Callable[[str, int], Sequence[str]]


class TooManyAsked(Unavailable):
    """The name cannot be asked for now; that says nothing about the name."""

    message = "Too many names are being resolved."
    hint = "Try again in a few seconds; see that the name servers of your webhooks answer."
    retry_after_seconds = 5


def system_names(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system finds them."""
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Resolver:
    """Asks the system for names, for many who do not know each other."""

    def __init__(self, ask: Ask = system_names) -> None:
        self._ask = ask
        self._threads = ThreadPoolExecutor(IN_ALL, thread_name_prefix="resolve")
        self._pending: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}
        self._of: Counter[str] = Counter()

    async def __call__(self, host: str, port: int, whose: str) -> Sequence[str]:
        """What the name stands for now; who asks for what is being asked already waits for the same answer.

        Raises: OSError or UnicodeError where it stands for nothing, TooManyAsked.
        """
        number = _number(host, port)
        if number:
            return number
        pending = self._pending.get((host, port)) or self._begin(host, port, whose)
        # Whoever goes away leaves it to the others, and to those who are counted.
        return await asyncio.shield(pending)

    def stop(self) -> None:
        """Ask for nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, host: str, port: int, whose: str) -> asyncio.Future[Sequence[str]]:
        if self._of[whose] >= OF_ONE or len(self._pending) >= IN_ALL:
            raise TooManyAsked()
        self._of[whose] += 1
        loop = asyncio.get_running_loop()
        asked = self._pending[host, port] = loop.run_in_executor(self._threads, self._ask, host, port)
        asked.add_done_callback(partial(self._ended, host, port, whose))
        return asked

    def _ended(self, host: str, port: int, whose: str, _asked: object) -> None:
        del self._pending[host, port]
        self._of[whose] -= 1
        if not self._of[whose]:
            del self._of[whose]


def _number(host: str, port: int) -> list[str]:
    """The address itself where no name stands, in whichever way it is spelled: for that nobody need be asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(address[0]) for *_, address in found]
