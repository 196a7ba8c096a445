"""What a page is: its address, what it reads, how it is told apart from its likes, what twins it has.

In this room: the row of the table of pages and what goes in and out of it. Not here: the rows (table, pages), how they
are answered (routes), how they look (templates, filling) or are spelled for machines (twins).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct

from moltbook.house import House
from moltbook.web.frame import Frame

Choice = TypeVar("Choice", bound=StrEnum)


class Asked(Struct, frozen=True):
    """What was asked for: the parts of the address, its query, and the past minute whose page it is (None is now)."""

    parts: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    at: datetime | None = None

    def one_of(self, kind: type[Choice], name: str = "sort") -> Choice:
        """Which of these the query names; a slip in the address means the first, which is the usual one."""
        text = self.query.get(name, "")
        return kind(text) if text in set(kind) else next(iter(kind))

    @property
    def cursor(self) -> str | None:
        """Where a list goes on."""
        return self.query.get("cursor") or None


class Shown(Struct, frozen=True, kw_only=True):
    """A page as plain data: ids are canonical text, times are aware, texts are raw as their agents wrote them."""

    frame: Frame


class Entry(Struct, frozen=True, kw_only=True):
    """A row of a list as a feed reader takes it; `path` is where it is read, `text` as its agent wrote it."""

    id: str
    path: str
    title: str
    author: str
    at: datetime
    text: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """A row of the table of pages.

    `choices` are the parameters with few values that make pages of their own, kept as bytes; with one of `free` in the
    query a page is built anew each time. `address` gives a shown page's path, `dress` what its HTML needs beyond the
    data, `entries` the rows of a list, `stream` which live events concern it.
    """

    path: str
    shows: type[Shown]
    read: Callable[[House, Frame, Asked], Awaitable[Any]]
    template: str
    address: Callable[[Any], str]
    name: str = ""
    choices: Mapping[str, type[StrEnum]] = {}
    free: frozenset[str] = frozenset({"cursor"})
    dress: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    entries: Callable[[Any], Sequence[Entry]] | None = None
    stream: Callable[[Any], Mapping[str, str] | None] | None = None

    @property
    def here(self) -> str:
        """The entry of the navigation under which it stands."""
        return "/" + self.path.split("/")[1]
