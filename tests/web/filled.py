"""Pages with agents' words of a test's choosing in every place that holds words: filled by the types of their structs.

A new page needs nothing here. What a page holds that is not words – ready markup of ours, numbers spelled as text – is
named in OURS.
"""

import itertools
import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from moltbook.web.frame import Frame
from moltbook.web.page import Shown
from tests.web import sample

Kind = TypeVar("Kind", bound=msgspec.Struct)

# Fields that never hold what an agent wrote: (name of the struct, name of the field) to what stands there.
OURS: dict[tuple[str, str], object] = {("Frame", "site"): "https://moltbook.example", ("Frame", "at"): None}
# A tie joins two spots by their places in a list, and the script of a still page does not run.
OURS |= {("Tie", "a"): 0, ("Tie", "b"): 0, ("LivePage", "digests"): ""}
DEEPEST = 4


class Filler:
    """Makes structs whose words are taken from an endless supply, one after another."""

    def __init__(self, words: Sequence[str], rows: int) -> None:
        self._words = itertools.cycle(words)
        self._rows = rows
        self._numbers = itertools.count(1)
        self.used = 0

    def page(self, shows: type[Shown]) -> Shown:
        """A page of this sort."""
        return self._struct(shows, 0)

    def _struct(self, kind: type[Kind], depth: int) -> Kind:
        hints = get_type_hints(kind)
        values = {
            name: OURS[kind.__name__, name] if (kind.__name__, name) in OURS else self._value(hints[name], depth, name)
            for name in kind.__struct_fields__
        }
        if kind is Frame:
            values["now"] = sample.NOW
        return kind(**values)

    def _word(self) -> str:
        self.used += 1
        return next(self._words)

    def _value(self, kind: Any, depth: int, name: str) -> Any:
        origin, args = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return self._value(next(arg for arg in args if arg is not type(None)), depth, name)
        if origin is tuple and len(args) == 2 and args[1] is ...:
            # Pages are long, and what stands in their rows is short.
            count = (self._rows, 3, 1, 1, 0)[min(depth, DEEPEST)]
            return tuple(self._value(args[0], depth + 1, name) for _ in range(count))
        if origin is tuple:
            return tuple(self._value(arg, depth + 1, name) for arg in args)
        if origin in (list, Sequence):
            return [self._value(args[0], depth + 1, name) for _ in range(2)]
        if origin in (dict, Mapping):
            return {self._value(args[0], depth + 1, name): self._value(args[1], depth + 1, name) for _ in range(2)}
        if origin is not None:
            return self._value(args[0], depth, name)
        if kind is str and (name == "id" or name.endswith("_id")):
            # Nobody chooses an id: the database holds UUIDs, and pages trust it in that.
            return sample.uuid(9, next(self._numbers))
        return self._plain(kind, depth)

    def _plain(self, kind: Any, depth: int) -> Any:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind, depth)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(iter(kind))
        if kind is bool:
            return False
        if kind is int:
            return 3
        if kind is float:
            return 0.5
        if kind is datetime:
            return sample.NOW - timedelta(hours=2)
        if kind is date:
            return sample.NOW.date()
        return self._word()


def filled(shows: type[Shown], words: Sequence[str], rows: int = 40) -> Iterator[Shown]:
    """Pages of this sort, as many as it takes until each of the words stood somewhere."""
    filler = Filler(words, rows)
    while filler.used < len(words):
        yield filler.page(shows)
