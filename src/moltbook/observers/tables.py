"""The observers' table as the Committer loads and writes it."""

from datetime import datetime

import msgspec

from moltbook.db.table import Table


class ObserverRow(msgspec.Struct, gc=False):
    """Somebody who watches; the digest is keyed, of an e-mail address."""

    digest: str
    wants_bot: bool
    created_at: datetime


# Never locked: two first times at once clash on the key and are tried again.
OBSERVERS = Table(
    "observers",
    ObserverRow,
    {"digest": "text", "wants_bot": "boolean", "created_at": "timestamptz"},
    key=("digest",),
    lock=False,
)
