"""The press: one thread that draws, what it drew lately, and how much may wait for it.

Drawing costs some ten milliseconds of a processor, and anybody may ask. So the same placard is drawn once however many
ask at a time, what was drawn is kept within a bound of bytes, and past a short queue the answer is no.
"""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

import msgspec
import PIL

from moltbook.kernel.errors import Unavailable
from moltbook.web.placards.drawing import Placard, drawn

WAITING = 16
KEPT_BYTES = 24_000_000
# Raised whenever the drawing changes, so that nobody keeps a former one.
_EDITION = 1


def edition_of(placard: Placard) -> str:
    """Names the picture of a placard: whoever has a picture of this name has the one that would be drawn."""
    said = msgspec.msgpack.encode((_EDITION, PIL.__version__, placard))
    return blake2b(said, digest_size=12).hexdigest()


class Press:
    """Draws placards off the event loop and keeps them."""

    def __init__(self, kept_bytes: int = KEPT_BYTES, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(1, "placards")
        self._most_bytes = kept_bytes
        self._most_waiting = waiting
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._at_work: dict[str, asyncio.Future[bytes]] = {}
        self.bytes = 0
        self.drawings = 0

    async def printed(self, placard: Placard) -> bytes:
        """The picture of a placard.

        Raises: Unavailable.
        """
        edition = edition_of(placard)
        kept = self._kept.get(edition)
        if kept is not None:
            self._kept.move_to_end(edition)
            return kept
        work = self._at_work.get(edition)
        if work is None:
            if len(self._at_work) >= self._most_waiting:
                raise Unavailable("Too many pictures are being drawn.")
            work = asyncio.get_running_loop().run_in_executor(self._threads, drawn, placard)
            self._at_work[edition] = work
            work.add_done_callback(lambda done: self._keep(edition, done))
        # Whoever goes away leaves the others their picture.
        return await asyncio.shield(work)

    def _keep(self, edition: str, done: asyncio.Future[bytes]) -> None:
        del self._at_work[edition]
        if done.cancelled() or done.exception() is not None:
            return
        self.drawings += 1
        self._kept[edition] = done.result()
        self.bytes += len(done.result())
        while self.bytes > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= len(oldest)
