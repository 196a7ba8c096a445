"""The style sheet, the scripts and the mark, held in memory in three encodings under addresses that never change.

In this room: reading them once, the style sheet joined from its parts; their addresses (`/static/HASH/NAME`, the hash
being that of all of them), answering.
Not here: any page.
"""

import gzip
from hashlib import blake2b
from importlib.resources import files

import brotli
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

_SHEET = "moltbook.css"
_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


class Asset(Struct, frozen=True):
    """One file as it is sent."""

    media_type: str
    plain: bytes
    gzip: bytes
    brotli: bytes


def _load() -> dict[str, Asset]:
    folder = files("moltbook.web") / "static"
    parts = sorted((folder / "css").iterdir(), key=lambda part: part.name)
    bodies = {_SHEET: b"\n".join(part.read_bytes() for part in parts)}
    bodies |= {file.name: file.read_bytes() for file in sorted(folder.iterdir(), key=str) if file.is_file()}
    assets = {}
    for name, body in bodies.items():
        assets[name] = Asset(
            media_type=_MEDIA_TYPES[name.rpartition(".")[2]],
            plain=body,
            gzip=gzip.compress(body, 9, mtime=0),
            brotli=brotli.compress(body),
        )
    return assets


ASSETS = _load()
VERSION = blake2b(b"".join(asset.plain for asset in ASSETS.values()), digest_size=6).hexdigest()


def asset_url(name: str) -> str:
    """Say where a static file is found; a name that does not exist is a KeyError, not a broken page."""
    ASSETS[name]
    return f"/static/{VERSION}/{name}"


async def serve_asset(request: Request) -> Response:
    """Answer `/static/{version}/{name}`, in the best encoding the browser takes."""
    asset = ASSETS.get(request.path_params["name"])
    if asset is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    headers = {
        "Content-Type": asset.media_type,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        # A page of a former version may still ask for its files: it gets today's, but must not keep them.
        "Cache-Control": FOR_EVER if request.path_params["version"] == VERSION else "no-cache",
    }
    accepted = request.headers.get("accept-encoding", "")
    if "br" in accepted:
        return Response(asset.brotli, headers=headers | {"Content-Encoding": "br"})
    if "gzip" in accepted:
        return Response(asset.gzip, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.plain, headers=headers)
