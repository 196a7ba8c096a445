"""The world of one batch: every row its acts need, in memory, and what they changed.

An act sees rows, changes them, adds new ones, adds deltas to rows it need not see, and emits events. No SQL here, no
waiting. The Committer loads a World before the acts decide and writes it afterwards.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from moltbook.db.table import Row, Table
from moltbook.kernel.ids import NewId, new_id

Answer = TypeVar("Answer")

_encode = msgspec.json.Encoder().encode


class Told(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One event on its way into the log; the body is JSON already. Most bear their batch's time and have none."""

    kind: str
    actor_id: str | None
    body: msgspec.Raw
    at: datetime | None = None


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

    def add(self, others: "Wants") -> None:
        """Ask for what others ask for, too."""
        for table, keys in others.keys.items():
            self.keys.setdefault(table, set()).update(keys)

    def parted(self, belongs: Callable[[Table[Any]], bool]) -> tuple["Wants", "Wants"]:
        """The keys of the tables that belong, and those of the others."""
        parts = Wants(), Wants()
        for table, keys in self.keys.items():
            parts[not belongs(table)].keys[table] = keys
        return parts


class Rows(Generic[Row]):
    """One table's rows in this world."""

    __slots__ = ("added", "again", "deltas", "removed", "rows", "table", "touched")

    def __init__(self, table: Table[Row]) -> None:
        self.table = table
        self.rows: dict[Any, Row] = {}
        self.added: dict[Any, Row] = {}
        # Removed, and added anew within this batch: deleted first, then inserted.
        self.again: dict[Any, Row] = {}
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
        (self.again if key in self.removed else self.added)[key] = row

    def touch(self, row: Row) -> None:
        """The row was changed in place: write it back."""
        key = self.table.key_of(row)
        if key not in self.added and key not in self.again:
            self.touched[key] = row

    def remove(self, row: Row) -> None:
        """The row goes away."""
        key = self.table.key_of(row)
        del self.rows[key]
        if self.added.pop(key, None) is None and self.again.pop(key, None) is None:
            self.touched.pop(key, None)
            self.deltas.pop(key, None)
            self.removed[key] = row

    def sum(self, key: Any, column: str, by: int) -> None:
        """Add to a counter of a row that need not be in memory. The row in memory, if any, moves too."""
        row = self.rows.get(key)
        if row is not None:
            setattr(row, column, getattr(row, column) + by)
            if key in self.added or key in self.again:
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
        # What events bear instead of the batch's time, while acts of another time are decided (bulk).
        self.moment: datetime | None = None
        self.tables: dict[Table[Any], Rows[Any]] = {}
        self.told: list[Told] = []

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
        self.told.append(Told(str(event.__struct_config__.tag), actor, msgspec.Raw(_encode(event)), self.moment))

    def writes(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Everything that changed: statements that take one JSON parameter each, and these parameters.

        The first list goes into one statement. PostgreSQL applies only one change to a row within a statement, so a
        second change of the same table follows in the second list, which is nearly always empty.
        """
        first: list[tuple[str, str]] = []
        second: list[tuple[str, str]] = []
        updated: set[str] = set()
        # In one order, whatever was touched first: the same text each time, which PostgreSQL has planned already.
        for rows in sorted(self.tables.values(), key=_place):
            table = rows.table
            if rows.removed:
                first.append((table.delete_sql, table.rows_arg(list(rows.removed.values()))))
            if rows.added:
                # Within one statement PostgreSQL may add before it removes.
                into = second if table.unique and rows.removed else first
                into.append((table.insert_sql, table.rows_arg(list(rows.added.values()))))
            if rows.again:
                second.append((table.insert_sql, table.rows_arg(list(rows.again.values()))))
            if rows.touched:
                part = (table.update_sql, table.changes_arg(list(rows.touched.values())))
                (second if table.name in updated else first).append(part)
                updated.add(table.name)
            deltas = {key: delta for key, delta in rows.deltas.items() if any(delta)}
            if deltas:
                (second if table.name in updated else first).append((table.sum_sql, table.deltas_arg(deltas)))
                updated.add(table.name)
        return first, second


def _place(rows: Rows[Any]) -> tuple[str, int]:
    return rows.table.name, len(rows.table.columns)
