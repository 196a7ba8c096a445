"""Texts: what was written, kept on the disk until a few of them are asked for.

Beside each stays a fingerprint, the same for texts that differ only in case and white space.
"""

import os
import weakref
from array import array
from collections.abc import Iterable
from hashlib import blake2b
from tempfile import TemporaryFile

# The fingerprint of a text without a word.
EMPTY = 0
_BUFFER_BYTES = 1 << 20


class Texts:
    """A pile of texts in a file without a name, which vanishes with the pile."""

    def __init__(self) -> None:
        self._file = TemporaryFile(buffering=_BUFFER_BYTES)  # noqa: SIM115 - it lives as long as the pile
        weakref.finalize(self, self._file.close)
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, text: str) -> int:
        """Lay a text on the pile; returns its fingerprint."""
        self._ends.append(self._ends[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))
        return fingerprint(text)

    def read(self, places: Iterable[int]) -> list[str]:
        """The texts that were laid down as number so and so."""
        self._file.flush()
        file, ends = self._file.fileno(), self._ends
        return [
            os.pread(file, ends[place + 1] - ends[place], ends[place]).decode("utf-8", "surrogatepass")
            for place in places
        ]


def fingerprint(text: str) -> int:
    """A number that is the same for texts with the same words: lower case, white space squeezed."""
    words = " ".join(text.lower().split())
    if not words:
        return EMPTY
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1
