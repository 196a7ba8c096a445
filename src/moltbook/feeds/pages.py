"""First pages as bytes: what nearly every reader asks for, rendered and compressed once for all of them.

A page is rebuilt when it is asked for, something on it may have changed, and it is older than REST_SECONDS. While
one caller rebuilds it, the others are served the former bytes.
"""

import asyncio
import gzip
import hashlib
import time
from collections.abc import Awaitable, Callable, Collection

import brotli
import msgspec

REST_SECONDS = 0.25
# A page nobody rebuilt for so long is not served before it is fresh again.
STALE_SECONDS = 2.0
# Time itself moves pages: "3 minutes ago", rising.
LIFE_SECONDS = 30.0
PAGES = 512
# What all pages may hold in all codings: a long thread has megabytes, and anybody may ask for many of them.
KEPT_BYTES = 128_000_000
# One that takes longer rests so many times as long, or a long thread that is spoken in would be built without end; but
# no longer than this, for something on it may have been taken back.
SLOW_SECONDS, RESTS, MOST_REST_SECONDS = 0.5, 4, 10.0
# Codings of a body, the best first.
CODINGS = ("br", "gzip")


class Encoded(msgspec.Struct, frozen=True):
    """One page, in every coding a client may accept, with its version."""

    identity: bytes
    gzip: bytes
    br: bytes
    etag: bytes

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.identity) + len(self.gzip) + len(self.br)

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


def encode(body: bytes, codings: Collection[str] = CODINGS) -> Encoded:
    """Compress a page in these codings; a few milliseconds, so never on the event loop."""
    etag = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    return Encoded(
        body,
        gzip.compress(body, 6, mtime=0) if "gzip" in codings else b"",
        brotli.compress(body, quality=4) if "br" in codings else b"",
        etag,
    )


class _Page:
    __slots__ = ("at", "body", "building", "rest", "version")

    def __init__(self) -> None:
        self.body: Encoded | None = None
        self.version = -1
        self.at = 0.0
        self.rest = REST_SECONDS
        self.building: asyncio.Task[None] | None = None


class PageCache:
    """Pages by key; `touch` says that something changed."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._pages: dict[object, _Page] = {}
        self._most_bytes = kept_bytes
        self._version = 0
        self.bytes = 0

    def touch(self) -> None:
        """Something that a page may show has changed."""
        self._version += 1

    def forget(self) -> None:
        """Let go of every page, however young: time moves faster here than the machine's own clock says."""
        self._pages.clear()
        self.bytes = 0

    def fresh(self, key: object) -> Encoded | None:
        """The page, if it may be served as it is: the hot path, without a task switch."""
        page = self._pages.get(key)
        if page is None or page.body is None:
            return None
        age = time.monotonic() - page.at
        if age < page.rest or (page.version == self._version and age < LIFE_SECONDS):
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
                self._drop(next(iter(self._pages)))
            page = self._pages[key] = _Page()
        if page.building is None:
            page.building = asyncio.create_task(self._build(key, page, build))
        if page.body is None or time.monotonic() - page.at > max(STALE_SECONDS, page.rest):
            await asyncio.shield(page.building)
        if page.body is None:
            raise RuntimeError("a page was built and is not there")
        return page.body

    async def _build(self, key: object, page: _Page, build: Callable[[], Awaitable[bytes]]) -> None:
        try:
            version, began = self._version, time.monotonic()
            body = await build()
            encoded = await asyncio.to_thread(encode, body)
            self._keep(key, page, encoded)
            page.version = version
            page.at = time.monotonic()
            took = page.at - began
            page.rest = min(RESTS * took, MOST_REST_SECONDS) if took > SLOW_SECONDS else REST_SECONDS
        finally:
            page.building = None
            if page.body is None and self._pages.get(key) is page:
                # Addresses at which there is nothing must not push out those at which there is something.
                del self._pages[key]

    def _keep(self, key: object, page: _Page, body: Encoded) -> None:
        """Put what was built last at the end, and let what was not built for longest go for it."""
        former, page.body = page.body, body
        if self._pages.get(key) is not page:
            # It was pushed out while it was built: who waits for it has it, and nobody else.
            return
        self._pages[key] = self._pages.pop(key)
        self.bytes += body.size - (former.size if former is not None else 0)
        while self.bytes > self._most_bytes and len(self._pages) > 1:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: object) -> None:
        page = self._pages.pop(key)
        if page.body is not None:
            self.bytes -= page.body.size
