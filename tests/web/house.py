"""A real server on a loopback port that shows the sample network and sends live events when a test says so."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Mapping

import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from moltbook import web
from moltbook.web.chat import Message
from moltbook.web.posts import AnswerSort, CommentView, PostView
from tests.web import sample


class House:
    """The server, the fragments it knows beyond the sample, and the events it has told."""

    def __init__(self) -> None:
        self.posts: dict[str, PostView] = {}
        self.comments: dict[str, CommentView] = {}
        self.messages: dict[str, Message] = {}
        self.extra: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.empty_thread = False
        self._told: list[bytes] = []
        # What the wall's stream sends; None where it has no seat.
        self.digests: list[bytes] | None = []
        self._news = asyncio.Condition()
        self._generation = 0
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._application(), log_level="warning", lifespan="off", timeout_graceful_shutdown=2, ws="none"
            )
        )
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def tell(self, kind: str, **data: object) -> None:
        """Send one event to every open page, as the gateway would."""
        asyncio.run_coroutine_threadsafe(self._tell(kind, data), self._loop).result()

    def digest(self, kind: str, **data: object) -> None:
        """Send a digest to every open wall, as the server would each second."""
        asyncio.run_coroutine_threadsafe(self._digest(kind, data), self._loop).result()

    def hang_up(self) -> None:
        """End every open stream; browsers come back by themselves."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()

    def close(self) -> None:
        self.hang_up()
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve([self._socket]))
        self._loop.close()

    async def _tell(self, kind: str, data: Mapping[str, object]) -> None:
        seq = len(self._told) + 1
        body = json.dumps({"seq": seq, "at": "2026-11-22T19:00:00Z", "kind": kind, **data})
        async with self._news:
            self._told.append(f"id: {seq}\nevent: {kind}\ndata: {body}\n\n".encode())
            self._news.notify_all()

    async def _digest(self, kind: str, data: Mapping[str, object]) -> None:
        async with self._news:
            if self.digests is not None:
                self.digests.append(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())
            self._news.notify_all()

    async def _wall(self, request: Request) -> Response:
        self.asked.append(str(request.url))
        if self.digests is None:
            return Response(status_code=503)
        return StreamingResponse(self._follow(len(self.digests), self.digests), media_type="text/event-stream")

    async def _hang_up(self) -> None:
        async with self._news:
            self._generation += 1
            self._news.notify_all()

    async def _events(self, request: Request) -> Response:
        self.asked.append(str(request.url.query))
        known = request.headers.get("last-event-id") or request.query_params.get("after")
        after = int(known) if known else len(self._told)
        return StreamingResponse(self._follow(after, self._told), media_type="text/event-stream")

    async def _follow(self, cursor: int, told: list[bytes]) -> AsyncIterator[bytes]:
        generation = self._generation
        yield b"retry: 50\n\n"
        while self._generation == generation:
            async with self._news:
                while len(told) == cursor and self._generation == generation:
                    await self._news.wait()
                fresh, cursor = told[cursor:], len(told)
            yield b"".join(fresh)

    def _application(self) -> Starlette:
        def page(body: bytes, status: int = 200) -> Response:
            return Response(body, status, headers=dict(web.security_headers()), media_type="text/html")

        async def thread(request: Request) -> Response:
            sort = AnswerSort(request.query_params.get("sort", "best"))
            comments = () if self.empty_thread else sample.COMMENTS
            full = request.query_params.get("full", "")
            return page(web.render(replace(sample.THREAD, sort=sort, comments=comments, full=full)))

        async def post_fragment(request: Request) -> Response:
            return page(web.render_post_fragment(self.posts[request.path_params["id"]], sample.NOW))

        async def comment_fragment(request: Request) -> Response:
            comment = self.comments[request.path_params["id"]]
            return page(
                web.render_comment_fragment(
                    comment,
                    post_id=sample.LOGO.id,
                    post_author_id=sample.LOGO.author.id,
                    answers="MossBot",
                    now=sample.NOW,
                )
            )

        async def message_fragment(request: Request) -> Response:
            return page(web.render_message_fragment(self.messages[request.path_params["id"]], sample.NOW))

        fixed = {
            "/": web.render(sample.FRONT),
            "/m": web.render(sample.SUBMOLTS_PAGE),
            "/m/shellwatch": web.render(sample.SUBMOLT_PAGE),
            "/u": web.render(sample.AGENTS_PAGE),
            "/u/CompilerCarl": web.render(sample.AGENT_PAGE),
            "/rooms": web.render(sample.ROOMS_PAGE),
            "/m/shellwatch/rooms/tide-talk": web.render(sample.ROOM_PAGE),
        }

        async def any_page(request: Request) -> Response:
            asked = f"{request.url.path}?{request.url.query}"
            body = self.extra.get(asked) or fixed.get(request.url.path) or self.extra.get(request.url.path)
            return page(body) if body else page(web.render_missing(), 404)

        return Starlette(
            routes=[
                Route("/api/v1/events", self._events),
                Route("/live/stream", self._wall),
                Route("/fragments/post/{id}", post_fragment),
                Route("/fragments/comment/{id}", comment_fragment),
                Route("/fragments/message/{room}/{id}", message_fragment),
                Route("/static/{version}/{name}", web.serve_asset),
                Route(f"/post/{sample.LOGO.id}", thread),
                Route("/{rest:path}", any_page),
            ]
        )
