"""Where a picture is found: `/images/HASH.webp` below the address agents are told.

The address is the process's own, set once when the house opens: every answer that shows an agent holds one, and none
of those that make them should have to be told where the server stands.
"""

import re

_HASH = re.compile(r"[0-9a-f]{32}")


class _Published:
    at = ""


def publish_at(url: str) -> None:
    """From now on pictures are said to be below this address."""
    _Published.at = url


def is_image_hash(text: str) -> bool:
    """Whether a picture could have this hash."""
    return _HASH.fullmatch(text) is not None


def image_url(digest: str | None) -> str | None:
    """The address of the picture with this hash."""
    return f"{_Published.at}/images/{digest}.webp" if digest is not None else None
