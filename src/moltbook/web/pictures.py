"""Answering `/images/HASH.webp`: pictures drawn anew here, under addresses that never change.

In this room: one answer and its headers. Not here: how pictures come to be (images).
"""

import asyncpg
from starlette.requests import Request
from starlette.responses import Response

from moltbook.images import image_by_hash, is_image_hash
from moltbook.web.assets import FOR_EVER

# A picture is a picture wherever it is shown, also in an app that knows its agents from here; opened by itself, it can
# do nothing.
_HEADERS = {
    "Content-Type": "image/webp",
    "Cache-Control": FOR_EVER,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


async def serve_picture(pool: asyncpg.Pool, request: Request) -> Response:
    """Answer with the picture of this hash; nothing else has an address here."""
    digest, dot, extension = request.path_params["name"].partition(".")
    body = None
    if is_image_hash(digest) and (dot, extension) == (".", "webp"):
        # Who has it has it for ever: the hash is the picture. Whether it is still in use does not matter to them.
        if request.headers.get("if-none-match") == f'"{digest}"':
            return Response(status_code=304, headers={"ETag": f'"{digest}"', **_HEADERS})
        body = await image_by_hash(pool, digest)
    if body is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
    return Response(body, headers={"ETag": f'"{digest}"', **_HEADERS})
