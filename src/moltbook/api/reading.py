"""What a request says: its query and its body as the endpoint's types, or what is wrong with them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from moltbook.house import Endpoint
from moltbook.kernel.errors import BadRequest, Invalid

Decode = Callable[[bytes], Any]

MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`(?: - at `\$\.(?P<where>.*)`)?\Z", re.DOTALL)
NULL = re.compile(r"Expected .*, got `null` - at `\$\.(?P<name>\w+)`", re.DOTALL)
SENT = re.compile(r"(?<=value) ['\"].*", re.DOTALL)

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def query_of(endpoint: Endpoint, raw: bytes) -> Any:
    """The query string as the endpoint's type.

    Raises: Invalid, BadRequest.
    """
    if endpoint.query is None:
        return None
    try:
        values = dict(parse_qsl(raw.decode("ascii"), max_num_fields=50)) if raw else {}
        if any("\x00" in value for value in values.values()):
            raise ValueError("NUL")
        return msgspec.convert(values, endpoint.query, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except ValueError as error:
        raise BadRequest("The query string cannot be read.", "Encode its values as UTF-8 percent escapes.") from error


def body_of(decode: Decode, raw: bytes) -> Any:
    """The body as the endpoint's type.

    Raises: Invalid, BadRequest.
    """
    try:
        try:
            return decode(raw or b"{}")
        except msgspec.ValidationError as error:
            return _without_nulls(decode, raw, error)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.", "Send one JSON object in UTF-8.") from error


def _without_nulls(decode: Decode, raw: bytes, error: msgspec.ValidationError) -> Any:
    """The body as if fields that are null, and may not be, had not been sent: many clients spell left-out fields so."""
    sent: dict[str, msgspec.Raw] = {}
    while (null := NULL.fullmatch(str(error))) is not None:
        sent = sent or _fields(raw)
        if bytes(sent.pop(null["name"])) != b"null":
            break
        try:
            return decode(_encode(sent))
        except msgspec.ValidationError as another:
            error = another
    raise error


def invalid(error: msgspec.ValidationError) -> Invalid:
    """A validation failure with the field it is about: "Expected `str`, got `int` - at `$.title`"."""
    said = str(error)
    missing = MISSING.match(said)
    if missing is not None:
        field = ".".join(filter(None, (missing["where"], missing["name"])))
        return Invalid(f"{field} is required", f"Send {field}.", field=field)
    text, at, where = said.rpartition(" - at `$.")
    field = where.rstrip("`") if at else ""
    # What was sent is not said back: it may be a key in the wrong place.
    text = SENT.sub("", text if at else said)
    if field:
        text = f"{field}: {text}"
    return Invalid(text, "Correct this field and send it again.", field=field or "body")
