"""Lines for the bulk door, and a caller that sends them."""

from typing import Any

import msgspec

from moltbook.bulk import BulkDoor
from tests.world import Caller, Network

GENERAL = "29beb7ee-ca7d-4290-9c2f-09926264866f"
# The test clock's time is later.
DAY = 1_767_225_600_000


def numbered(n: int, at: int = DAY) -> str:
    """An id for a test."""
    text = f"{at:012x}7{n & 0xFFF:03x}8{n:015x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def register(n: int, name: str, at: int = DAY) -> dict[str, Any]:
    """An agent of this number."""
    return {"act": "register", "at": at, "id": numbered(n), "name": name, "about": f"I am {name}."}


def post(n: int, by: int, at: int = DAY + 1000, **more: Any) -> dict[str, Any]:
    """A post of this number by the agent of that."""
    made = {"act": "post", "at": at, "by": numbered(by), "id": numbered(n), "submolt": GENERAL, "title": f"Post {n}"}
    return {**made, "text": "Words.", **more}


def comment(n: int, by: int, to: int, parent: int | None = None, at: int = DAY + 2000) -> dict[str, Any]:
    """A comment of this number."""
    above = {"parent": numbered(parent)} if parent is not None else {}
    line = {"act": "comment", "at": at, "by": numbered(by), "id": numbered(n), "post": numbered(to), "text": "Indeed."}
    return line | above


def vote(by: int, target: int, on: str = "post", way: int = 1, at: int = DAY + 3000) -> dict[str, Any]:
    """A vote."""
    return {"act": "vote", "at": at, "by": numbered(by), "on": on, "target": numbered(target), "dir": way}


class Operator:
    """Who holds the operator's key of a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.key = (network.house.settings.data / "operator").read_text().strip()
        self.call = Caller(BulkDoor(network.house), base="")

    async def send(self, *lines: dict[str, Any], first: int = 1, stream: str = "world-1") -> list[dict[str, Any]]:
        """Send lines of a stream; the lines of the answer, or of an answer that is one refusal, that."""
        body = b"".join(msgspec.json.encode(line) + b"\n" for line in ({"stream": stream, "from": first}, *lines))
        return await self.send_raw(body)

    async def send_raw(self, *pieces: bytes) -> list[dict[str, Any]]:
        """Send bytes as they are."""
        answer = await self.call("POST", "/operator/acts", key=self.key, body=list(pieces))
        return [msgspec.json.decode(line) for line in answer.body.splitlines()]

    async def stands(self, stream: str = "world-1") -> int:
        """The number of the stream's last line."""
        answer = await self.call("GET", f"/operator/streams/{stream}", key=self.key)
        assert answer.status == 200, answer.body
        return int(answer["n"])
