"""The world of one batch: every row its acts need, in memory, and what they changed.

An act sees rows, changes them, adds new ones, adds deltas to rows it need not see, and emits events. No SQL here, no
waiting. The Committer loads a World before the acts decide and writes it afterwards.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from moltbook.db.table import Row, Table
from moltbook.kernel.clock import iso
from moltbook.kernel.ids import NewId, new_id

Answer = TypeVar("Answer")

encode_json: Callable[[Any], bytes] = msgspec.json.Encoder().encode


class Event(msgspec.Struct, frozen=True, tag_field="kind"):
    """Something that happened. Its tag is the event's kind, its fields are the body the log keeps."""


class Act(msgspec.Struct, Generic[Answer], frozen=True):
    """A wish to change something, with the three steps in which it is granted or refused."""

    def needs(self, wants: "Wants") -> None:
        """Name the rows that must be in memory to decide."""

    def further(self, wants: "Wants", world: "World") -> None:
        """Name the rows that only the first ones could tell."""

    def decide(self, world: "World") -> Answer:
        """Check, change the world, and answer – or raise a Refusal before anything was changed."""
        raise TypeError(f"{type(self).__name__} does not say how it is decided")


class Wants:
    """The keys of rows a batch asks for, by table."""

    def __init__(self) -> None:
        self.keys: dict[Table[Any], set[Any]] = {}

    def ask(self, table: Table[Any], key: Any) -> None:
        """Ask for the row with this key."""
        keys = self.keys.get(table)
        if keys is None:
            self.keys[table] = {key}
        else:
            keys.add(key)


class Rows(Generic[Row]):
    """One table's rows in this world."""

    __slots__ = ("_first_delta", "added", "deltas", "removed", "rows", "table", "touched")

    def __init__(self, table: Table[Row]) -> None:
        self.table = table
        self.rows: dict[Any, Row] = {}
        self.added: dict[Any, Row] = {}
        self.touched: dict[Any, Row] = {}
        self.removed: dict[Any, Row] = {}
        self.deltas: dict[Any, list[int]] = {}

    def get(self, key: Any) -> Row | None:
        """The row with this key, if there is one."""
        return self.rows.get(key)

    def add(self, row: Row) -> None:
        """A new row."""
        key = self.table.key_of(row)
        self.rows[key] = row
        if self.removed.pop(key, None) is not None:
            if self.table.settable:
                self.touched[key] = row
        else:
            self.added[key] = row

    def touch(self, row: Row) -> None:
        """The row was changed in place: write it back."""
        key = self.table.key_of(row)
        if key not in self.added:
            self.touched[key] = row

    def remove(self, row: Row) -> None:
        """The row goes away."""
        key = self.table.key_of(row)
        del self.rows[key]
        if self.added.pop(key, None) is None:
            self.touched.pop(key, None)
            self.removed[key] = row

    def sum(self, key: Any, column: str, by: int) -> None:
        """Add to a counter of a row that need not be in memory. The row in memory, if any, moves too."""
        row = self.rows.get(key)
        if row is not None:
            setattr(row, column, getattr(row, column) + by)
            if key in self.added:
                return
        delta = self.deltas.get(key)
        if delta is None:
            delta = self.deltas[key] = [0] * len(self.table.summable)
        delta[self.table.summable.index(column)] += by


class World:
    """All rows of one batch, its time, its ids and its events."""

    def __init__(self, now: datetime, ids: NewId = new_id) -> None:
        self.now = now
        self.new_id = ids
        self.tables: dict[Table[Any], Rows[Any]] = {}
        self.kinds: list[str] = []
        self.actors: list[str | None] = []
        self.bodies: list[str] = []
        self.clock_text = iso(now)

    def __getitem__(self, table: Table[Row]) -> Rows[Row]:
        rows = self.tables.get(table)
        if rows is None:
            rows = self.tables[table] = Rows(table)
        return rows

    def take(self, table: Table[Row], rows: Iterable[Row]) -> None:
        """Put loaded rows into the world; a row that is already there stays as it is."""
        mine = self[table].rows
        key_of = table.key_of
        for row in rows:
            mine.setdefault(key_of(row), row)

    def emit(self, event: Event, actor: str | None) -> None:
        """Say what happened; the log keeps it in the same transaction."""
        self.kinds.append(str(event.__struct_config__.tag))
        self.actors.append(actor)
        self.bodies.append(encode_json(event).decode())

    def writes(self) -> list[tuple[str, list[Any]]]:
        """Everything that changed, as statements of data-modifying CTEs with their parameters.

        One statement nearly always. PostgreSQL applies only one change to a row within a statement, so a second change
        of the same table follows in a second one.
        """
        first, second = _Statement(), _Statement()
        updated: set[str] = set()
        for rows in self.tables.values():
            table = rows.table
            if rows.removed:
                first.add(table.delete(list(rows.removed.values()), first.next))
            if rows.added:
                first.add(table.insert(list(rows.added.values()), first.next))
            if rows.touched:
                statement = second if table.name in updated else first
                statement.add(table.update(list(rows.touched.values()), statement.next))
                updated.add(table.name)
            deltas = {key: delta for key, delta in rows.deltas.items() if any(delta)}
            if deltas:
                statement = second if table.name in updated else first
                statement.add(table.sum(deltas, statement.next))
                updated.add(table.name)
        return [(s.sql(), s.args) for s in (first, second) if s.parts]


class _Statement:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.args: list[Any] = []

    @property
    def next(self) -> int:
        return len(self.args) + 1

    def add(self, made: tuple[str, list[Any]]) -> None:
        self.parts.append(made[0])
        self.args.extend(made[1])

    def sql(self) -> str:
        ctes = ", ".join(f"w{i} AS ({part})" for i, part in enumerate(self.parts[:-1]))
        return f"WITH {ctes} {self.parts[-1]}" if ctes else self.parts[-1]
