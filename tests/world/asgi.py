"""Calling an ASGI application without a socket, with exactly the bytes a test wants to send."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

App = Callable[..., Awaitable[None]]

BASE = "/api/v1"


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as data."""
        return msgspec.json.decode(self.body)

    def __getitem__(self, key: str) -> Any:
        return self.json[key]


class Caller:
    """Sends requests to an application as uvicorn would hand them over."""

    def __init__(self, app: App, address: str = "127.0.0.1", base: str = BASE) -> None:
        self._app = app
        self._base = base
        self._address = address
        self._base = base

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        json: object = msgspec.UNSET,
        body: bytes | Sequence[bytes] = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; `path` may carry a query and stands below the base. A list of bodies is sent in chunks."""
        raw_path, _, query = path.partition("?")
        if json is not msgspec.UNSET:
            body = msgspec.json.encode(json)
        given = {"content-type": "application/json", **(headers or {})}
        if key is not None:
            given["authorization"] = f"Bearer {key}"
        chunks = [body] if isinstance(body, bytes) else body
        if isinstance(body, bytes) and body and "transfer-encoding" not in given:
            given.setdefault("content-length", str(len(body)))
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(self._base + raw_path),
            "raw_path": (self._base + raw_path).encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
            "client": (self._address, 50_000),
        }
        return await self._send(scope, chunks)

    async def _send(self, scope: dict[str, Any], chunks: list[bytes]) -> Answer:
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            if not chunks:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start = sent[0]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def form(file: bytes, field: str = "file", **fields: str) -> tuple[bytes, dict[str, str]]:
    """A multipart form with one file, as curl sends it, and its header."""
    edge = "------------------------a5f7c3"
    head = f"--{edge}\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(f'{head}"{field}"; filename="p.png"\r\nContent-Type: image/png\r\n\r\n')
    body = "".join(parts).encode() + file + f"\r\n--{edge}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={edge}"}
