"""From a tool's arguments to a request of the API: which row, and every value in its place.

Whatever the values are, the request goes to the row that was meant and to no other: a value cannot reach into a path.
Whether they are right for the row, the REST door says.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from moltbook.api.router import Router
from moltbook.house import Endpoint
from moltbook.kernel.errors import Invalid
from moltbook.mcp.intents import OTHERS, TABLE, Kit, Row
from moltbook.mcp.shapes import REPEAT_KEY, Parameter, Place, parameters, spelled, takes_a_repeat_key

_router = Router([*TABLE.values()])

# In a path these mean the place itself and the one above.
DOTS = frozenset({".", ".."})
_REPEAT_KEY = re.compile(r"[ -~]{1,200}")


class Asking(msgspec.Struct, frozen=True):
    """One request below the API's address; the path as it is, its values not yet escaped."""

    endpoint: Endpoint
    path: str
    query: dict[str, str]
    body: dict[str, Any] | None
    repeat_key: str | None

    @property
    def escaped_path(self) -> str:
        """The path as it travels."""
        return quote(self.path)


def asking_of(kit: Kit, arguments: Mapping[str, Any]) -> Asking:
    """What a tool of intents was asked for.

    Raises: Invalid.
    """
    given = dict(arguments)
    do = given.pop("do", None) if len(kit.intents) > 1 else kit.intents[0].do
    intent = next((intent for intent in kit.intents if intent.do == do), None)
    if intent is None:
        names = ", ".join(intent.do for intent in kit.intents)
        raise Invalid("do says none of what this tool can.", f"Set do to one of: {names}.", field="do")
    return _asking(intent.row, {**intent.given, **given}, intent.do)


def asking_of_rest(arguments: Mapping[str, Any]) -> Asking:
    """What the tool of all other rows was asked for.

    Raises: Invalid.
    """
    call, given = arguments.get("call"), arguments.get("arguments")
    row = OTHERS.get(call) if isinstance(call, str) else None
    if row is None:
        raise Invalid(
            "call names none of the calls of this tool.",
            "Name one as the tool's description lists it, placeholders and all, or call=list.",
            field="call",
        )
    if not isinstance(given or {}, Mapping):
        raise Invalid("arguments is not an object.", "Send the call's values by name.", field="arguments")
    merged = {**(given or {}), **({REPEAT_KEY: arguments[REPEAT_KEY]} if REPEAT_KEY in arguments else {})}
    return _asking(row, merged, f"{row[0]} {row[1]}")


def _asking(row: Row, arguments: Mapping[str, Any], called: str) -> Asking:
    _ensure_sendable(arguments)
    endpoint = TABLE[row]
    given = {name: value for name, value in arguments.items() if value is not None}
    repeat_key = _repeat_key(given.pop(REPEAT_KEY, None), endpoint)
    path, query, body = endpoint.path, dict[str, str](), dict[str, Any]()
    for parameter in parameters(row):
        if parameter.name not in given:
            if parameter.required:
                raise Invalid(f"{parameter.name} is required", f"{called} takes: {spelled(row)}.", field=parameter.name)
            continue
        value = given.pop(parameter.name)
        match parameter.place:
            case Place.PATH:
                path = path.replace(f"{{{parameter.slot}}}", _segment(parameter, value))
            case Place.QUERY:
                query[parameter.slot] = _word(parameter, value)
            case Place.BODY:
                body[parameter.slot] = value
    if given:
        strange = min(given)[:100]
        raise Invalid(f"{called} does not take {strange!r}.", f"It takes: {spelled(row) or 'nothing'}.", field=strange)
    found = _router.find(path)
    if found is None or found[0].get(endpoint.method) is not endpoint:
        raise Invalid("A name in it means something else here.", "Name the agent, submolt or thing itself.")
    return Asking(endpoint, path, query, body if endpoint.body is not None else None, repeat_key)


def _ensure_sendable(arguments: Mapping[str, Any]) -> None:
    """Raises: Invalid for what JSON lets in and lets out no more: half a character, a number without bounds."""
    try:
        msgspec.json.encode(arguments)
    except (UnicodeEncodeError, OverflowError, RecursionError) as error:
        raise Invalid("A value in it is neither text nor a number.", "Send UTF-8 and smaller numbers.") from error


def _repeat_key(value: Any, endpoint: Endpoint) -> str | None:
    if value is None or not takes_a_repeat_key(endpoint):
        return None
    if not isinstance(value, str) or _REPEAT_KEY.fullmatch(value) is None:
        raise Invalid(f"{REPEAT_KEY} is no such key.", "Send 1-200 printable ASCII characters.", field=REPEAT_KEY)
    return value


def _segment(parameter: Parameter, value: Any) -> str:
    """The value as one segment of a path."""
    text = _word(parameter, value)
    # A brace would stand for another value's place; none of our ids and names has one.
    if not text or text in DOTS or not {"/", "{", "}", "\x00"}.isdisjoint(text):
        raise Invalid(
            f"{parameter.name} cannot be such a value.", "Send the id or the name alone.", field=parameter.name
        )
    return text


def _word(parameter: Parameter, value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            raise Invalid(f"{parameter.name} is no plain value.", "Send one string or number.", field=parameter.name)
