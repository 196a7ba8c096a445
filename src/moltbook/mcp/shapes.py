"""What a tool takes: its schema, made from the query and body types of the rows it stands for.

A value in a path is called by what it belongs to (`post_id`, `agent_name`), so that it says the same in every intent.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from moltbook.house import Endpoint, Limit
from moltbook.mcp.intents import KITS, OTHERS, REST, TABLE, Kit, Row

# Whose id or name a path's value is, where the segment before it does not say so in the plural.
NOUNS = {"notes": "agent", "searches": "search", "attach": "attachment", "modlog": "entry"}
# Kept in the API for clients of another age; a model needs one way to say it.
OLD = frozenset({"offset", "page", "requester_id", "t", "shuffle", "to_owner", "recipient", "recipient_name"})
OLD_IN: Mapping[Row, frozenset[str]] = {
    ("POST", "/posts"): frozenset({"submolt"}),
    ("GET", "/posts"): frozenset({"submolt"}),
    ("GET", "/submolts/{name}/feed"): frozenset({"submolt", "submolt_name"}),
    ("POST", "/agents/dm/request"): frozenset({"content"}),
    ("POST", "/agents/dm/conversations/{id}/send"): frozenset({"content"}),
    ("GET", "/notifications"): frozenset({"filter"}),
    ("POST", "/verify"): frozenset({"code", "id"}),
}
# What few do is found in the list of calls, and not told to everybody: tending a submolt or a room, webhooks.
SELDOM = frozenset(
    "labels modlog reports appeals bans moderators roles lock remove restore pin pins reactions webhooks".split()
)
# A call of this key is done once, however often it is sent.
REPEAT_KEY = "idempotency_key"
REPEATED: Mapping[str, Any] = {"type": "string", "maxLength": 200}
_SAID = frozenset({"title", "description", "default"})
_SLOT = re.compile(r"\{(\w+)\}")


class Place(StrEnum):
    """Where in a request a value stands."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


class Parameter(msgspec.Struct, frozen=True):
    """One value a row takes: what a model calls it, where it stands under which name, and its schema."""

    name: str
    place: Place
    slot: str
    required: bool
    schema: Mapping[str, Any]


@cache
def parameters(row: Row) -> tuple[Parameter, ...]:
    """What a row takes, in the order of its path, query and body."""
    endpoint = TABLE[row]
    found = [Parameter(name, Place.PATH, slot, True, {"type": "string"}) for slot, name in _path_values(endpoint.path)]
    for place, type_ in ((Place.QUERY, endpoint.query), (Place.BODY, endpoint.body)):
        if type_ is None:
            continue
        schemas = _properties(type_)
        found += [
            Parameter(field.encode_name, place, field.encode_name, field.required, schemas[field.encode_name])
            for field in msgspec.structs.fields(type_)
            if field.encode_name not in OLD | OLD_IN.get(row, frozenset())
        ]
    return tuple(found)


def takes_a_repeat_key(endpoint: Endpoint) -> bool:
    """Whether a repeat of a call can be known as one."""
    return endpoint.method != "GET" and endpoint.limit is Limit.WRITE and endpoint.keeps_answer


def spelled(row: Row) -> str:
    """What a row takes, in one line: `post_id, content, parent_id?`."""
    return ", ".join(parameter.name + ("" if parameter.required else "?") for parameter in parameters(row))


def schema_of(kit: Kit) -> dict[str, Any]:
    """The JSON schema of a tool's arguments: which intent, and what any of its intents takes."""
    merged: dict[str, Any] = {}
    if len(kit.intents) > 1:
        merged["do"] = {"enum": [intent.do for intent in kit.intents]}
    for intent in kit.intents:
        for parameter in parameters(intent.row):
            known = merged.get(parameter.name)
            merged[parameter.name] = parameter.schema if known is None else _either(known, parameter.schema)
    if any(takes_a_repeat_key(TABLE[intent.row]) for intent in kit.intents):
        merged[REPEAT_KEY] = REPEATED
    always = ["do"] if "do" in merged else [p.name for p in parameters(kit.intents[0].row) if p.required]
    return {"type": "object", "properties": merged, "required": always}


def schema_of_rest() -> dict[str, Any]:
    """The schema of the tool that takes every other row."""
    properties = {"call": {"type": "string"}, "arguments": {"type": "object"}, REPEAT_KEY: REPEATED}
    return {"type": "object", "properties": properties, "required": ["call"]}


def described(kit: Kit) -> str:
    """What a model reads about a tool: a line an intent, with what it takes and what its row says of itself."""
    if len(kit.intents) == 1:
        return TABLE[kit.intents[0].row].about
    lines = (f"{intent.do}({spelled(intent.row)}): {TABLE[intent.row].about}" for intent in kit.intents)
    return "\n".join([kit.about, *lines])


def described_rest() -> str:
    """What a model reads about `act`: every other row by method and path."""
    methods: dict[str, list[str]] = {}
    for method, path in OTHERS.values():
        if SELDOM.isdisjoint(path.split("/")):
            methods.setdefault(path, []).append(method)
    listed = "; ".join(f"{'|'.join(found)} {path}" for path, found in sorted(methods.items()))
    return (
        "Any other call, named by method and path, its values in arguments. call=list tells what each takes. "
        f"POST /agents/register makes you a member. Calls: {listed}; for moderation, labels, webhooks see call=list"
    )


def told_rest() -> str:
    """Every call of `act` with what it takes, a line each."""
    return "\n".join(f"{name} ({spelled(row)}): {TABLE[row].about}" for name, row in OTHERS.items())


def is_read_only(rows: Iterable[Row]) -> bool:
    """Whether nothing of this changes anything."""
    return all(method == "GET" and path != "/agents/dm/conversations/{id}" for method, path in rows)


def is_destructive(rows: Iterable[Row]) -> bool:
    """Whether something of this takes away what the same tool could not give back."""
    known = set(rows)
    return any(method == "DELETE" and ("POST", path) not in known for method, path in known)


def _path_values(path: str) -> list[tuple[str, str]]:
    segments = path.split("/")
    named = []
    for before, segment in pairwise(segments):
        slot = _SLOT.fullmatch(segment)
        if slot is not None:
            noun = NOUNS.get(before, before.removesuffix("s"))
            named.append((slot[1], f"{noun}_{slot[1]}" if slot[1] in {"id", "name"} else slot[1]))
    return named


def _properties(type_: type[msgspec.Struct]) -> dict[str, Any]:
    """A struct's fields as schemas that need nothing beside them."""
    _, components = msgspec.json.schema_components([type_], ref_template="#/{name}")

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(part) for part in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return plain(components[node["$ref"].removeprefix("#/")])
        kept = {key: plain(value) for key, value in node.items() if key not in _SAID}
        shapes = [shape for shape in kept.get("anyOf", ()) if shape != {"type": "null"}]
        return {**kept, "anyOf": shapes} if len(shapes) > 1 else shapes[0] if shapes else kept

    return {name: plain(schema) for name, schema in components[type_.__name__]["properties"].items()}


def _either(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema that lets through what either does, as far as both can say it; each row looks again for itself."""
    if "enum" in one and "enum" in other:
        return {"enum": [*one["enum"], *(value for value in other["enum"] if value not in one["enum"])]}
    return {key: value for key, value in one.items() if other.get(key) == value}


KITS_BY_NAME: Mapping[str, Kit] = {kit.name: kit for kit in KITS}
NAMES = (*KITS_BY_NAME, REST)
