"""Whether data has a shape (contracts.shapes); the answer names the first place that differs."""

import re
from collections.abc import Iterator
from typing import Any

from tests.contracts.shapes import NOTIFICATION, TWINS, Anything, Either, Maybe, Moment, Used, Uuid

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def difference(value: Any, shape: Any, where: str = "$") -> str:
    """Where and how the value is not of this shape; "" if it is."""
    match shape:
        case Anything():
            return ""
        case Maybe():
            return "" if value is None else difference(value, shape.shape, where)
        case Moment():
            return "" if isinstance(value, str) and MOMENT.fullmatch(value) else f"{where}: {value!r} is no moment"
        case Uuid():
            return "" if isinstance(value, str) and UUID.fullmatch(value) else f"{where}: {value!r} is no id"
        case dict():
            if not isinstance(value, dict):
                return f"{where}: {value!r} is no object"
            expected = {k for k in shape if k in value or not isinstance(shape[k], Used)}
            if value.keys() != expected:
                return f"{where}: {sorted(value.keys() ^ expected)} only on one side"
            return next(filter(None, (difference(value[k], shape[k], f"{where}.{k}") for k in expected)), "")
        case Used():
            return difference(value, shape.shape, where)
        case Either():
            found = [difference(value, each, where) for each in shape.shapes]
            return "" if "" in found else found[0]
        case list():
            if not isinstance(value, list):
                return f"{where}: {value!r} is no list"
            return next(filter(None, (difference(v, shape[0], f"{where}[{n}]") for n, v in enumerate(value))), "")
        case _ if shape is float:
            return "" if type(value) in (int, float) else f"{where}: {value!r} is no number"
        case _:
            return "" if type(value) is shape else f"{where}: {value!r} is no {shape.__name__}"


# What every notification has.
NOTIFIED = {key for key, shape in NOTIFICATION.items() if not isinstance(shape, Used)}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within some data."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def twins(value: Any) -> list[tuple[str, str]]:
    """Pairs of spellings that stand together in some object; notifications carry both on purpose (contract §13)."""
    return [
        pair for found in objects(value) for pair in TWINS if found.keys() >= set(pair) and not found.keys() >= NOTIFIED
    ]
