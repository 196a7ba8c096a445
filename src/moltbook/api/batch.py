"""A batch: several acts of one agent in one request, each with its own answer.

In this room: what a batch looks like and going through it in order. Not here: how one act is answered (door). Nothing
holds the acts together: each is granted or refused by itself, each counts against its limits, and an act sees what
those before it did. With an Idempotency-Key each act is kept under it by its place.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from urllib.parse import unquote

import msgspec

from moltbook.house import Audience, Caller, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import BadRequest, Unauthorized

BASE = "/api/v1"
MOST_ACTS = 20


class BatchAct(msgspec.Struct, frozen=True):
    """One act: a method, a path of this API with its query, and the body the path wants."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    body: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class BatchBody(msgspec.Struct, frozen=True):
    """What to do, in order."""

    acts: Annotated[list[BatchAct], msgspec.Meta(min_length=1, max_length=MOST_ACTS)]


class ActResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one act was answered; `seq` is the log's number it reached, `replayed` tells that it was done before."""

    status: int
    body: msgspec.Raw
    seq: int = 0
    replayed: bool = False


class BatchAnswer(Ok, frozen=True, kw_only=True):
    """One result an act, in the same order."""

    results: list[ActResult]


class Asked:
    """One request on its way to its handler."""

    __slots__ = ("address", "boundary", "caller", "path", "query", "raw", "repeat_key", "traceless", "values")

    def __init__(
        self,
        path: str,
        values: tuple[str, ...],
        query: bytes,
        raw: bytes,
        caller: Caller | None,
        address: str,
        repeat_key: bytes | None = None,
        boundary: bytes | None = None,
        *,
        traceless: bool = False,
    ) -> None:
        self.path = path
        self.values = values
        self.query = query
        self.raw = raw
        self.caller = caller
        self.address = address
        self.repeat_key = repeat_key
        # Of a form with a file; everything else is JSON.
        self.boundary = boundary
        # HEAD: nobody reads the answer, so nothing counts as read.
        self.traceless = traceless


class Outcome(msgspec.Struct, frozen=True):
    """How one request was answered."""

    status: int
    body: bytes
    seq: int = 0
    replayed: bool = False


async def together(batch: BatchBody, asked: Asked, one: Callable[[str, str, Asked], Awaitable[Outcome]]) -> BatchAnswer:
    """Go through the acts of a batch."""
    results = []
    for place, act in enumerate(batch.acts):
        key = None if asked.repeat_key is None else b"%s#%d" % (asked.repeat_key, place)
        path, part = part_of(act, asked.address, key)
        outcome = await one(act.method, path, part)
        results.append(ActResult(outcome.status, msgspec.Raw(outcome.body), outcome.seq, outcome.replayed))
    return BatchAnswer(results=results)


def part_of(act: BatchAct, address: str, repeat_key: bytes | None) -> tuple[str, Asked]:
    """An act as a request of its own, and its path below the base."""
    path, _, query = act.path.removeprefix(BASE).partition("?")
    path = unquote(path)
    return path, Asked(f"{BASE}{path}", (), query.encode(), bytes(act.body), None, address, repeat_key)


async def _unreached(_house: House, _request: Request) -> Ok:
    raise TypeError("the door goes through a batch itself")


BATCH = Endpoint(
    method="POST", path="/batch", handle=_unreached, audience=Audience.KEYED, limit=Limit.FREE, body=BatchBody,
    answer=BatchAnswer, refusals=(Unauthorized, BadRequest),
    about=f"Up to {MOST_ACTS} acts in one request, each answered by itself.",
)  # fmt: skip
