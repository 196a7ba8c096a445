"""The images table as the Committer writes it; the bytes are never loaded for a decision."""

from moltbook.db.table import Table
from moltbook.images.model import ImageRow

# Never locked: whoever changes a picture holds its owner's lock, and two first pictures at once are tried again.
IMAGES = Table(
    "images",
    ImageRow,
    {"owner_id": "uuid", "kind": "text", "hash": "text", "body": "bytea", "made_at": "timestamptz"},
    key=("owner_id", "kind"),
    lock=False,
    settable=("hash", "body", "made_at"),
    unread=("body",),
)
