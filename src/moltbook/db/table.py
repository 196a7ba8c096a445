"""Tables as the Committer sees them: a row type, a key, and the SQL that loads and writes many rows at once.

SQL is composed here once a table from its columns, never once an act. A slice declares its tables in `tables.py`.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec

Row = TypeVar("Row", bound=msgspec.Struct)


class Table(Generic[Row]):
    """One table: columns in the order of the row's fields, with their PostgreSQL types.

    `key` names the leading columns that tell rows apart. `lock` takes the rows' locks when they are loaded, so that
    what an act read is still true when it is written. `settable` columns are written back when a row was touched;
    `summable` ones also move by deltas, without the row in hand.
    """

    def __init__(
        self,
        name: str,
        row: type[Row],
        columns: dict[str, str],
        *,
        key: Sequence[str],
        lock: bool = True,
        settable: Sequence[str] = (),
        summable: Sequence[str] = (),
        find_by: str | None = None,
    ) -> None:
        if tuple(columns) != row.__struct_fields__:
            raise TypeError(f"columns of {name} differ from the fields of {row.__name__}")
        self.name = name
        self.row = row
        self.key = tuple(key)
        self.lock = lock
        self.settable = tuple(settable)
        self.summable = tuple(summable)
        self.columns = columns
        self.find_by = find_by or (self.key[0] if len(self.key) == 1 else None)
        self.key_of: Callable[[Row], Any] = attrgetter(*([self.find_by] if self.find_by else self.key))
        self.update_of: Callable[[Row], tuple[Any, ...]] = attrgetter(*self.key, *self.settable)
        self.load_sql = self._load_sql()

    def _load_sql(self) -> str:
        names = ", ".join(f"t.{column}" for column in self.columns)
        lock = " FOR NO KEY UPDATE OF t" if self.lock else ""
        if self.find_by:
            return (
                f"SELECT {names} FROM {self.name} t"
                f" WHERE t.{self.find_by} = ANY($1::{self.columns[self.find_by]}[]) ORDER BY t.{self.find_by}{lock}"
            )
        keys = ", ".join(f"${i}::{self.columns[column]}[]" for i, column in enumerate(self.key, 1))
        same = " AND ".join(f"t.{column} = k.{column}" for column in self.key)
        order = ", ".join(f"t.{column}" for column in self.key)
        return (
            f"SELECT {names} FROM unnest({keys}) AS k({', '.join(self.key)})"
            f" JOIN {self.name} t ON {same} ORDER BY {order}{lock}"
        )

    def load_args(self, keys: Sequence[Any]) -> list[Any]:
        """The parameters of `load_sql` for these keys."""
        if self.find_by:
            return [list(keys)]
        return [list(column) for column in zip(*keys, strict=True)]

    def _arrays(self, names: Sequence[str], first: int) -> str:
        return ", ".join(f"${first + i}::{self.columns[name]}[]" for i, name in enumerate(names))

    def insert(self, rows: Sequence[Row], first: int) -> tuple[str, list[Any]]:
        """The statement and parameters ($first…) that insert these rows."""
        names = tuple(self.columns)
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
        sql = f"INSERT INTO {self.name} ({', '.join(names)}) SELECT * FROM unnest({self._arrays(names, first)})"
        return sql, [list(column) for column in columns]

    def update(self, rows: Sequence[Row], first: int) -> tuple[str, list[Any]]:
        """The statement and parameters that write the settable columns of these rows back."""
        names = (*self.key, *self.settable)
        columns = zip(*map(self.update_of, rows), strict=True)
        sets = ", ".join(f"{name} = u.{name}" for name in self.settable)
        return self._from_unnest(f"UPDATE {self.name} t SET {sets}", names, first), [list(c) for c in columns]

    def delete(self, rows: Sequence[Row], first: int) -> tuple[str, list[Any]]:
        """The statement and parameters that delete these rows."""
        keys = [tuple(getattr(row, name) for name in self.key) for row in rows]
        arrays = f"unnest({self._arrays(self.key, first)}) AS u({', '.join(self.key)})"
        same = " AND ".join(f"t.{name} = u.{name}" for name in self.key)
        return f"DELETE FROM {self.name} t USING {arrays} WHERE {same}", [list(c) for c in zip(*keys, strict=True)]

    def sum(self, deltas: dict[Any, list[int]], first: int) -> tuple[str, list[Any]]:
        """The statement and parameters that add these deltas ({key: one number a summable column})."""
        sets = ", ".join(f"{name} = t.{name} + u.{name}" for name in self.summable)
        columns = [list(deltas), *(list(column) for column in zip(*deltas.values(), strict=True))]
        return self._from_unnest(f"UPDATE {self.name} t SET {sets}", (*self.key, *self.summable), first), columns

    def _from_unnest(self, update: str, names: Sequence[str], first: int) -> str:
        same = " AND ".join(f"t.{name} = u.{name}" for name in self.key)
        return f"{update} FROM unnest({self._arrays(names, first)}) AS u({', '.join(names)}) WHERE {same}"
