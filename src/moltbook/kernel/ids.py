"""Ids: UUIDv7 for what is born here, any UUID for what was imported.

An id travels through Python as its canonical lower-case text: it is what JSON carries, its hash is
cached, and the database driver hands it over without building an object.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import NewType
from uuid import UUID

from uuid_utils import uuid7

from moltbook.kernel.errors import BadRequest

AgentId = NewType("AgentId", str)
SubmoltId = NewType("SubmoltId", str)
PostId = NewType("PostId", str)
CommentId = NewType("CommentId", str)

NewId = Callable[[], str]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def new_id() -> str:
    """Make a time-ordered id (UUIDv7)."""
    return str(uuid7())


def numbered_id(at: datetime, number: int) -> str:
    """The UUIDv7 of a moment and a number below 2**62: the same for the same two, and in the order of the moments."""
    milliseconds = int(at.timestamp() * 1000)
    return str(UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | number))


class BadId(BadRequest):
    """The text is no UUID (contract §1)."""

    code = "VALIDATION_ERROR"
    message = "Validation failed (uuid is expected)"
    hint = "Use an id exactly as an earlier answer gave it."


def parse_id(text: str) -> str:
    """Read an id in any spelling of its letters.

    Raises: BadId.
    """
    if _UUID.fullmatch(text) is None:
        raise BadId()
    return text.lower()
