"""The applications' table as the Committer loads and writes it."""

from moltbook.db.table import Table
from moltbook.identity.model import AppRow

APPS = Table(
    "apps",
    AppRow,
    {"id": "uuid", "name": "text", "digest": "bytea", "created_at": "timestamptz", "revoked_at": "timestamptz"},
    key=("id",),
    settable=("revoked_at",),
)
