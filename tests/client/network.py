"""A small network that keeps the contract's shapes, for a client to talk to over real HTTP.

In this room: an application with posts, comments, votes and keys in memory, a way to make it misbehave, and the thread
it runs in. Not here: the real server, which has its own tests.
"""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route


def refusal(status: int, code: str, message: str, **more: Any) -> JSONResponse:
    """A refusal in the contract's shape."""
    body = {"success": False, "statusCode": status, "error": message, "message": message, "code": code, **more}
    headers = {"Retry-After": str(more["retry_after_seconds"])} if "retry_after_seconds" in more else {}
    return JSONResponse(body, status, headers)


class SmallNetwork:
    """Everything the small network knows."""

    def __init__(self) -> None:
        self.names_by_key: dict[str, str] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.votes: list[tuple[str, str]] = []
        self.follows: list[tuple[str, str]] = []
        self.subscriptions: list[tuple[str, str]] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.misbehave: list[Response] = []
        """Answers given instead of the real ones, one a request."""
        self.refuse_posts: Response | None = None
        self.spoken = threading.Condition()

    def register(self, name: str) -> str:
        """A key for a new name."""
        key = "moltbook_sk_" + uuid.uuid4().hex
        self.names_by_key[key] = name
        return key

    def add_post(self, author: str, title: str, content: str, submolt: str = "general") -> dict[str, Any]:
        """A post that is there."""
        post = {
            "id": str(uuid.uuid4()), "title": title, "content": content, "type": "text", "url": None,
            "author": {"id": str(uuid.uuid4()), "name": author, "followerCount": 0},
            "submolt": {"id": str(uuid.uuid4()), "name": submolt, "display_name": submolt.title()},
            "submolt_name": submolt, "upvotes": 0, "downvotes": 0, "score": 0, "comment_count": 0, "hot_score": 0,
            "is_deleted": False, "created_at": stamp(), "labels": [],
        }  # fmt: skip
        self.posts[post["id"]] = post
        return post

    def add_comment(self, author: str, post_id: str, content: str, parent_id: str | None = None) -> dict[str, Any]:
        """A comment that is there."""
        comment = {
            "id": str(uuid.uuid4()), "post_id": post_id, "parent_id": parent_id, "content": content,
            "author": {"id": str(uuid.uuid4()), "name": author}, "upvotes": 0, "downvotes": 0, "score": 0,
            "is_deleted": False, "created_at": stamp(),
        }  # fmt: skip
        self.comments[comment["id"]] = comment
        self.posts[post_id]["comment_count"] += 1
        return comment

    def thread(self, post_id: str, parent_id: str | None = None) -> list[dict[str, Any]]:
        """The comments below a post or comment, as a tree, the newest first."""
        found = [c for c in self.comments.values() if c["post_id"] == post_id and c["parent_id"] == parent_id]
        return [{**comment, "replies": self.thread(post_id, comment["id"])} for comment in reversed(found)]

    def tell(self) -> None:
        """Wake whoever waits for something to be said."""
        with self.spoken:
            self.spoken.notify_all()

    def wait_until_said(self, count: int, seconds: float) -> bool:
        """Wait until so many posts and comments exist."""
        with self.spoken:
            return self.spoken.wait_for(lambda: len(self.posts) + len(self.comments) >= count, seconds)

    def app(self) -> Starlette:
        """The application."""
        routes = [
            Route("/verify", self._verify, methods=["POST"]),
            Route("/agents/register", self._register, methods=["POST"]),
            Route("/agents/status", self._status),
            Route("/agents/me", self._me, methods=["GET", "PATCH"]),
            Route("/agents/profile", self._profile),
            Route("/agents/{name}/follow", self._follow, methods=["POST", "DELETE"]),
            Route("/posts", self._posts, methods=["GET", "POST"]),
            Route("/feed", self._posts),
            Route("/search", self._search),
            Route("/submolts/{name}/feed", self._posts),
            Route("/posts/{id}", self._post, methods=["GET", "DELETE"]),
            Route("/posts/{id}/comments", self._comments, methods=["GET", "POST"]),
            Route("/comments/{id}", self._delete_comment, methods=["DELETE"]),
            Route("/{kind}/{id}/{direction:str}", self._vote, methods=["POST"]),
            Route("/submolts", self._submolts, methods=["GET", "POST"]),
            Route("/submolts/{name}", self._submolt),
            Route("/submolts/{name}/subscribe", self._subscribe, methods=["POST", "DELETE"]),
        ]
        routes.insert(0, routes.pop())
        app = Starlette(routes=[Route("/elsewhere", lambda _: RedirectResponse("/"))])
        app.mount("/api/v1", Starlette(routes=routes))
        app.add_middleware(BaseHTTPMiddleware, dispatch=self._note)
        return app

    async def _note(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        self.requests.append((request.method, request.url.path, dict(request.headers)))
        if self.misbehave:
            return self.misbehave.pop(0)
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key and key not in self.names_by_key:
            return refusal(401, "unauthorized", "Invalid API key", hint="Register anew.")
        return await call_next(request)

    def _caller(self, request: Request) -> str:
        return self.names_by_key.get(request.headers.get("authorization", "").removeprefix("Bearer "), "")

    async def _register(self, request: Request) -> Response:
        name = (await request.json())["name"]
        if name.lower() in {known.lower() for known in self.names_by_key.values()}:
            return refusal(409, "conflict", "That name is taken.")
        key = self.register(name)
        agent = {"id": str(uuid.uuid4()), "name": name, "api_key": key, "claim_url": "/claim/x"}
        return JSONResponse({"success": True, "agent": agent, "important": "Keep it."}, 201)

    async def _verify(self, request: Request) -> Response:
        body = await request.json()
        if body != {"verification_code": "moltbook_verify_x", "answer": "15.00"}:
            return refusal(400, "incorrect_answer", "Incorrect answer")
        return JSONResponse({"success": True, "message": "Yes!", "content_type": "post", "content_id": "p"})

    async def _status(self, _: Request) -> Response:
        return JSONResponse({"success": True, "status": "claimed", "agent": {"name": "x"}})

    async def _me(self, request: Request) -> Response:
        agent = {"id": str(uuid.uuid4()), "name": self._caller(request), "karma": "7", "description": None}
        if request.method == "PATCH":
            agent |= await request.json()
        return JSONResponse({"success": True, "agent": agent})

    async def _profile(self, request: Request) -> Response:
        posts = [p for p in self.posts.values() if p["author"]["name"] == request.query_params["name"]]
        agent = {"id": str(uuid.uuid4()), "name": request.query_params["name"], "owner": None}
        return JSONResponse({"success": True, "agent": agent, "recentPosts": posts, "recentComments": []})

    async def _follow(self, request: Request) -> Response:
        self.follows.append((self._caller(request), request.path_params["name"]))
        return JSONResponse({"success": True, "message": "Following!", "action": "followed"})

    async def _posts(self, request: Request) -> Response:
        if request.method == "POST":
            if self.refuse_posts is not None:
                return self.refuse_posts
            body = await request.json()
            post = self.add_post(self._caller(request), body["title"], body.get("content"), body["submolt_name"])
            if body["submolt_name"] == "guarded":
                challenge = {"verification_code": "moltbook_verify_x", "challenge_text": "tWeN-tY mInUs FiVe"}
                post = {**post, "verification_status": "pending", "verification": challenge}
            self.tell()
            return JSONResponse({"success": True, "post": post, "tip": "…"}, 201)
        found = list(reversed(self.posts.values()))
        start, limit = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 25))
        more = start + limit < len(found)
        body = {"success": True, "posts": found[start : start + limit], "has_more": more}
        return JSONResponse(body | ({"next_cursor": str(start + limit)} if more else {}))

    async def _search(self, request: Request) -> Response:
        asked = request.query_params["q"]
        found = [
            {"id": p["id"], "type": "post", "title": p["title"], "author": p["author"], "similarity": 0.5}
            for p in self.posts.values()
            if request.query_params["type"] != "comments" and asked in p["title"]
        ] + [
            {"id": c["id"], "type": "comment", "title": None, "content": c["content"], "post_id": c["post_id"]}
            for c in self.comments.values()
            if request.query_params["type"] != "posts" and asked in c["content"]
        ]
        body = {"query": asked, "type": request.query_params["type"], "results": found, "count": len(found)}
        return JSONResponse({"success": True, **body, "has_more": False, "next_cursor": None})

    async def _post(self, request: Request) -> Response:
        post = self.posts.get(request.path_params["id"])
        if post is None:
            return refusal(404, "not_found", "Post not found", hint="List posts first.")
        if request.method == "DELETE":
            del self.posts[post["id"]]
            return JSONResponse({"success": True, "message": "Post deleted"})
        return JSONResponse({"success": True, "post": post, "comments": self.thread(post["id"])})

    async def _comments(self, request: Request) -> Response:
        post_id = request.path_params["id"]
        if post_id not in self.posts:
            return refusal(404, "not_found", "Post not found")
        if request.method == "POST":
            body = await request.json()
            comment = self.add_comment(self._caller(request), post_id, body["content"], body.get("parent_id"))
            self.tell()
            return JSONResponse({"success": True, "comment": comment}, 201)
        return JSONResponse({"success": True, "comments": self.thread(post_id), "count": 0, "has_more": False})

    async def _delete_comment(self, request: Request) -> Response:
        del self.comments[request.path_params["id"]]
        return JSONResponse({"success": True, "message": "Comment deleted"})

    async def _vote(self, request: Request) -> Response:
        self.votes.append((self._caller(request), request.path_params["id"]))
        action = request.path_params["direction"] + "d"
        return JSONResponse({"success": True, "message": "Voted!", "action": action, "author": {"name": "x"}})

    async def _submolts(self, request: Request) -> Response:
        if request.method == "POST":
            return JSONResponse({"success": True, "submolt": await request.json()}, 201)
        return JSONResponse({"success": True, "submolts": [{"name": "general", "subscriber_count": "3"}]})

    async def _submolt(self, request: Request) -> Response:
        return JSONResponse({"success": True, "submolt": {"name": request.path_params["name"]}, "your_role": None})

    async def _subscribe(self, request: Request) -> Response:
        self.subscriptions.append((self._caller(request), request.path_params["name"]))
        return JSONResponse({"success": True, "message": "Subscribed!", "action": "subscribed"})


def stamp() -> str:
    """The time as the contract writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def on_loopback(app: Starlette) -> Iterator[str]:
    """Run an application in a thread and give its address; the socket listens before the server does."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
