"""Fit: whether an object has the shape that was asked for, and asking once more when it has not.

In this room: the part of JSON Schema that our questions use, the reading of what a model said, the one re-ask.
A keyword that is not known here is refused, so that no question is ever checked by half.
Not here: asking (local, openai, anthropic).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from moltbook.minds.models.model import NOTHING, Answered, Line, Question, Role, Spent, Trouble, Unfit

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip
CHECKED = frozenset(
    "type properties required additionalProperties items minItems maxItems minLength maxLength pattern minimum maximum"
    " enum const anyOf oneOf $defs $ref".split()
)
TOLD_ONLY = frozenset("title description default examples $schema discriminator".split())
SHOWN_CHARS = 1200
"""So much of an unfit answer is shown to the model that gave it."""
LOCAL_CHARS = 200
PRINTABLE = r"[A-Za-z ,.'!?;:()-]"


class Said(msgspec.Struct, frozen=True):
    """What a model said, before anybody looked at it."""

    text: str
    spent: Spent
    complete: bool = True


def misfit(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "the answer") -> str:
    """Why a value does not fit a schema; empty when it does.

    Raises: ValueError for a schema with a keyword that is not checked here.
    """
    root = schema if root is None else root
    if unknown := schema.keys() - CHECKED - TOLD_ONLY:
        raise ValueError(f"schemas of minds know no {', '.join(sorted(unknown))}")
    if "$ref" in schema:
        return misfit(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    for key in ("anyOf", "oneOf"):
        if key in schema and all(faults := [misfit(value, choice, root, at) for choice in schema[key]]):
            return f"{at} fits none of its forms: {'; or '.join(faults)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} must be one of {', '.join(map(repr, schema['enum']))}"
    if "const" in schema and value != schema["const"]:
        return f"{at} must be {schema['const']!r}"
    if "type" in schema:
        kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if not any(_is_a(value, kind) for kind in kinds):
            return f"{at} must be of type {' or '.join(kinds)}"
    return _misfit_inside(value, schema, root, at)


def _is_a(value: Any, kind: str) -> bool:
    # To Python, True is a number.
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _misfit_inside(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> str:
    match value:
        case dict():
            known = schema.get("properties", {})
            for name in schema.get("required", ()):
                if name not in value:
                    return f"{at} lacks {name!r}"
            for name, part in value.items():
                more = schema.get("additionalProperties", True)
                if name in known:
                    fault = misfit(part, known[name], root, f"{at}.{name}")
                elif isinstance(more, dict):
                    fault = misfit(part, more, root, f"{at}.{name}")
                else:
                    fault = "" if more else f"{at} may not hold {name!r}"
                if fault:
                    return fault
        case list():
            if len(value) < schema.get("minItems", 0):
                return f"{at} needs at least {schema['minItems']} items"
            if "maxItems" in schema and len(value) > schema["maxItems"]:
                return f"{at} may hold at most {schema['maxItems']} items"
            for number, part in enumerate(value):
                if fault := misfit(part, schema.get("items", {}), root, f"{at}[{number}]"):
                    return fault
        case str():
            if len(value) < schema.get("minLength", 0):
                return f"{at} needs at least {schema['minLength']} characters"
            if "maxLength" in schema and len(value) > schema["maxLength"]:
                return f"{at} may have at most {schema['maxLength']} characters"
            if "pattern" in schema and not re.search(schema["pattern"], value):
                return f"{at} must match {schema['pattern']}"
        case int() | float() if not isinstance(value, bool):
            if "minimum" in schema and value < schema["minimum"]:
                return f"{at} must be at least {schema['minimum']}"
            if "maximum" in schema and value > schema["maximum"]:
                return f"{at} must be at most {schema['maximum']}"
        case _:
            pass  # true, false and null have no inside
    return ""


def bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as a grammar for a small model: every free string gets a class of characters and a length.

    Without them it fills a string with digits or blanks until the tokens end.
    """
    tight = {key: _bounded_part(part) for key, part in schema.items()}
    free = schema.get("type") == "string" and not tight.keys() & {"enum", "const", "pattern"}
    if free:
        most = min(tight.pop("maxLength", LOCAL_CHARS), LOCAL_CHARS)
        least = min(tight.pop("minLength", 0), most)
        tight["pattern"] = f"^{PRINTABLE}{{{least},{most}}}$"
    return tight


def _bounded_part(part: Any) -> Any:
    match part:
        case {"type": str() | list()} | {"anyOf": _} | {"oneOf": _}:
            return bounded(part)
        case dict():
            return {key: _bounded_part(inner) for key, inner in part.items()}
        case list():
            return [_bounded_part(inner) for inner in part]
        case _:
            return part


def read_object(said: Said, schema: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The object in what was said, and why it does not fit (empty: it does)."""
    text = said.text.strip()
    if fenced := re.fullmatch(r"```(?:json)?\s*(.*?)\s*```", text, re.DOTALL):
        text = fenced[1]
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return {}, "it is no JSON object" if said.complete else "it was cut off at the limit; be shorter"
    if not isinstance(value, dict):
        return {}, "it is no JSON object"
    return value, misfit(value, schema)


async def answer_fitting(question: Question, say: Callable[[tuple[Line, ...]], Awaitable[Said]]) -> Answered:
    """Ask, and ask once more with the fault named when the answer does not fit.

    Raises: Unfit, and what `say` raises; the cost of both tries is with whatever is raised.
    """
    spent, lines, fault = NOTHING, question.lines, ""
    for _ in range(2):
        try:
            said = await say(lines)
        except Trouble as trouble:
            trouble.spent = spent + trouble.spent
            raise
        spent = spent + said.spent
        value, fault = read_object(said, question.schema)
        if not fault:
            return Answered(value, spent)
        again = f"That does not fit: {fault}. Answer again with the JSON object alone."
        lines = (
            *question.lines,
            Line(Role.ASSISTANT, said.text[:SHOWN_CHARS] or "(nothing)"),
            Line(Role.USER, again),
        )
    raise Unfit(f"the answer did not fit twice: {fault}", spent)
