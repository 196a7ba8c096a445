"""Ids and chance by number: the same number and seed give the same id, so that none has to be kept.

In this room: a 64-bit mixing function over arrays (splitmix64), and UUIDv7 made of a time and two mixed numbers.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_VERSION = np.uint64(0x7000)
_VARIANT = np.uint64(0x8000000000000000)
_HEX = np.frombuffer(b"".join(b"%02x" % value for value in range(256)), dtype=np.uint8).reshape(256, 2)
_PLACES = np.array([n for n in range(36) if n not in (8, 13, 18, 23)])


class Kind(IntEnum):
    """What a number counts; also what a chance is drawn for."""

    AGENT = 1
    SUBMOLT = 2
    POST = 3
    COMMENT = 4
    NAME = 5
    POST_WORDS = 6
    COMMENT_WORDS = 7
    STOCK = 8
    HABIT = 9
    PAIR = 10


def mix(seed: int, kind: Kind, numbers: npt.NDArray[np.integer]) -> Words:
    """64 bits that look random, for each number."""
    salt = np.uint64((seed * 0x632BE59BD9B4E019 + kind * 0xD6E8FEB86659FD93) % 2**64)
    z = (numbers.astype(np.uint64) + salt) * _GOLDEN + salt
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


def uuids(seed: int, kind: Kind, numbers: npt.NDArray[np.integer], milliseconds: Ints) -> list[str]:
    """A UUIDv7 for each number, born at its millisecond."""
    chance = mix(seed, kind, numbers)
    high = (milliseconds.astype(np.uint64) << np.uint64(16)) | _VERSION | (chance >> np.uint64(52))
    low = (mix(seed + 1, kind, numbers) >> np.uint64(2)) | _VARIANT
    raw = np.stack([high, low], axis=1).astype(">u8").view(np.uint8).reshape(-1, 16)
    text = np.full((len(numbers), 36), ord("-"), dtype=np.uint8)
    text[:, _PLACES] = _HEX[raw].reshape(-1, 32)
    joined = text.tobytes().decode("ascii")
    return [joined[start : start + 36] for start in range(0, len(joined), 36)]
