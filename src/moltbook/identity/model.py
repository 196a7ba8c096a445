"""What an application is, and what happens to it."""

from datetime import datetime

import msgspec

from moltbook.db.world import Event


class AppRow(msgspec.Struct, gc=False):
    """An application that may verify identities; only its key's keyed digest is kept."""

    id: str
    name: str
    digest: bytes
    created_at: datetime
    revoked_at: datetime | None


class AppAdded(Event, frozen=True, tag="app.added"):
    """An application may verify identities now."""

    app_id: str


class AppRevoked(Event, frozen=True, tag="app.revoked"):
    """An application's key counts no longer."""

    app_id: str
