"""The rival: the raw limit, a bare ASGI application on the same uvicorn that does only what cannot be left out.

A read is answered with the same bytes from a dictionary. A write's JSON is decoded, its row queued, everything queued
inserted in one transaction of grouped statements, and bytes of the same length answered after the commit. No key is
checked; there is no rule, no tally, no event.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import msgspec
import uvicorn
from uuid_utils import uuid7

from bench.cast import GENERAL, Cast, load
from moltbook.cli.orphan import die_with_parent
from moltbook.db.pool import connect

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Row = tuple[Any, ...]

POSTS = """
INSERT INTO posts
SELECT id, $2::uuid, author_id, 'rival', 'text', title, content, NULL, 0, 0, 0, 0, 0, now(), NULL
FROM unnest($1::uuid[], $3::uuid[], $4::text[], $5::text[]) AS u(id, author_id, title, content)
"""
COMMENTS = """
INSERT INTO comments
SELECT post_id, id, parent_id, author_id, 'rival', 0, content, 0, 0, 0, 0, 0, now(), NULL
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS u(post_id, id, parent_id, author_id, content)
"""
VOTES = """
INSERT INTO votes
SELECT post_id, target_id, voter_id, 1, now()
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS u(post_id, target_id, voter_id)
ON CONFLICT DO NOTHING
"""
JSON = (b"content-type", b"application/json")


class Answers(msgspec.Struct, frozen=True):
    """What the rival answers: pages by query string, and how long the answer to each kind of write is."""

    pages: dict[str, tuple[int, bytes, list[tuple[str, str]]]]
    post_bytes: int
    comment_bytes: int
    vote_bytes: int


class PostBody(msgspec.Struct, frozen=True):
    """A post."""

    submolt_name: str
    title: str
    content: str


class CommentBody(msgspec.Struct, frozen=True):
    """A comment."""

    content: str
    parent_id: str | None = None


class Rival:
    """The bare application."""

    def __init__(self, dsn: str, answers: Answers, cast: Cast) -> None:
        self._dsn = dsn
        self._pages = {
            key.encode(): (status, body, [(n.encode(), v.encode()) for n, v in headers])
            for key, (status, body, headers) in answers.pages.items()
        }
        self._post_answer = b"x" * answers.post_bytes
        self._comment_answer = b"x" * answers.comment_bytes
        self._vote_answer = b"x" * answers.vote_bytes
        self._authors = [member.id for member in cast.members]
        self._post_of = {comment.id: comment.post_id for comment in cast.comments}
        self._draw = Random(1).random
        self._decode_post = msgspec.json.Decoder(PostBody).decode
        self._decode_comment = msgspec.json.Decoder(CommentBody).decode
        self._posts: list[Row] = []
        self._comments: list[Row] = []
        self._votes: list[Row] = []
        self._callers: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["method"] == "GET":
            status, body, headers = self._pages[scope["query_string"]]
        else:
            status, body = await self._write(scope["path"], receive)
            headers = [JSON, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _write(self, path: str, receive: Receive) -> tuple[int, bytes]:
        body: bytes = (await receive())["body"]
        author = self._authors[int(self._draw() * len(self._authors))]
        _, _, _, kind, *rest = path.split("/")
        status, answer = 201, self._post_answer
        if not rest:
            post = self._decode_post(body)
            self._posts.append((str(uuid7()), author, post.title, post.content))
        elif rest[1] == "comments":
            comment = self._decode_comment(body)
            self._comments.append((rest[0], str(uuid7()), comment.parent_id, author, comment.content))
            answer = self._comment_answer
        else:
            target = rest[0]
            self._votes.append((target if kind == "posts" else self._post_of[target], target, author))
            status, answer = 200, self._vote_answer
        done = asyncio.get_running_loop().create_future()
        self._callers.append(done)
        self._wake.set()
        await done
        return status, answer

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        connection = await connect(self._dsn, "bench rival")
        writer = asyncio.create_task(self._keep_writing(connection))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writer.cancel()
        connection.terminate()
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_writing(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while True:
            if not self._callers:
                self._wake.clear()
                await self._wake.wait()
                # What arrived together is parsed one after another; let it all queue.
                await asyncio.sleep(0)
            posts, comments, votes, callers = self._posts, self._comments, self._votes, self._callers
            self._posts, self._comments, self._votes, self._callers = [], [], [], []
            async with connection.transaction():
                if posts:
                    ids, *columns = zip(*posts, strict=True)
                    await connection.execute(POSTS, ids, GENERAL, *columns)
                if comments:
                    await connection.execute(COMMENTS, *zip(*comments, strict=True))
                if votes:
                    await connection.execute(VOTES, *zip(*votes, strict=True))
            for done in callers:
                if not done.done():
                    done.set_result(None)


def main() -> None:
    """Serve until told to stop, with uvicorn set up as the worker's is."""
    die_with_parent()
    answers = msgspec.msgpack.decode(Path(os.environ["BENCH_ANSWERS"]).read_bytes(), type=Answers)
    rival = Rival(os.environ["BENCH_DSN"], answers, load(Path(os.environ["BENCH_CAST"])))
    config = uvicorn.Config(
        rival,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
