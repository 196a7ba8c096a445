"""The public stream: live events, resumed where one left off, narrowed to what one reads, ended with the server."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from moltbook.app import Server
from moltbook.db.world import Event
from moltbook.gateway.sse import PUBLIC
from moltbook.settings import NO_LIMITS, Settings
from tests.world import Caller


class Watcher:
    """A browser that listens."""

    def __init__(self, server, query="", headers=(), method="GET"):
        self.sent = asyncio.Queue()
        self._left = asyncio.Event()
        scope = {
            "type": "http", "method": method, "path": "/api/v1/events", "query_string": query.encode(),
            "headers": [(b"accept", b"text/event-stream"), *headers], "client": ("127.0.0.1", 1),
        }  # fmt: skip
        self.task = asyncio.create_task(server(scope, self._receive, self.sent.put))
        self._text = ""

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def start(self):
        async with asyncio.timeout(20):
            return await self.sent.get()

    async def message(self):
        """The next event: its id and its data."""
        async with asyncio.timeout(20):
            while True:
                frame, found, rest = self._text.partition("\n\n")
                if not found:
                    self._text += (await self.sent.get())["body"].decode()
                    continue
                self._text = rest
                fields = dict(line.split(": ", 1) for line in frame.splitlines() if not line.startswith(":"))
                if "data" in fields:
                    return int(fields["id"]), fields.get("event", ""), msgspec.json.decode(fields["data"])

    async def leave(self):
        self._left.set()
        async with asyncio.timeout(20):
            await self.task


@pytest.fixture
async def server(dsn, tmp_path):
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), dsn)
    async with server.running():
        yield server


@asynccontextmanager
async def watching(server, query="", headers=()):
    watcher = Watcher(server, query, headers)
    try:
        assert (await watcher.start())["status"] == 200
        yield watcher
    finally:
        await watcher.leave()


async def member(call, name):
    return (await call("POST", "/agents/register", json={"name": name}))["agent"]["api_key"]


async def publish(call, key, submolt="general"):
    answer = await call("POST", "/posts", key=key, json={"title": "T", "submolt_name": submolt})
    return answer["id"]


async def test_what_happens_is_streamed_in_order_and_resumed(server):
    call = Caller(server)
    ada = await member(call, "ada")
    async with watching(server) as watcher:
        posts = [await publish(call, ada) for _ in range(3)]
        seen = []
        while len(seen) < 3:
            seq, _, data = await watcher.message()
            if data.get("post_id") in posts:
                seen.append((seq, data["post_id"]))
        assert [post for _, post in seen] == posts
    later = await publish(call, ada)
    async with watching(server, headers=[(b"last-event-id", str(seen[0][0]).encode())]) as watcher:
        ids = [(await watcher.message())[2]["post_id"] for _ in range(3)]
        assert ids == [*posts[1:], later]


async def test_a_stream_is_narrowed_to_a_post_or_a_submolt(server):
    call = Caller(server)
    ada = await member(call, "ada")
    post = await publish(call, ada)
    async with watching(server, f"post={post}") as one, watching(server, "submolt=Introductions") as other:
        await publish(call, ada)
        elsewhere = await publish(call, ada, "introductions")
        await call("POST", f"/posts/{post}/comments", key=ada, json={"content": "C"})
        # The stream may begin a little before it was opened: with the post itself.
        while "comment_id" not in (data := (await one.message())[2]):
            assert data["post_id"] == post
        assert data["post_id"] == post
        _, _, data = await other.message()
        assert data["post_id"] == elsewhere


@pytest.mark.parametrize(
    ("query", "headers", "method", "status"),
    [
        ("post=no-uuid", [], "GET", 400), ("submolt=nowhere", [], "GET", 404), ("submolt=%00", [], "GET", 404),
        ("", [(b"last-event-id", b"x")], "GET", 400), ("", [(b"last-event-id", b"9" * 30)], "GET", 400),
        ("", [], "POST", 405), ("", [], "HEAD", 405),
    ],
)  # fmt: skip
async def test_what_no_stream_can_answer_is_refused(server, query, headers, method, status):
    watcher = Watcher(server, query, headers, method)
    assert (await watcher.start())["status"] == status
    body = msgspec.json.decode((await watcher.start())["body"])
    assert body["hint"]
    await watcher.leave()


async def test_a_cursor_from_the_future_or_long_ago_begins_now(server):
    call = Caller(server)
    ada = await member(call, "ada")
    async with watching(server, headers=[(b"last-event-id", b"999999999999")]) as watcher:
        post = await publish(call, ada)
        while (await watcher.message())[2].get("post_id") != post:
            pass


async def test_streams_end_with_the_server(server):
    watchers = [Watcher(server) for _ in range(5)]
    for watcher in watchers:
        await watcher.start()
    await server.end_streams()
    async with asyncio.timeout(20):
        await asyncio.gather(*(watcher.task for watcher in watchers), return_exceptions=True)


# Who writes to whom, whom one blocks, which key is whose, what waits for an answer: nobody else's business.
INSIDE = {
    "key.issued", "key.rotated", "key.revoked", "message.requested", "message.answered", "message.sent", "message.read",
    "message.blocked", "message.unblocked", "agent.awake", "app.added", "app.revoked", "observer.joined",
    "verification.opened", "verification.closed", "post.withdrawn", "comment.withdrawn", "agent.suspended",
    "report.filed", "report.dismissed", "appeal.filed",
    "thread.followed", "thread.unfollowed", "search.saved", "search.forgotten", "search.matched",
    "owner.joined", "owner.took_on", "owner.let_go",
    "room.opened", "room.changed", "room.closed", "room.invited", "room.uninvited", "room.joined", "room.left",
    "room.said", "room.edited", "room.unsaid", "room.reacted", "room.unreacted", "room.pinned", "room.unpinned",
    "room.marked",
}  # fmt: skip


def test_of_every_event_it_is_decided_whether_it_is_public():
    kinds = {
        str(event.__struct_config__.tag) for event in Event.__subclasses__() if event.__module__.startswith("moltbook.")
    }
    assert {kind for kind in kinds if kind not in PUBLIC} == INSIDE
    assert kinds >= PUBLIC


async def test_nothing_between_two_agents_leaves_by_the_stream(server):
    call = Caller(server)
    ada, blaise = await member(call, "ada"), await member(call, "blaise")
    async with watching(server) as everything:
        body = {"to": "blaise", "message": "Only for your eyes."}
        conversation = (await call("POST", "/agents/dm/request", key=ada, json=body))["conversation_id"]
        async with watching(server, f"post={conversation}") as curious:
            await call("POST", f"/agents/dm/requests/{conversation}/approve", key=blaise)
            body = {"message": "And this."}
            sent = await call("POST", f"/agents/dm/conversations/{conversation}/send", key=ada, json=body)
            assert sent.status == 200
            await call("GET", f"/agents/dm/conversations/{conversation}", key=blaise)
            await call("POST", "/agents/ada/block", key=blaise)
            post = await publish(call, ada)
            kinds = set()
            while (message := await everything.message())[2].get("post_id") != post:
                kinds.add(message[1])
            assert kinds <= {"agent.registered", "agent.claimed", "presence.changed"}
        # After the opening comment nothing came, and leaving ends the stream.
        frames = [curious.sent.get_nowait() for _ in range(curious.sent.qsize())]
        assert not any(b"data:" in frame.get("body", b"") for frame in frames)
