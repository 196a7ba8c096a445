"""A request's body: bounded while it is read, and again while it is inflated.

In this room: its bytes. Not here: what they say (reading), forms (multipart).
"""

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from moltbook.api.envelope import TooLarge
from moltbook.api.headers import Headers
from moltbook.kernel.errors import BadRequest, Refusal

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

GZIP = frozenset({b"gzip", b"x-gzip"})
# What zlib calls a gzip header and trailer around deflate.
GZIP_BITS = 31


class UnknownCoding(Refusal):
    """The body is packed in a way that is not read here."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    message = "The body's Content-Encoding is not known here."
    hint = "Send the body as it is, or with Content-Encoding: gzip."


async def body_bytes(receive: Receive, headers: Headers, most: int, around: int = 0) -> bytes:
    """The body, if it has at most so many bytes, and so many around them; not one more is waited for or inflated.

    Raises: TooLarge, BadRequest, UnknownCoding.
    """
    body = await _sent(receive, headers, most, most + around)
    coding = headers.get(b"content-encoding")
    return body if coding is None else _inflated(body, coding.strip().lower(), most, most + around)


async def _sent(receive: Receive, headers: Headers, most: int, limit: int) -> bytes:
    length = headers.get(b"content-length")
    if length is not None and (not length.isdigit() or len(length) > 18 or int(length) > limit):
        raise _too_large(most)
    message = await receive()
    body: bytes = message.get("body", b"")
    if len(body) > limit:
        raise _too_large(most)
    if not message.get("more_body"):
        return body
    parts = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("The request ended early.", "Send the whole body.")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(most)
        parts.append(part)
    return b"".join(parts)


def _inflated(body: bytes, coding: bytes, most: int, limit: int) -> bytes:
    """What was packed. A few bytes may stand for a gigabyte, so no more comes out than a plain body may have."""
    if coding in {b"", b"identity"}:
        return body
    if coding not in GZIP:
        raise UnknownCoding()
    inflater = zlib.decompressobj(GZIP_BITS)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise _broken() from error
    if len(plain) > limit:
        raise _too_large(most)
    if not inflater.eof or inflater.unused_data:
        raise _broken()
    return plain


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most:,} bytes", "Send less.")


def _broken() -> BadRequest:
    return BadRequest("The body is not one whole gzip stream.", "Pack it anew, or send it without Content-Encoding.")
