"""The addresses of the pages: what is asked for, how long bytes are kept, what a refusal looks like to a human."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar

import asyncpg
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from moltbook.feeds import CODINGS, Encoded, PageCache, encode
from moltbook.house import House
from moltbook.kernel.errors import Refusal, Unavailable
from moltbook.kernel.ids import PostId, parse_id
from moltbook.web.assets import serve_asset
from moltbook.web.chat import one_message
from moltbook.web.filling import (
    render_comment_fragment,
    render_message_fragment,
    render_missing,
    render_post_fragment,
    render_problem,
)
from moltbook.web.frame import Surroundings
from moltbook.web.guard import security_headers
from moltbook.web.moments import asked_moment, frame_at
from moltbook.web.owner_routes import OwnerPages
from moltbook.web.page import Asked, Page, Shown
from moltbook.web.pages.documents import documentation
from moltbook.web.pages.feed import FRONT
from moltbook.web.pages.thread import comment_piece
from moltbook.web.pictures import serve_picture
from moltbook.web.placards import Placards, Press
from moltbook.web.posts import post_piece
from moltbook.web.sitemap import Crawlers
from moltbook.web.table import PAGES
from moltbook.web.twins import MEDIA_TYPES, Twin, spell, twins_of
from moltbook.web.wall import WallStream

log = structlog.get_logger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
Headers = list[tuple[bytes, bytes]]
# What every page is sent with whose bytes are kept.
KEPT = [(b"cache-control", b"no-cache"), (b"vary", b"Accept-Encoding")]
KEPT += [(name.lower().encode(), value.encode()) for name, value in security_headers().items()]
HTML = (b"content-type", MEDIA_TYPES[Twin.HTML].encode())
# Under which the front page is kept as nearly everybody asks for it.
FRONT_KEY = (FRONT.path, Twin.HTML, (), tuple(next(iter(kind)) for kind in FRONT.choices.values()))
Made = TypeVar("Made")
# So many pages that are kept are built at once, and so many wait for their turn; who comes then is asked to come back.
BUILT_AT_ONCE = 4
WAITING = 64
# Of pages that are built for one who asks, fewer: some take seconds, and whoever waits long is better told at once.
RARE_AT_ONCE = 2
RARE_WAITING = 16
# What takes longer to read is given up, in the database too.
LONGEST_SECONDS = 10.0


class Gate:
    """Lets a few builders in at once: a crowd that asks for rare pages must not take the database from the agents.

    What a page costs the processor is done by one thread of its own, or a long thread would hold up every other answer.
    """

    def __init__(self, at_once: int = BUILT_AT_ONCE, waiting: int = WAITING) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._inside = 0
        self._hand = ThreadPoolExecutor(1, "pages")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn.

        Raises: Unavailable if too many wait already.
        """
        if self._inside >= self._room:
            raise Unavailable("Too many pages are asked for at once.", retry_after_seconds=2)
        self._inside += 1
        try:
            async with self._free:
                yield
        finally:
            self._inside -= 1

    async def work(self, make: Callable[[], Made]) -> Made:
        """Do this off the event loop, one after another."""
        return await asyncio.get_running_loop().run_in_executor(self._hand, make)


class Pages:
    """The pages' routes, over one house and its page cache."""

    def __init__(self, house: House, cache: PageCache, docs: str) -> None:
        self._house = house
        self._cache = cache
        self._pages = (*PAGES, documentation(docs))
        self._gate = Gate()
        self._rare = Gate(RARE_AT_ONCE, RARE_WAITING)
        self._surroundings = Surroundings(house)
        self._placards = Placards(house, Press())
        self._crawlers = Crawlers(house, [page.path for page in self._pages if page.stands])

    def routes(self) -> list[Route]:
        """All addresses, most visited first; twins stand before their page, whose name would swallow their ending."""
        return [
            *(route for page in self._pages for route in self._addresses(page)),
            Route("/live/stream", WallStream(self._house), methods=["GET"]),
            Route("/fragments/post/{id}", self._guarded(self._post_piece)),
            Route("/fragments/comment/{id}", self._guarded(self._comment_piece)),
            Route("/fragments/message/{room}/{id}", self._guarded(self._message_piece)),
            *OwnerPages(self._house).routes(),
            Route("/static/{version}/{name}", serve_asset),
            Route("/images/{name}", self._guarded(self._picture)),
            Route("/cards/{kind}/{name}", self._guarded(self._placards.answer)),
            *(Route(path, self._guarded(answer)) for path, answer in self._crawlers.answers().items()),
            Route("/{path:path}", self._guarded(self._missing)),
        ]

    def at_once(self, scope: Scope) -> tuple[int, bytes, Headers] | None:
        """The front page without a question, if its bytes are fresh: nothing is routed or parsed for it."""
        if scope["path"] != "/" or scope["query_string"] or scope["method"] != "GET":
            return None
        page = self._cache.fresh(FRONT_KEY)
        if page is None:
            return None
        accepted, known = b"", None
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accepted = value
            elif name == b"if-none-match":
                known = value
        status, body, headers = page.fitting(accepted, known)
        return status, body, [HTML, *KEPT, *headers] if status == 200 else [*KEPT, *headers]

    def _addresses(self, page: Page) -> list[Route]:
        base = page.path if page.path != "/" else "/index"
        twins = [Route(f"{base}.{twin}", self._guarded(self._shows(page, twin))) for twin in twins_of(page)]
        return [*twins, Route(page.path, self._guarded(self._shows(page, Twin.HTML)))]

    def _guarded(self, show: Answer) -> Answer:
        async def answer(request: Request) -> Response:
            try:
                return await show(request)
            except Refusal as refusal:
                if refusal.status == 404:
                    return _html(render_missing(), 404)
                told = _html(render_problem(refusal.status, refusal.message, refusal.hint), refusal.status)
                if refusal.retry_after_seconds is not None:
                    told.headers["Retry-After"] = str(refusal.retry_after_seconds)
                return told
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                log.warning("database away", path=request.url.path, error=repr(error))
                page = render_problem(503, "The database is away.", "The page comes back by itself; try in a moment.")
                return _html(page, 503)
            except Exception:
                log.exception("page failed", path=request.url.path)
                return _html(render_problem(500, "Something broke on our side.", "The operator's log names it."), 500)

        return answer

    def _shows(self, page: Page, twin: Twin) -> Answer:
        async def answer(request: Request) -> Response:
            at = await self._moment(request.query_params) if page.timed else None
            asked = Asked(request.path_params, request.query_params, at)

            async def build(gate: Gate) -> bytes:
                shown = await self._read(page, asked)
                return await gate.work(partial(spell, page, shown, twin))

            if asked.at is not None or any(asked.query.get(name) for name in page.free):
                # Too seldom asked for to be kept, too long to be sent as it is.
                coding = _coding(request)
                async with self._rare.turn():
                    body = await build(self._rare)
                    encoded = await self._rare.work(partial(encode, body, [coding]))
                return _encoded(encoded, request, MEDIA_TYPES[twin])

            async def build_kept() -> bytes:
                async with self._gate.turn():
                    return await build(self._gate)

            # A thread is asked for in many spellings of its id, a submolt in many of its name: all are one page.
            named = tuple(str(part).lower() for part in request.path_params.values())
            chosen = tuple(asked.one_of(kind, name) for name, kind in page.choices.items())
            kept = await self._cache.get((page.path, twin, named, chosen), build_kept)
            return _encoded(kept, request, MEDIA_TYPES[twin])

        return answer

    async def _read(self, page: Page, asked: Asked) -> Shown:
        """The data of a page.

        Raises: Unavailable if it takes too long, and what the page itself raises.
        """
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                around = await self._surroundings.now()
                if asked.at is not None:
                    around = await frame_at(self._house.pool, around, asked.at, page.kept(asked.query))
                shown: Shown = await page.read(self._house, around, asked)
                return shown
        except TimeoutError:
            raise Unavailable("This page takes too long to read.", retry_after_seconds=30) from None

    async def _moment(self, query: Mapping[str, str]) -> datetime | None:
        """The moment that is asked for; to find a stop of the slider asks the database, and waits its turn."""
        if not query.get("step"):
            return await asked_moment(self._house, query)
        async with self._rare.turn():
            return await asked_moment(self._house, query)

    async def _post_piece(self, request: Request) -> Response:
        post = await post_piece(self._house, PostId(parse_id(request.path_params["id"])))
        return _html(render_post_fragment(post, self._house.clock()))

    async def _comment_piece(self, request: Request) -> Response:
        comment, post_id, author_id, answers = await comment_piece(self._house, parse_id(request.path_params["id"]))
        return _html(
            render_comment_fragment(
                comment, post_id=post_id, post_author_id=author_id, answers=answers, now=self._house.clock()
            )
        )

    async def _message_piece(self, request: Request) -> Response:
        message = await one_message(self._house, request.path_params["room"], request.path_params["id"])
        return _html(render_message_fragment(message, self._house.clock()))

    async def _picture(self, request: Request) -> Response:
        return await serve_picture(self._house.pool, request)

    async def _missing(self, request: Request) -> Response:
        return _html(render_missing(), 404)


def _html(body: bytes, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store" if status != 200 else "no-cache", **security_headers()}
    return Response(body, status, headers, media_type="text/html; charset=utf-8")


def _encoded(page: Encoded, request: Request, media_type: str) -> Response:
    known = request.headers.get("if-none-match", "")
    accepted = request.headers.get("accept-encoding", "")
    status, body, headers = page.fitting(accepted.encode(), known.encode())
    answer = Response(body, status, media_type=media_type if status == 200 else None)
    answer.raw_headers += [*KEPT, *headers]
    return answer


def _coding(request: Request) -> str:
    """In which coding an answer is sent; empty for none."""
    accepted = request.headers.get("accept-encoding", "")
    return next((coding for coding in CODINGS if coding in accepted), "")
