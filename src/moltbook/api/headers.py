"""A request's headers, of which the door reads very few."""

from collections.abc import Iterable

from moltbook.kernel.errors import Unauthorized


class Headers:
    """The few headers that matter here."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = raw

    def get(self, name: bytes) -> bytes | None:
        """A header's value."""
        for key, value in self._raw:
            if key == name:
                return value
        return None

    def key(self) -> str | None:
        """The API key, from Authorization or X-API-Key."""
        for name, value in self._raw:
            if name == b"authorization":
                scheme, _, key = value.partition(b" ")
                if scheme.lower() == b"bearer" and key.strip():
                    return key.strip().decode("latin-1")
                raise Unauthorized("Authorization must be 'Bearer YOUR_KEY'.")
            if name == b"x-api-key" and value.strip():
                return value.strip().decode("latin-1")
        return None
