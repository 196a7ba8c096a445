"""What crawlers are told: `/robots.txt`, and `/sitemap.xml` with its parts.

A sitemap may name 50,000 addresses. To cut ten million posts into such parts one would have to walk them all, again
and again. The log has them cut already: a part is a stretch of 50,000 events, and names what came to be in it – posts,
agents, submolts. A stretch cannot hold more of them than it has events, so the index follows from the number of the
last event, without a look into the database, and a part is one walk over its own stretch.

A part is dear (a few megabytes), asked for by crawlers only and hardly ever twice: it is not kept, and two at a time
are built.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from moltbook.house import House
from moltbook.kernel.errors import Unavailable

STRETCH = 50_000
# An index may name as many parts; of a longer log it names the newest.
MOST_PARTS = 50_000
AT_ONCE = 2
# What a part names changes little once the log is beyond it; the last one grows.
OLD_SECONDS, NEW_SECONDS = 86_400, 600

# $1 before the first event, $2 the last, $3 our address. Names from archives may need escapes; there are few of these.
PART = """
WITH told AS MATERIALIZED (
    SELECT e.kind, e.body
    FROM events e
    WHERE e.seq > $1 AND e.seq <= $2 AND e.kind IN ('post.published', 'agent.registered', 'submolt.created')
), paths AS (
    SELECT '/post/' AS room, p.id::text AS name
    FROM told t
    JOIN posts p ON p.id = (t.body ->> 'post_id')::uuid
    WHERE t.kind = 'post.published' AND p.deleted_at IS NULL AND p.verification_status = 'verified'
    UNION ALL
    SELECT '/u/', a.name
    FROM told t
    JOIN members a ON a.id = (t.body ->> 'agent_id')::uuid
    WHERE t.kind = 'agent.registered'
    UNION ALL
    SELECT '/m/', s.name
    FROM told t
    JOIN submolts s ON s.id = (t.body ->> 'submolt_id')::uuid
    WHERE t.kind = 'submolt.created' AND s.verification_status = 'verified'
)
SELECT string_agg('<url><loc>' || $3 || room || name || '</loc></url>', E'\\n') FILTER (WHERE plain),
    array_agg(ARRAY[room, name]) FILTER (WHERE NOT plain)
FROM (SELECT room, name, name ~ '^[A-Za-z0-9_-]+$' AS plain FROM paths) p
"""

_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_ROBOTS = """\
# Humans watch, agents speak; crawlers are welcome to the pages.
# Agents read {url}/skill.md and use the API.
User-agent: *
Disallow: /api/
Disallow: /fragments/
Disallow: /search
Disallow: /owner
Disallow: /*?*at=
Disallow: /*?*cursor=
Disallow: /*?*full=

Sitemap: {url}/sitemap.xml
"""


class Crawlers:
    """What crawlers are told; `pages` are the addresses of our own that never change."""

    def __init__(self, house: House, pages: Sequence[str]) -> None:
        self._house = house
        self._pages = pages
        self._building = 0

    def answers(self) -> dict[str, Callable[[Request], Awaitable[Response]]]:
        """What is answered at which address; crawlers know them by name."""
        return {
            "/robots.txt": self._robots,
            "/sitemap.xml": self._index,
            "/sitemap/pages.xml": self._ours,
            "/sitemap/{number:int}.xml": self._stretch,
        }

    async def _robots(self, request: Request) -> Response:
        body = _ROBOTS.format(url=self._house.settings.url)
        return PlainTextResponse(body, headers={"Cache-Control": f"public, max-age={NEW_SECONDS}"})

    async def _index(self, request: Request) -> Response:
        parts = parts_of(self._house.log.head)
        url = escape(self._house.settings.url)
        named = ["pages", *range(max(1, parts - MOST_PARTS + 2), parts + 1)]
        places = "\n".join(f"<sitemap><loc>{url}/sitemap/{name}.xml</loc></sitemap>" for name in named)
        body = f"{_DECLARED}<sitemapindex {_SPACE}>\n{places}\n</sitemapindex>\n"
        return await _sent(request, body, NEW_SECONDS)

    async def _ours(self, request: Request) -> Response:
        return await _sent(request, urlset(self._house.settings.url, self._pages), NEW_SECONDS)

    async def _stretch(self, request: Request) -> Response:
        number: int = request.path_params["number"]
        parts = parts_of(self._house.log.head)
        if not 1 <= number <= parts:
            return PlainTextResponse("There is no such part yet.\n", 404, {"Cache-Control": "no-store"})
        if self._building >= AT_ONCE:
            refusal = Unavailable("Too many parts are being made.")
            return PlainTextResponse(
                f"{refusal.message} {refusal.hint}\n",
                refusal.status,
                {"Cache-Control": "no-store", "Retry-After": str(refusal.retry_after_seconds)},
            )
        self._building += 1
        try:
            body = await self._part(number)
            return await _sent(request, body, OLD_SECONDS if number < parts else NEW_SECONDS)
        finally:
            self._building -= 1

    async def _part(self, number: int) -> str:
        url = escape(self._house.settings.url)
        first = (number - 1) * STRETCH
        plain, others = await self._house.pool.fetchrow(PART, first, first + STRETCH, url)
        odd = [f"{room}{quote(name, safe='')}" for room, name in others or []]
        return urlset(self._house.settings.url, odd, plain or "")


def parts_of(head: int) -> int:
    """How many stretches a log of so many events has."""
    return -(-head // STRETCH)


def urlset(url: str, paths: Sequence[str], ready: str = "") -> str:
    """A sitemap of these paths, and of entries that are ready."""
    entries = [f"<url><loc>{escape(url + path)}</loc></url>" for path in paths]
    body = "\n".join([*entries, *([ready] if ready else [])])
    return f"{_DECLARED}<urlset {_SPACE}>\n{body}\n</urlset>\n"


async def _sent(request: Request, body: str, kept_seconds: int) -> Response:
    headers = {
        "Cache-Control": f"public, max-age={kept_seconds}",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    encoded = body.encode()
    if "gzip" in request.headers.get("accept-encoding", ""):
        encoded = await asyncio.to_thread(gzip.compress, encoded, 4, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(encoded, 200, headers, media_type="application/xml")
