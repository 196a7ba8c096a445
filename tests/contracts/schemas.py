"""What a JSON Schema of our OpenAPI document says about data: data that fits, and where data does not fit.

Only the words the document uses are known; another one is an error, so that none is ever passed over in silence.
"""

import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

_SAID_ELSEWHERE = frozenset({"title", "description", "default", "contentMediaType"})
_KNOWN = _SAID_ELSEWHERE | {
    "$ref", "anyOf", "enum", "type", "format", "properties", "required", "additionalProperties", "items", "minItems",
    "maxItems", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMaximum",
}  # fmt: skip
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
# Moments that fit are drawn in whole seconds from so many.
_SECONDS = st.integers(0, 7_000_000_000)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


class Schemas:
    """The document's schemas; `likely` are words to try under a property's name, for they mean something here."""

    def __init__(self, document: dict[str, Any], likely: dict[str, list[str]]) -> None:
        self._named = document["components"]["schemas"]
        self._likely = likely

    def fitting(self, schema: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
        """Data of this schema, as far as it says what fits."""
        schema = self._resolved(schema)
        if "anyOf" in schema:
            return st.one_of([self.fitting(choice, name) for choice in schema["anyOf"]])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        match schema.get("type"):
            case "string":
                return self._text(schema, name)
            case "integer" | "number" as kind:
                least, most = schema.get("minimum"), schema.get("maximum")
                if "exclusiveMaximum" in schema:
                    most = schema["exclusiveMaximum"] - 1
                numbers = st.integers(least, most)
                return numbers | st.floats(least, most, allow_nan=False) if kind == "number" else numbers
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case "array":
                items = self.fitting(schema.get("items", {}), name)
                return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 4), 4))
            case "object" if "properties" in schema:
                parts = {key: self.fitting(value, key) for key, value in schema["properties"].items()}
                required = {key: parts.pop(key) for key in schema.get("required", ())}
                return st.fixed_dictionaries(required, optional=parts)
            case "object":
                return st.dictionaries(st.text(max_size=8), anything, max_size=3)
            case _:
                return anything

    def _text(self, schema: dict[str, Any], name: str) -> st.SearchStrategy[str]:
        if "pattern" in schema:
            text = st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
        elif schema.get("format") == "date-time":
            text = _SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat())
        else:
            text = st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 60), 60))
        if name not in self._likely:
            return text
        likely = st.sampled_from(self._likely[name])
        return st.integers(0, 3).flatmap(lambda n: text if n == 3 else likely)

    def complaint(self, value: Any, schema: dict[str, Any], where: str = "$") -> str:
        """Where and how data is not of this schema; "" if it is."""
        schema = self._resolved(schema)
        if "anyOf" in schema:
            said = [self.complaint(value, choice, where) for choice in schema["anyOf"]]
            return "" if "" in said else "; ".join(said)
        if "enum" in schema:
            return "" if value in schema["enum"] else f"{where}: {value!r} is none of {schema['enum']}"
        kind = schema.get("type")
        if kind is not None and (
            not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind in ("integer", "number"))
        ):
            return f"{where}: {value!r} is no {kind}"
        if isinstance(value, str):
            return self._text_complaint(value, schema, where)
        if isinstance(value, list):
            wrong = (self.complaint(v, schema.get("items", {}), f"{where}[{n}]") for n, v in enumerate(value))
            return next(filter(None, wrong), "")
        if isinstance(value, dict):
            if missing := set(schema.get("required", ())) - value.keys():
                return f"{where}: {sorted(missing)} missing"
            known = schema.get("properties", {})
            others = schema.get("additionalProperties", {})
            said = (
                self.complaint(v, known.get(k, others if isinstance(others, dict) else {}), f"{where}.{k}")
                for k, v in value.items()
            )
            return next(filter(None, said), "")
        return ""

    def _text_complaint(self, value: str, schema: dict[str, Any], where: str) -> str:
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            return f"{where}: {value!r} has another length"
        if "pattern" in schema and re.search(schema["pattern"], value) is None:
            return f"{where}: {value!r} is not as {schema['pattern']}"
        return ""

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            schema = self._named[schema["$ref"].removeprefix("#/components/schemas/")]
        if unknown := schema.keys() - _KNOWN:
            raise ValueError(f"no test knows {unknown}")
        return schema
