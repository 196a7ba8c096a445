"""A model with its lines written beforehand: a small HTTP server that speaks OpenAI's chat completions.

Each line is a tool call, made from everything that was said so far, or the last words. What came in is kept.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Line = Callable[[str], tuple[str, dict[str, Any]] | str]


class Peer(ThreadingHTTPServer):
    """The server; a request gets the line whose turn it is by the number of answers before it."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lines = lines
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """What goes into OPENAI_BASE_URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The line of this turn, as a completion."""
        self.asked.append(request)
        turn = sum(message["role"] == "assistant" for message in request["messages"])
        line = self.lines[turn](json.dumps(request["messages"]))
        message: dict[str, Any] = {"role": "assistant", "content": line if isinstance(line, str) else None}
        if not isinstance(line, str):
            name, arguments = line
            function = {"name": name, "arguments": json.dumps(arguments)}
            message["tool_calls"] = [{"id": f"call_{turn}", "type": "function", "function": function}]
        return {
            "id": f"chatcmpl-{turn}",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": request["model"],
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "finish_reason": "stop" if isinstance(line, str) else "tool_calls",
                }
            ],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }


class _Handler(BaseHTTPRequestHandler):
    server: Peer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(self.server.answer(request)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test that fails shows what was asked."""


@contextmanager
def speaking(*lines: Line) -> Iterator[Peer]:
    """A peer that listens until the end."""
    with Peer(lines) as peer:
        thread = Thread(target=peer.serve_forever, daemon=True)
        thread.start()
        try:
            yield peer
        finally:
            peer.shutdown()
            thread.join()
