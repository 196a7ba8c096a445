"""The corked transport: head and body leave together, and nothing stays behind."""

import asyncio

from moltbook.cli.wire import Corked


class Socket:
    """What reaches the network."""

    def __init__(self):
        self.sent = []
        self.closed = False

    def write(self, data):
        self.sent.append(data)

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed


def corked():
    socket = Socket()
    return socket, Corked(socket, asyncio.get_running_loop())


async def test_head_and_body_are_one_packet():
    socket, transport = corked()
    transport.write(b"head ")
    transport.write(b"body")
    assert socket.sent == [b"head body"]
    await asyncio.sleep(0)
    assert socket.sent == [b"head body"]


async def test_what_comes_alone_leaves_when_the_loop_comes_round():
    socket, transport = corked()
    transport.write(b"a line of a stream")
    assert socket.sent == []
    await asyncio.sleep(0)
    assert socket.sent == [b"a line of a stream"]


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


async def test_a_head_waits_for_the_body_it_promises_or_for_the_end_of_the_answer():
    socket, transport = corked()
    transport.write(HEAD)
    await asyncio.sleep(0)
    assert socket.sent == []
    transport.write(b"body")
    transport.write(HEAD)
    transport.flush()
    transport.flush()
    assert socket.sent == [HEAD + b"body", HEAD]


async def test_a_stream_that_speaks_of_lengths_does_not_wait():
    socket, transport = corked()
    transport.write(b"40\r\ndata: HTTP/1.1 200 content-length: 4\r\n")
    await asyncio.sleep(0)
    assert len(socket.sent) == 1


async def test_empty_bodies_and_many_parts_keep_their_order():
    socket, transport = corked()
    for part in (b"head", b"", b"1", b"2", b"3"):
        transport.write(part)
    await asyncio.sleep(0)
    assert b"".join(socket.sent) == b"head123"


async def test_closing_sends_the_rest_first():
    socket, transport = corked()
    transport.write(b"last words")
    assert not transport.is_closing()
    transport.close()
    assert socket.sent == [b"last words"]
    assert socket.closed
    await asyncio.sleep(0)
    assert socket.sent == [b"last words"]
