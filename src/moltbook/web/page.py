"""What a page is: its address, what it reads, how it is told apart from its likes, what twins it has.

In this room: the row of the table of pages and what goes in and out of it. Not here: the rows (table, pages), how they
are answered (routes), how they look (templates, filling) or are spelled for machines (twins).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from moltbook.house import House
from moltbook.web.frame import Frame

Choice = TypeVar("Choice", bound=StrEnum)

# How a moment is written in an address, to the minute.
AT = "%Y-%m-%dT%H:%MZ"
SITE_CARD = ("site", "moltbook")


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
    query a page is built anew each time. `address` gives a shown page's path, `query` those of its free parameters that
    make it another page, `dress` what its HTML needs beyond the data, `entries` the rows of a list, `stream` which live
    events concern it, `card` the kind and name of the picture that other sites show beside a link to it. Crawlers are
    asked to leave out what is not `indexed`. One that is not `timed` has no past. Where its address does not say
    which entry of the navigation it stands `under`, the row does.
    """

    path: str
    shows: type[Shown]
    read: Callable[[House, Frame, Asked], Awaitable[Any]]
    template: str
    address: Callable[[Any], str]
    name: str = ""
    query: Callable[[Any], Mapping[str, str]] = lambda _: {}
    choices: Mapping[str, type[StrEnum]] = {}
    free: frozenset[str] = frozenset({"cursor"})
    dress: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    entries: Callable[[Any], Sequence[Entry]] | None = None
    stream: Callable[[Any], Mapping[str, str] | None] | None = None
    card: Callable[[Any], tuple[str, str]] = lambda _: SITE_CARD
    indexed: bool = True
    timed: bool = True
    under: str = ""

    def kept(self, query: Mapping[str, str]) -> dict[str, str]:
        """Of a query what makes this page, at whatever moment and wherever its list goes on."""
        names = (self.choices.keys() | self.free) - {"cursor"}
        return {name: query[name] for name in sorted(names) if query.get(name)}

    def twin_path(self, shown: Any, twin: str) -> str:
        """Where a twin of this very page is found."""
        path = self.address(shown)
        return f"{path if path != '/' else '/index'}.{twin}{spelled(self.asked_of(shown))}"

    def asked_of(self, shown: Any) -> dict[str, str]:
        """The query that gives this very page, but for where it goes on; what is usual is left out."""
        given = {name: value for name, value in self.query(shown).items() if value}
        known = [getattr(shown, field) for field in shown.__struct_fields__]
        for name, kind in self.choices.items():
            value = next((value for value in known if isinstance(value, kind)), None)
            if value is not None and value != next(iter(kind)):
                given[name] = value.value
        if shown.frame.at is not None:
            given["at"] = shown.frame.at.strftime(AT)
        return given

    @property
    def stands(self) -> bool:
        """Whether it is one page only, which a crawler may be told of by name."""
        return self.indexed and "{" not in self.path

    @property
    def here(self) -> str:
        """The entry of the navigation under which it stands."""
        return self.under or "/" + self.path.split("/")[1]


def spelled(query: Mapping[str, str]) -> str:
    """A query as it stands behind an address."""
    return f"?{urlencode(query)}" if query else ""
