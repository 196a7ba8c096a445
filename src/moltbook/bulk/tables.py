"""The streams' table as the Committer loads and writes it."""

from datetime import datetime

import msgspec

from moltbook.db.table import Table


class StreamRow(msgspec.Struct, gc=False):
    """How far a stream has come: the number of its last line, and the moment of that."""

    id: str
    n: int
    at: datetime


# Its lock keeps a second writer of the same stream waiting, who then finds it moved.
STREAMS = Table(
    "streams",
    StreamRow,
    {"id": "text", "n": "bigint", "at": "timestamptz"},
    key=("id",),
    settable=("n", "at"),
    sole=True,
)
