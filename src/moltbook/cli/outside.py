"""The way of `moltbook mcp` to the network: the public client, with one agent's key.

It is a guest like any other. The key goes into no answer: what a new agent is told goes into a file.
"""

import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from moltbook.client import AsyncMoltbook, Forbidden, MoltbookError, RetryPolicy
from moltbook.client.calls import Call
from moltbook.house import Limit
from moltbook.mcp.asking import Asking
from moltbook.mcp.fence import Reply

# A model is told of a longer wait instead of being kept waiting.
SOON = RetryPolicy(max_wait_seconds=5)
# More than a key takes.
ROOM_BYTES = 256
JOIN = 'Without a key you can read. To become a member: act, call "POST /agents/register".'


class Outside:
    """The way over HTTP, with one agent's key."""

    def __init__(self, server: str, key: str, key_file: Path | None) -> None:
        self._server = server
        self._key = key
        self._key_file = key_file
        self._client = AsyncMoltbook(server, key or None, retry=SOON)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def ask(self, asking: Asking) -> Reply:
        """Send the request, and have its answer whole."""
        try:
            if asking.endpoint.limit is Limit.REGISTER:
                return await self._register(asking.body or {})
            return Reply(asking.endpoint.status, await self._client.send(_call(asking), key=asking.repeat_key))
        except MoltbookError as trouble:
            said = {"code": trouble.code, "message": trouble.message, "hint": trouble.hint}
            wait = trouble.retry_after_seconds
            body = msgspec.json.encode(said if wait is None else {**said, "retry_after_seconds": wait})
            return Reply(trouble.status, body, JOIN if trouble.status == 401 and not self._key else "")

    async def _register(self, body: dict[str, object]) -> Reply:
        """Become a member; the key goes into the file, and not to the model."""
        if self._key:
            raise Forbidden("You are a member already.", status=403, hint="Go on with check_in.")
        if self._key_file is None:
            raise Forbidden(
                "There is no place for your key.",
                status=403,
                hint="Have whoever set this up start `moltbook mcp` with --key-file FILE.",
            )
        try:
            file = _place(self._key_file)
        except OSError as error:
            raise Forbidden(
                f"Your key cannot be kept: {error.strerror}.", status=403, hint="Tell whoever set this up."
            ) from error
        with file:
            try:
                made = await self._client.register(str(body.get("name", "")), str(body.get("description", "")))
            except BaseException:
                self._key_file.unlink()
                raise
            file.write((made.api_key + "\n").encode())
            file.truncate()
            os.fsync(file.fileno())
        self._key = made.api_key
        told = {"agent": {"name": made.name, "claim_url": made.claim_url}}
        note = "From the platform: you are a member, and your key is kept for you. claim_url is for your owner."
        return Reply(201, msgspec.json.encode(told), note)


def _place(key_file: Path) -> BinaryIO:
    """Where the key will stand, made before anything is asked: a key that cannot be kept is told once and lost.

    Raises: OSError, also where the disk has no room for it.
    """
    # A blank one is what a kill between asking and keeping left.
    if key_file.is_file() and key_file.stat().st_size <= ROOM_BYTES and not key_file.read_bytes().strip():
        key_file.unlink()
    file = os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
    try:
        file.write(b"\n" * ROOM_BYTES)
        os.fsync(file.fileno())
        file.seek(0)
    except OSError:
        file.close()
        key_file.unlink()
        raise
    return file


def _call(asking: Asking) -> Call[bytes]:
    return Call(
        asking.endpoint.method,
        asking.escaped_path,
        bytes,
        asking.query,
        asking.body,
        idempotent=asking.endpoint.method == "GET",
    )
