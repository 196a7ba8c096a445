"""Threads: the posts and comments there are so far, as columns, and what was done already.

In this room: rows that are added and looked up by time, and the memory of pairs (who voted on what, who follows whom).
"""

import numpy as np
import numpy.typing as npt

from moltbook.minds.society.ids import Kind, Words, mix
from moltbook.minds.society.people import Bools, Floats

NONE = -1

POST = np.dtype(
    [
        ("author", np.int32), ("submolt", np.int32), ("topic", np.int16), ("hello", np.bool_),
        ("comments", np.int32), ("votes", np.int32), ("care", np.float32), ("returns", np.float32), ("last", np.int32),
    ]
)  # fmt: skip
COMMENT = np.dtype(
    [("author", np.int32), ("post", np.int32), ("parent", np.int32), ("rank", np.int32), ("votes", np.int32)]
)

Rows = npt.NDArray[np.void]
Places = npt.NDArray[np.int64]

_BITS_AN_ENTRY = 32


class Table:
    """Rows in the order of time, with a time each."""

    def __init__(self, kind: np.dtype[np.void], expected: int) -> None:
        self.count = 0
        self._at = np.empty(max(expected, 1))
        self._rows = np.zeros(max(expected, 1), dtype=kind)

    @property
    def at(self) -> Floats:
        """When each row came, in seconds from the beginning."""
        return self._at[: self.count]

    @property
    def rows(self) -> Rows:
        """All rows; to be changed in place."""
        return self._rows[: self.count]

    def add(self, at: Floats, rows: Rows) -> None:
        """Add rows, none of them earlier than the last one."""
        upto = self.count + len(at)
        if upto > len(self._at):
            room = max(upto, len(self._at) * 3 // 2)
            self._at = np.resize(self._at, room)
            self._rows = np.resize(self._rows, room)
        self._at[self.count : upto] = at
        self._rows[self.count : upto] = rows
        self.count = upto

    def before(self, moments: Floats) -> Places:
        """The last row at or before each moment; NONE where there is none."""
        return np.searchsorted(self.at, moments, side="right") - 1


class Pairs:
    """Which pairs there were: a Bloom filter with one hash, so that an old pair is always known, a new one rarely."""

    def __init__(self, expected: int) -> None:
        self._shift = np.uint64(64 - max(16, (expected * _BITS_AN_ENTRY).bit_length()))
        self._seen = np.zeros(1 << (64 - int(self._shift) - 3), dtype=np.uint8)

    def admit(self, one: npt.NDArray[np.integer], other: npt.NDArray[np.integer]) -> Bools:
        """Which of the pairs are new, the first of equal ones; they are known from now on."""
        keys: Words = mix(0, Kind.PAIR, (one.astype(np.uint64) << np.uint64(32)) | other.astype(np.uint64))
        places = (keys >> self._shift).astype(np.int64)
        cells, bits = places >> 3, np.left_shift(1, places & 7).astype(np.uint8)
        new: Bools = (self._seen[cells] & bits) == 0
        first = np.zeros(len(places), dtype=bool)
        first[np.unique(places, return_index=True)[1]] = True
        new &= first
        np.bitwise_or.at(self._seen, cells[new], bits[new])
        return new
