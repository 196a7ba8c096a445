"""The wire: an answer leaves in one piece, says what uvicorn would have said, and nothing strange slips through."""

import asyncio

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from moltbook.cli import cycle
from moltbook.cli.wire import Wire


class Socket(asyncio.Transport):
    """What reaches the network, write by write."""

    def __init__(self):
        super().__init__()
        self.sent = []
        self.closed = False

    def write(self, data):
        self.sent.append(bytes(data))

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


async def talk(app, *requests, protocol=Wire):
    """Send these over one connection, all at once; the socket when every request has been answered."""
    config = uvicorn.Config(app, http=protocol, lifespan="off", access_log=False, log_level="critical")
    config.load()
    state = ServerState()
    socket = Socket()
    connection = protocol(config, state, {})
    connection.connection_made(socket)
    for request in requests:
        connection.data_received(request)
    async with asyncio.timeout(10):
        while state.tasks:
            await asyncio.gather(*state.tasks)
    connection.connection_lost(ConnectionResetError())
    return socket


def answering(body=b"body", headers=(), status=200, parts=None):
    """An application that answers just so."""

    async def app(scope, receive, send):
        given = [(b"content-length", b"%d" % len(body))] if parts is None else []
        await send({"type": "http.response.start", "status": status, "headers": [*headers, *given]})
        for part in parts or []:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" or parts else body})

    return app


GET = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n"
HEAD = b"HEAD / HTTP/1.1\r\nhost: h\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"
OLD = b"GET / HTTP/1.0\r\n\r\n"


async def test_head_and_body_are_one_packet():
    socket = await talk(answering(headers=[(b"x-a", b"1")]), GET)
    assert socket.sent == [b"HTTP/1.1 200 OK\r\nx-a: 1\r\ncontent-length: 4\r\n\r\nbody"]
    assert not socket.closed


@pytest.mark.parametrize("request_", [GET, HEAD, LAST, OLD])
@pytest.mark.parametrize(
    "app",
    [
        answering(), answering(b""), answering(b"", status=304), answering(b"", status=204),
        answering(headers=[(b"X-Upper", b"1"), (b"connection", b"close")]),
        answering(headers=[(b"a", b"1"), (b"a", b"2")]),
        answering(parts=[b"one", b"", b"two"]), answering(headers=[(b"transfer-encoding", b"chunked")], parts=[b"x"]),
    ],
)  # fmt: skip
async def test_every_answer_is_the_one_uvicorn_gives(app, request_):
    for _ in range(2):
        ours, theirs = await talk(app, request_), await talk(app, request_, protocol=HttpToolsProtocol)
        assert b"".join(ours.sent) == b"".join(theirs.sent)
        assert ours.closed == theirs.closed


async def test_requests_sent_together_are_answered_in_their_order():
    places = iter(range(9))

    async def app(scope, receive, send):
        place = next(places)
        await asyncio.sleep(0)
        await answering(b"%d" % place)(scope, receive, send)

    socket = await talk(app, GET + GET, GET)
    assert [sent[-1:] for sent in socket.sent] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    "header",
    [(b"x\r\ny", b"1"), (b"x", b"1\r\nset-cookie: a=b"), (b"x", b"\x00"), (b"", b"1\n"), (b"content-length", b"9")],
)
async def test_a_header_that_would_break_the_answer_is_never_sent(header):
    async def app(scope, receive, send):
        headers = [header] if header[0] == b"content-length" else [header, (b"content-length", b"4")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"body"})

    ours, theirs = await talk(app, GET), await talk(app, GET, protocol=HttpToolsProtocol)
    assert b"".join(ours.sent) == b"".join(theirs.sent)
    assert b"set-cookie" not in b"".join(ours.sent)


async def test_an_application_that_breaks_is_answered_for():
    async def breaks_after_the_head(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        raise ZeroDivisionError

    socket = await talk(breaks_after_the_head, GET)
    assert b"".join(socket.sent).startswith(b"HTTP/1.1 500 ")


async def test_who_does_not_take_a_stream_is_cut_off_when_it_ends(caplog):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            body = {"type": "http.response.body", "body": bytes(65_536), "more_body": True}
            sending = asyncio.create_task(send(body))
            # It takes one turn of the loop, or waits for the client.
            await asyncio.sleep(0)
            if not sending.done():
                sending.cancel()
                return

    config = uvicorn.Config(app, http=Wire, lifespan="off", access_log=False, log_config=None)
    config.load()
    state = ServerState()
    listener = await asyncio.get_running_loop().create_server(lambda: Wire(config, state, {}), "127.0.0.1", 0)
    async with listener:
        _, writer = await asyncio.open_connection(*listener.sockets[0].getsockname(), limit=1)
        writer.write(GET)
        async with asyncio.timeout(20):
            while not state.connections:  # noqa: ASYNC110 - it is on its way
                await asyncio.sleep(0)
            while state.connections:  # noqa: ASYNC110 - as uvicorn waits
                await asyncio.sleep(0)
        writer.transport.abort()
    assert not caplog.records


async def test_the_lines_that_are_kept_stay_few(monkeypatch):
    monkeypatch.setattr(cycle, "LINES_KEPT", 10)
    cycle._lines.clear()
    for n in range(50):
        await talk(answering(headers=[(b"x-n", b"%d" % n)]), GET)
        assert len(cycle._lines) <= 10
