"""First pages as bytes: what nearly every reader asks for, rendered and compressed once for all of them.

A page is rebuilt when it is asked for, something on it may have changed, and it is older than REST_SECONDS. While
one caller rebuilds it, the others are served the former bytes.
"""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Awaitable, Callable

import brotli
import msgspec

REST_SECONDS = 0.25
# A page nobody rebuilt for so long is not served before it is fresh again.
STALE_SECONDS = 2.0
# Time itself moves pages: "3 minutes ago", rising.
LIFE_SECONDS = 30.0
PAGES = 512


class Encoded(msgspec.Struct, frozen=True):
    """One page, in every coding a client may accept, with its version."""

    identity: bytes
    gzip: bytes
    br: bytes
    etag: bytes

    def fitting(self, accepted: bytes, known: bytes | None) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        """Status, body and headers for who accepts these codings; what it knows already is not sent again."""
        mark = (b"etag", self.etag)
        if known == self.etag:
            return 304, b"", [mark]
        if b"br" in accepted:
            return 200, self.br, [mark, (b"content-encoding", b"br")]
        if b"gzip" in accepted:
            return 200, self.gzip, [mark, (b"content-encoding", b"gzip")]
        return 200, self.identity, [mark]


def encode(body: bytes) -> Encoded:
    """Compress a page; a few milliseconds, so never on the event loop."""
    etag = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    return Encoded(body, gzip.compress(body, 6, mtime=0), brotli.compress(body, quality=4), etag)


class _Page:
    __slots__ = ("at", "body", "building", "version")

    def __init__(self) -> None:
        self.body: Encoded | None = None
        self.version = -1
        self.at = 0.0
        self.building: asyncio.Task[None] | None = None


class PageCache:
    """Pages by key; `touch` says that something changed."""

    def __init__(self) -> None:
        self._pages: dict[object, _Page] = {}
        self._version = 0
        self._background: set[asyncio.Task[None]] = set()

    def touch(self) -> None:
        """Something that a page may show has changed."""
        self._version += 1

    def fresh(self, key: object) -> Encoded | None:
        """The page, if it may be served as it is: the hot path, without a task switch."""
        page = self._pages.get(key)
        if page is None or page.body is None:
            return None
        age = time.monotonic() - page.at
        if age < REST_SECONDS or (page.version == self._version and age < LIFE_SECONDS):
            return page.body
        return None

    async def get(self, key: object, build: Callable[[], Awaitable[bytes]]) -> Encoded:
        """The page, rebuilt if it has to be."""
        body = self.fresh(key)
        if body is not None:
            return body
        page = self._pages.get(key)
        if page is None:
            if len(self._pages) >= PAGES:
                self._pages.pop(next(iter(self._pages)))
            page = self._pages[key] = _Page()
        if page.building is None:
            page.building = asyncio.create_task(self._build(page, build))
        if page.body is None or time.monotonic() - page.at > STALE_SECONDS:
            await asyncio.shield(page.building)
        if page.body is None:
            raise RuntimeError("a page was built and is not there")
        return page.body

    async def _build(self, page: _Page, build: Callable[[], Awaitable[bytes]]) -> None:
        try:
            version = self._version
            body = await build()
            page.body = await asyncio.to_thread(encode, body)
            page.version = version
            page.at = time.monotonic()
        finally:
            page.building = None
