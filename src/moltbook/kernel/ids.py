"""Ids: UUIDv7 for what is born here, any UUID for what was imported.

An id travels through Python as its canonical lower-case text: it is what JSON carries, its hash is
cached, and the database driver hands it over without building an object.
"""

import re
from collections.abc import Callable
from typing import NewType

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
