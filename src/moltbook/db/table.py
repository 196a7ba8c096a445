"""Tables as the Committer sees them: a row type, a key, and the SQL that loads and writes many rows at once.

SQL is composed here once a table from its columns, never once an act. A slice declares its tables in `tables.py`.

Rows travel to PostgreSQL as one JSON parameter a statement. That is encoded in C at once; an array a column costs the
driver a type check a value, eight times as much Python and half as much again in all (100 comments: 0.5 against 3.8 µs
of Python a row, 6.4 against 9.8 µs until they are in).
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec

# What JSON cannot carry as itself travels as text.
_FROM_JSON = {"bytea": "decode(u.{0}, 'base64')", "json": "u.{0}::json"}

_TO_JSON = {"bytea": "encode(t.{0}, 'base64') AS {0}", "json": "t.{0}::text AS {0}"}

_encode = msgspec.json.Encoder().encode


def encode_json(value: Any) -> str:
    """JSON text, as the driver takes it."""
    return _encode(value).decode()


Row = TypeVar("Row", bound=msgspec.Struct)


class Table(Generic[Row]):
    """One table: columns in the order of the row's fields, with their PostgreSQL types.

    `key` names the leading columns that tell rows apart. `lock` takes the rows' locks when they are loaded, so that
    what an act read is still true when it is written. `settable` columns are written back when a row was touched;
    `summable` ones also move by deltas, without the row in hand. `unread` ones are what no act has to see: they are not
    asked for, and a loaded row holds "" or 0 there. `unique` says that more than the key is so: what a batch removes is
    gone before it adds. `sole` says that nobody but Committers writes the table, so that its rows need no lock while
    there is only one of them (transaction); where rows are not locked anyway, that is so.

    Acts find rows by the key, or by the columns `find_by`. `load_from` is the SQL after FROM for a row `t` that is not
    found by its own columns alone; `{0}` stands for the keys `u` that are asked for.
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
        find_by: str | Sequence[str] | None = None,
        load_from: str | None = None,
        unread: Sequence[str] = (),
        unique: bool = False,
        sole: bool = False,
    ) -> None:
        if tuple(columns) != row.__struct_fields__:
            raise TypeError(f"columns of {name} differ from the fields of {row.__name__}")
        self.name = name
        self.row = row
        self.key = tuple(key)
        self.lock = lock
        self.unique = unique
        self.sole = sole or not lock
        self.settable = tuple(settable)
        self.summable = tuple(summable)
        self.columns = columns
        self.find_by = (find_by,) if isinstance(find_by, str) else tuple(find_by or key)
        self._load_from = load_from
        self.key_of: Callable[[Row], Any] = attrgetter(*self.find_by)
        self._changed_of: Callable[[Row], tuple[Any, ...]] = attrgetter(*self.key, *self.settable)
        self._changed = msgspec.defstruct(f"{name}_changed", (*self.key, *self.settable))
        self._delta = msgspec.defstruct(f"{name}_delta", (*self.key, *self.summable))
        self._unread = frozenset(unread)
        self._look_sql = self._load_sql()
        # They are taken in one order; rows that nobody locks may come in any.
        order = ", ".join(f"t.{column}" for column in self.find_by)
        self._lock_sql = self._load_sql(f" ORDER BY {order} FOR NO KEY UPDATE OF t") if lock else self._look_sql
        loaded = self._loaded_row() if unread else row
        self.decode: Callable[[str], list[Row]] = msgspec.json.Decoder(list[loaded]).decode  # type: ignore[valid-type]
        self.insert_sql = self._insert_sql()
        self.update_sql = self._update_sql(self.settable, "u.{0}")
        self.sum_sql = self._update_sql(self.summable, "t.{0} + u.{0}")
        self.delete_sql = f"DELETE FROM {name} t USING {self._records(self.key)} WHERE {self._same_key()}"

    def sql_to_load(self, lock: bool) -> str:
        """One JSON list of the rows with the keys in a parameter, whose place is left open; locked if that is asked."""
        return self._lock_sql if lock else self._look_sql

    def load_arg(self, keys: Sequence[Any]) -> str:
        """The parameter of `sql_to_load` for these keys."""
        if len(self.find_by) == 1:
            # Ids hold nothing that an array literal would have to quote, and one text is bound faster than many.
            return "{" + ",".join(map(str, keys)) + "}"
        return encode_json([dict(zip(self.find_by, key, strict=True)) for key in keys])

    def rows_arg(self, rows: Sequence[Row]) -> str:
        """The parameter of `insert_sql` and `delete_sql` for these rows."""
        return encode_json(rows)

    def changes_arg(self, rows: Sequence[Row]) -> str:
        """The parameter of `update_sql` for these rows."""
        changed, changed_of = self._changed, self._changed_of
        return encode_json([changed(*changed_of(row)) for row in rows])

    def deltas_arg(self, deltas: dict[Any, list[int]]) -> str:
        """The parameter of `sum_sql` for {key: one number a summable column}."""
        return encode_json([self._delta(key, *numbers) for key, numbers in deltas.items()])

    def _load_sql(self, lock: str = "") -> str:
        names = ", ".join(
            _TO_JSON.get(kind, "t.{0}").format(name) for name, kind in self.columns.items() if name not in self._unread
        )
        if self._load_from:
            source = self._load_from.format(self._records(self.find_by))
        elif len(self.find_by) == 1:
            (column,) = self.find_by
            source = f"{self.name} t WHERE t.{column} = ANY({{}}::text::{self.columns[column]}[])"
        else:
            same = " AND ".join(f"t.{column} = u.{column}" for column in self.find_by)
            source = f"{self._records(self.find_by)} JOIN {self.name} t ON {same}"
        return f"(SELECT json_agg(x) FROM (SELECT {names} FROM {source}{lock}) x)"

    def _loaded_row(self) -> type[Row]:
        """The row with something in the places that are not asked for: each column costs PostgreSQL 0.3 µs a row."""
        fields = [
            (field.name, field.type, 0 if field.type is int else "")
            for field in msgspec.structs.fields(self.row)
            if field.name in self._unread
        ]
        loaded: type[Any] = msgspec.defstruct(
            f"{self.row.__name__}Loaded", fields, bases=(self.row,), gc=False, kw_only=True
        )
        return loaded

    def _insert_sql(self) -> str:
        values = ", ".join(_FROM_JSON.get(kind, "u.{0}").format(name) for name, kind in self.columns.items())
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) SELECT {values} FROM {self._records(self.columns)}"

    def _update_sql(self, names: Sequence[str], value: str) -> str:
        sets = ", ".join(f"{n} = {_FROM_JSON.get(self.columns[n], value).format(n)}" for n in names)
        records = self._records((*self.key, *names))
        return f"UPDATE {self.name} t SET {sets} FROM {records} WHERE {self._same_key()}"

    def _records(self, names: Iterable[str]) -> str:
        """Rows of these columns out of one JSON parameter, whose place is left open."""
        kinds = {name: self.columns[name] for name in names}
        typed = ", ".join(f"{name} {'text' if kind in _FROM_JSON else kind}" for name, kind in kinds.items())
        return f"json_to_recordset({{}}::json) AS u({typed})"

    def _same_key(self) -> str:
        return " AND ".join(f"t.{column} = u.{column}" for column in self.key)
