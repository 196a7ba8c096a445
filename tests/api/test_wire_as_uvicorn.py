"""The wire beside uvicorn's protocol, whose methods it repeats: same scopes, same messages, same state, same end.

A change of uvicorn that the wire does not follow fails here. How late it is, the test says.
"""

import asyncio
import inspect

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from moltbook.cli.cycle import Bell
from moltbook.cli.wire import Wire
from tests.api.test_wire import GET, LAST, Socket, answering

BOTH = [Wire, HttpToolsProtocol]
POST = b"POST /a?b HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\n"
CONTINUE = b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\ncontent-length: 4\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntrailer: t\r\n\r\n"


class Clock:
    """The running loop, except that the test says how late it is."""

    def __init__(self):
        self.now = 0.0
        self.timers = []
        self.create_task = asyncio.get_running_loop().create_task

    def time(self):
        return self.now

    def call_later(self, seconds, callback):
        timer = Timer(self.now + seconds, callback)
        self.timers.append(timer)
        return timer

    def pass_(self, seconds):
        until = self.now + seconds
        while due := sorted((t for t in self.timers if not t.cancelled and t.at <= until), key=lambda t: t.at):
            self.now = due[0].at
            self.timers.remove(due[0])
            due[0].callback()
        self.now = until

    @property
    def running(self):
        return [timer for timer in self.timers if not timer.cancelled]


class Timer:
    def __init__(self, at, callback):
        self.at = at
        self.callback = callback
        self.cancelled = False

    def cancel(self):
        self.cancelled = True


class Line:
    """A connection, and what the test does at its other end."""

    def __init__(self, app, protocol=Wire):
        config = uvicorn.Config(
            app, http=protocol, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=75
        )
        config.load()
        self.state = ServerState()
        self.socket = Socket()
        self.clock = Clock()
        self.connection = protocol(config, self.state, {"kept": 1}, self.clock)
        self.connection.connection_made(self.socket)

    async def sends(self, *parts):
        """Send, and wait until nothing more happens."""
        for part in parts:
            self.connection.data_received(part)
            for _ in range(9):
                await asyncio.sleep(0)


@pytest.mark.parametrize("protocol", BOTH)
@pytest.mark.parametrize("pauses", [[], [3], [74] * 9, [74, 2, 1]])
async def test_an_idle_connection_is_closed_in_time(protocol, pauses):
    line = Line(answering(), protocol)
    await line.sends(GET)
    for pause in pauses:
        line.clock.pass_(pause)
        assert not line.socket.closed
        await line.sends(GET)
    line.clock.pass_(74.9)
    assert not line.socket.closed
    line.clock.pass_(0.1)
    assert line.socket.closed


@pytest.mark.parametrize("protocol", BOTH)
@pytest.mark.parametrize("what", ["nothing", "a request under way", "half a head", "half a body"])
async def test_who_is_not_idle_is_left_alone(protocol, what):
    done = asyncio.Event()

    async def app(scope, receive, send):
        if scope["path"] == "/slow":
            await done.wait()
        await answering()(scope, receive, send)

    line = Line(app, protocol)
    if what != "nothing":
        await line.sends(GET)
        line.clock.pass_(50)
    started = {"nothing": b"", "a request under way": GET.replace(b"/", b"/slow", 1), "half a head": GET[:9]}
    await line.sends(started.get(what, POST.replace(b"/a", b"/slow") + b"xx"))
    line.clock.pass_(1000)
    assert not line.socket.closed
    done.set()
    await line.sends(b"")
    if what in {"a request under way", "half a body"}:
        line.clock.pass_(74.9)
        assert not line.socket.closed
        line.clock.pass_(0.1)
        assert line.socket.closed


async def test_no_timer_outlives_its_connection():
    for error in (None, ConnectionResetError()):
        line = Line(answering())
        await line.sends(*[GET] * 5)
        assert len(line.clock.running) == 1
        line.connection.connection_lost(error)
        assert not line.clock.running


async def test_the_server_stops_with_an_idle_connection_and_after_an_answer():
    line = Line(answering())
    await line.sends(GET)
    line.connection.shutdown()
    assert line.socket.closed
    line = Line(answering())
    line.connection.data_received(GET)
    line.connection.shutdown()
    assert not line.socket.closed
    await line.sends(b"")
    assert line.socket.closed
    assert b"connection: close" in line.socket.sent[0]
    assert not line.state.tasks


@pytest.mark.parametrize(
    "request_",
    [
        GET, LAST, POST + b"body",
        *(
            b"%s %s HTTP/%s\r\nHost: h\r\nX-A:  b \r\nx-a: c\r\n%s\r\n" % (method, target, version, more)
            for method in (b"GET", b"OPTIONS", b"DELETE")
            for target in (
                b"/", b"/a%20b/%C3%A9?x=%20&y", b"//a/b", b"/?", b"/?a?b", b"/a#b", b"/a?b#c", b"http://h/a?b", b"*",
                b"http://h", b"/%", b"/%ff", b"/\xc3\xa9", b"/a;b,c:d@e", b"h:1", b"?a", b"/a b", b"",
            )
            for version, more in (
                (b"1.1", b""), (b"1.0", b""), (b"1.0", b"connection: keep-alive\r\n"),
                (b"1.1", b"connection: upgrade\r\nupgrade: h2c\r\n"),
            )
        ),
    ],
)  # fmt: skip
async def test_a_request_is_read_as_uvicorn_reads_it(request_):
    async def read(protocol):
        scopes = []

        async def app(scope, receive, send):
            scopes.append(dict(scope))
            await answering()(scope, receive, send)

        line = Line(app, protocol)
        await line.sends(request_)
        return scopes, b"".join(line.socket.sent), line.socket.closed

    assert await read(Wire) == await read(HttpToolsProtocol)


@pytest.mark.parametrize(
    "parts",
    [
        [GET], [POST + b"body"], [POST, b"bo", b"dy"], [POST + b"bo", b"dy"], [CONTINUE, b"body"], [CONTINUE + b"body"],
        [CHUNKED + b"2\r\nbo\r\n", b"2\r\ndy\r\n", b"0\r\nt: 1\r\n\r\n"], [POST + b"body" + GET, GET],
        [POST.replace(b": 4", b": 300000"), *[bytes(50_000)] * 6], [POST.replace(b": 4", b": 300000") + bytes(300_000)],
        [POST + b"body" + POST, b"body"],
    ],
)  # fmt: skip
async def test_what_an_application_receives_is_what_uvicorn_hands_out(parts):
    async def received(protocol):
        heard = []

        async def app(scope, receive, send):
            more = True
            while more:
                message = await receive()
                more = message.get("more_body")
                heard.extend((message, line.connection.flow.read_paused, b"".join(line.socket.sent)))
            waiting = asyncio.create_task(receive())
            await asyncio.sleep(0)
            assert not waiting.done()
            await answering()(scope, receive, send)
            heard.extend((await waiting, await receive()))

        line = Line(app, protocol)
        await line.sends(*parts)
        assert not line.state.tasks
        assert heard[-1]["type"] == "http.disconnect"
        return heard, b"".join(line.socket.sent), line.state.total_requests

    assert await received(Wire) == await received(HttpToolsProtocol)


@pytest.mark.parametrize("protocol", BOTH)
async def test_who_leaves_is_noticed(protocol):
    heard = []

    async def app(scope, receive, send):
        heard.extend([await receive(), await receive(), await receive()])

    line = Line(app, protocol)
    await line.sends(POST + b"bo")
    line.connection.connection_lost(ConnectionResetError())
    await asyncio.gather(*line.state.tasks)
    assert [message["type"] for message in heard] == ["http.request", "http.disconnect", "http.disconnect"]


async def _breaks(scope, receive, send):
    raise ZeroDivisionError


async def _says_nothing(scope, receive, send):
    pass


async def _stops_half_way(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a", "more_body": True})


async def _breaks_half_way(scope, receive, send):
    await _stops_half_way(scope, receive, send)
    raise ZeroDivisionError


async def _breaks_afterwards(scope, receive, send):
    await answering()(scope, receive, send)
    raise ZeroDivisionError


async def _returns_something(scope, receive, send):
    await answering()(scope, receive, send)
    return 1


async def _is_cancelled(scope, receive, send):
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    "app",
    [
        _breaks, _says_nothing, _stops_half_way, _breaks_half_way, _breaks_afterwards, _returns_something,
        _is_cancelled,
    ],
)  # fmt: skip
async def test_a_broken_application_ends_as_with_uvicorn(app, caplog):
    async def ended(protocol):
        caplog.clear()
        line = Line(app, protocol)
        await line.sends(GET)
        assert not line.state.tasks
        told = [(record.message, record.exc_info and record.exc_info[0]) for record in caplog.records]
        assert len(told) == 1
        return b"".join(line.socket.sent), line.socket.closed, told

    caplog.set_level("ERROR", logger="uvicorn.error")
    assert await ended(Wire) == await ended(HttpToolsProtocol)


async def test_a_cycle_begins_in_the_state_of_uvicorns():
    async def state(protocol):
        line = Line(answering(), protocol)
        line.connection.data_received(POST)
        begun = vars(line.connection.cycle).copy()
        await line.sends(b"body")
        return begun

    ours, theirs = await state(Wire), await state(HttpToolsProtocol)
    assert ours.keys() - {"_head"} == theirs.keys()
    bound = {"scope", "transport", "flow", "message_event", "on_response"}
    assert {k: ours[k] for k in theirs.keys() - bound} == {k: theirs[k] for k in theirs.keys() - bound}
    assert ours["scope"] == theirs["scope"]


def test_what_the_wire_overrides_is_what_uvicorn_calls():
    for name in vars(Wire).keys() - {"_arm", "_disarm"}:
        if inspect.isfunction(vars(Wire)[name]):
            assert inspect.isfunction(vars(HttpToolsProtocol).get(name)), name
    # Of the event, a cycle and its connection ask for no more than the bell can.
    source = inspect.getsource(RequestResponseCycle) + inspect.getsource(HttpToolsProtocol)
    asked = {word.split("(")[0] for word in source.split("message_event.")[1:]}
    assert asked <= vars(Bell).keys()


@pytest.mark.parametrize("setting", [{"limit_concurrency": 9}, {"root_path": "/a"}, {"reset_contextvars": True}])
async def test_a_setting_the_wire_would_ignore_is_refused(setting):
    config = uvicorn.Config(answering(), http=Wire, lifespan="off", log_config=None, **setting)
    with pytest.raises(ValueError, match="knows no"):
        Wire(config, ServerState(), {})
