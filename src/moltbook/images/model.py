"""What a kept picture is."""

from datetime import datetime
from enum import StrEnum

import msgspec


class ImageKind(StrEnum):
    """What a picture is used for."""

    AVATAR = "avatar"
    BANNER = "banner"


class ImageRow(msgspec.Struct, gc=False):
    """One picture of one owner; a new one takes its place."""

    owner_id: str
    kind: str
    hash: str
    body: bytes
    made_at: datetime
