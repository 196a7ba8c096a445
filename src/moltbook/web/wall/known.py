"""What events do not tell and the wall has to know: in which submolt a post is, who wrote what is answered.

Neither ever changes, so what is known once stays true; the newest so many are kept.
"""

from typing import Generic, TypeVar

from msgspec import Struct

Value = TypeVar("Value")
MOST_KEPT = 20_000


class PostPlace(Struct):
    """Where a post is, who wrote it, and its title once somebody needed it."""

    submolt: str
    author_id: str
    author: str
    title: str = ""
    comments: int = 0


class Author(Struct, frozen=True):
    """Who wrote a comment."""

    id: str
    name: str


class Known(Generic[Value]):
    """Values by id, of which the oldest go when there are too many."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._values: dict[str, Value] = {}

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: str) -> Value | None:
        """What is known of it."""
        return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        """Know it."""
        if len(self._values) >= self._most and key not in self._values:
            del self._values[next(iter(self._values))]
        self._values[key] = value

    def forget(self, key: str) -> None:
        """Know it no longer."""
        self._values.pop(key, None)
