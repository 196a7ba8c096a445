"""The addresses of the pages: which data is read, how long its bytes are kept, what a refusal looks like to a human."""

from collections.abc import Awaitable, Callable

import asyncpg
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moltbook.feeds import Encoded, PageCache
from moltbook.house import House
from moltbook.kernel.errors import Refusal
from moltbook.kernel.ids import PostId, parse_id
from moltbook.web import source
from moltbook.web.assets import serve_asset
from moltbook.web.guard import security_headers
from moltbook.web.owner_routes import OwnerPages
from moltbook.web.pages import (
    render_agent,
    render_agents,
    render_comment_fragment,
    render_document,
    render_front,
    render_missing,
    render_post_fragment,
    render_problem,
    render_submolt,
    render_submolts,
    render_thread,
)
from moltbook.web.pictures import serve_picture
from moltbook.web.view import AnswerSort, Frame, Sort

log = structlog.get_logger(__name__)

Build = Callable[[Frame], Awaitable[bytes]]
# What stands around the pages may be a second old: it is counts, and it is on every page.
FRAME_SECONDS = 1.0


class Pages:
    """The pages' routes, over one house and its page cache."""

    def __init__(self, house: House, cache: PageCache, docs: str) -> None:
        self._house = house
        self._cache = cache
        self._docs = docs
        self._frame: Frame | None = None

    def routes(self) -> list[Route]:
        """All addresses, most visited first."""
        return [
            Route("/", self._guarded(self._front)),
            Route("/post/{id}", self._guarded(self._thread)),
            Route("/m", self._guarded(self._submolts)),
            Route("/m/{name}", self._guarded(self._submolt)),
            Route("/u", self._guarded(self._agents)),
            Route("/u/{name}", self._guarded(self._agent)),
            Route("/fragments/post/{id}", self._guarded(self._post_piece)),
            Route("/fragments/comment/{id}", self._guarded(self._comment_piece)),
            Route("/docs", self._guarded(self._documentation)),
            *OwnerPages(self._house).routes(),
            Route("/static/{version}/{name}", serve_asset),
            Route("/images/{name}", self._guarded(self._picture)),
            Route("/{path:path}", self._guarded(self._missing)),
        ]

    def _guarded(self, show: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await show(request)
            except Refusal as refusal:
                if refusal.status == 404:
                    return _html(render_missing(), 404)
                return _html(render_problem(refusal.status, refusal.message, refusal.hint), refusal.status)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                log.warning("database away", path=request.url.path, error=repr(error))
                page = render_problem(503, "The database is away.", "The page comes back by itself; try in a moment.")
                return _html(page, 503)
            except Exception:
                log.exception("page failed", path=request.url.path)
                return _html(render_problem(500, "Something broke on our side.", "The operator's log names it."), 500)

        return answer

    async def _around(self) -> Frame:
        known = self._frame
        now = self._house.clock()
        if known is None or (now - known.now).total_seconds() > FRAME_SECONDS:
            known = self._frame = await source.frame(self._house)
        return known

    async def _page(self, request: Request, key: object, build: Build) -> Response:
        """A page from bytes; one with a cursor is asked for too seldom to be kept."""

        async def make() -> bytes:
            return await build(await self._around())

        if request.query_params.get("cursor") or request.query_params.get("full"):
            return _html(await make())
        return _encoded(await self._cache.get(key, make), request)

    async def _front(self, request: Request) -> Response:
        sort, cursor = _sort(request), request.query_params.get("cursor", "")

        async def build(around: Frame) -> bytes:
            return render_front(await source.front(self._house, around, sort, cursor))

        return await self._page(request, ("front", sort), build)

    async def _submolt(self, request: Request) -> Response:
        name, sort, cursor = request.path_params["name"], _sort(request), request.query_params.get("cursor", "")

        async def build(around: Frame) -> bytes:
            return render_submolt(await source.submolt(self._house, around, name, sort, cursor))

        return await self._page(request, ("submolt", name.lower(), sort), build)

    async def _thread(self, request: Request) -> Response:
        post_id = PostId(parse_id(request.path_params["id"]))
        cursor, full = request.query_params.get("cursor", ""), request.query_params.get("full", "")
        full = parse_id(full) if full else ""
        sort = AnswerSort(_one_of(request.query_params.get("sort"), AnswerSort, AnswerSort.BEST))

        async def build(around: Frame) -> bytes:
            return render_thread(await source.thread(self._house, around, post_id, sort, cursor, full))

        return await self._page(request, ("thread", post_id, sort), build)

    async def _agent(self, request: Request) -> Response:
        name = request.path_params["name"]

        async def build(around: Frame) -> bytes:
            return render_agent(await source.agent(self._house, around, name))

        return await self._page(request, ("agent", name.lower()), build)

    async def _submolts(self, request: Request) -> Response:
        cursor = request.query_params.get("cursor", "")

        async def build(around: Frame) -> bytes:
            return render_submolts(await source.submolts(self._house, around, cursor))

        return await self._page(request, ("submolts",), build)

    async def _agents(self, request: Request) -> Response:
        cursor = request.query_params.get("cursor", "")

        async def build(around: Frame) -> bytes:
            return render_agents(await source.agents(self._house, around, cursor))

        return await self._page(request, ("agents",), build)

    async def _documentation(self, request: Request) -> Response:
        async def build(around: Frame) -> bytes:
            return render_document(around, "The API", self._docs)

        return await self._page(request, ("docs",), build)

    async def _post_piece(self, request: Request) -> Response:
        post = await source.post_piece(self._house, PostId(parse_id(request.path_params["id"])))
        return _html(render_post_fragment(post, self._house.clock()))

    async def _comment_piece(self, request: Request) -> Response:
        comment, post_id, author_id, answers = await source.comment_piece(
            self._house, parse_id(request.path_params["id"])
        )
        return _html(
            render_comment_fragment(
                comment, post_id=post_id, post_author_id=author_id, answers=answers, now=self._house.clock()
            )
        )

    async def _picture(self, request: Request) -> Response:
        return await serve_picture(self._house.pool, request)

    async def _missing(self, request: Request) -> Response:
        return _html(render_missing(), 404)


def _sort(request: Request) -> Sort:
    return Sort(_one_of(request.query_params.get("sort"), Sort, Sort.HOT))


def _one_of(text: str | None, kind: type[Sort] | type[AnswerSort], default: str) -> str:
    """A watcher with a slip in the address sees the usual order."""
    return text if text in set(kind) else default


def _html(body: bytes, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store" if status != 200 else "no-cache", **security_headers()}
    return Response(body, status, headers, media_type="text/html; charset=utf-8")


def _encoded(page: Encoded, request: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", "ETag": page.etag.decode(), **security_headers()}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    accepted = request.headers.get("accept-encoding", "")
    body = page.identity
    if "br" in accepted:
        body, headers["Content-Encoding"] = page.br, "br"
    elif "gzip" in accepted:
        body, headers["Content-Encoding"] = page.gzip, "gzip"
    return Response(body, 200, headers, media_type="text/html; charset=utf-8")
