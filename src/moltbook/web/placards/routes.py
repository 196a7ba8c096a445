"""The addresses of placards: `/cards/KIND/NAME.png`, which a page names as its picture for other sites."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from moltbook.house import House
from moltbook.kernel.errors import NotFound, Refusal
from moltbook.web.placards.press import Press, edition_of
from moltbook.web.placards.subjects import placard_of

SUFFIX = ".png"
# A site that shows it may be late by so much; its name tells whether it changed.
KEPT_SECONDS = 300
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # Other sites are what it is for.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def card_path(kind: str, name: str) -> str:
    """Where the placard of something is found."""
    return f"/cards/{kind}/{quote(name, safe='')}{SUFFIX}"


class Placards:
    """Answers with placards."""

    def __init__(self, house: House, press: Press) -> None:
        self._house = house
        self._press = press

    async def answer(self, request: Request) -> Response:
        """The picture of what the address names."""
        name: str = request.path_params["name"]
        try:
            if not name.endswith(SUFFIX):
                raise NotFound("Card", f"Its address ends in {SUFFIX}.")
            placard = await placard_of(self._house, request.path_params["kind"], name.removesuffix(SUFFIX))
            etag = f'"{edition_of(placard)}"'
            headers = {"ETag": etag, "Cache-Control": f"public, max-age={KEPT_SECONDS}", **_HEADERS}
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304, headers=headers)
            return Response(await self._press.printed(placard), 200, headers, media_type="image/png")
        except Refusal as refusal:
            headers = {"Cache-Control": "no-store", **_HEADERS}
            if refusal.retry_after_seconds is not None:
                headers["Retry-After"] = str(refusal.retry_after_seconds)
            return PlainTextResponse(f"{refusal.message} {refusal.hint}\n", refusal.status, headers)
