"""Once: a request that may be sent again and is still done only once.

In this room: what a caller's request carries along its acts (the errand), the kept answers, the act that keeps one, and
forgetting old ones. Not here: the header that asks for it (api).

A key is kept in the transaction of the act it came with. `Committer.grant` is given how the answer is made, so that
the answer is kept in the same transaction; after a plain `Committer.do` it follows when the handler is done. A refused
act leaves nothing behind: its repeat is decided anew.
"""

import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import msgspec

from moltbook.db.table import Table, encode_json
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Conflict, Invalid, Refusal

KEPT = timedelta(hours=48)
# An answer that has not followed its act by then was lost with the process that made it.
LOST_AFTER = timedelta(seconds=60)
FORGET_ROWS = 1000

FIND = "SELECT agent_id, key, fingerprint, at, status, answer FROM repeats WHERE agent_id = $1 AND key = $2"
FORGET = """
WITH old AS (SELECT agent_id, key FROM repeats WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
DELETE FROM repeats r USING old WHERE r.agent_id = old.agent_id AND r.key = old.key
"""

Granted = TypeVar("Granted")


class KeptRow(msgspec.Struct, gc=False):
    """A request that was done, with its answer."""

    agent_id: str
    key: str
    fingerprint: str
    at: datetime
    status: int
    answer: str | None


REPEATS = Table(
    "repeats",
    KeptRow,
    {
        "agent_id": "uuid",
        "key": "text",
        "fingerprint": "text",
        "at": "timestamptz",
        "status": "smallint",
        "answer": "text",
    },
    key=("agent_id", "key"),
    lock=False,
    settable=("fingerprint", "at", "status", "answer"),
)


class KeyReused(Invalid):
    """The key belongs to another request."""

    status = 422
    code = "IDEMPOTENCY_KEY_REUSED"
    message = "This Idempotency-Key was used for another request."
    hint = "Choose a new key for each new request; send an old one only with the very same request."


class StillWritten(Conflict):
    """The same request is being answered at this moment."""

    code = "IDEMPOTENCY_IN_PROGRESS"
    message = "The same request is being answered right now."
    hint = "Wait a second and send it again with the same key."
    retry_after_seconds = 1


class AnswerLost(Conflict):
    """It was done, but the process that did it ended before its answer was kept."""

    code = "IDEMPOTENCY_ANSWER_LOST"
    message = "This request was done, but its answer was lost."
    hint = "Read back what you wrote; do not send it again with another key."


class Repeated(Refusal):
    """The key was there already; the door answers with what was kept."""

    def __init__(self, kept: KeptRow) -> None:
        super().__init__()
        self.kept = kept


class Errand:
    """What one writing request carries: its key if it has one, and the log's number its acts reached."""

    __slots__ = ("agent_id", "fingerprint", "key", "pending", "reached", "status", "used")

    def __init__(self, agent_id: str = "", key: str = "", fingerprint: str = "", status: int = 200) -> None:
        self.agent_id = agent_id
        self.key = key
        self.fingerprint = fingerprint
        self.status = status
        self.reached = 0
        # Whether an act has carried the key, and whether its answer still has to follow.
        self.used = False
        self.pending = False

    def load(self, act: Act[Granted], build: Callable[[Granted], Any] | None) -> Act[Any]:
        """The act as it is to be decided: the first one of a request with a key takes it along."""
        if not self.key or self.used:
            return act
        self.used, self.pending = True, build is None
        return Once(act, build, self.agent_id, self.key, self.fingerprint, self.status)

    def answered(self, kept: KeptRow, now: datetime) -> bytes:
        """The kept answer.

        Raises: KeyReused, StillWritten, AnswerLost.
        """
        if kept.fingerprint != self.fingerprint:
            raise KeyReused()
        if kept.answer is None:
            raise StillWritten() if now - kept.at < LOST_AFTER else AnswerLost()
        return kept.answer.encode()


ERRAND: ContextVar[Errand | None] = ContextVar("errand", default=None)


class Once(Act[Any], frozen=True):
    """An act under a key: decided the first time, refused as Repeated ever after."""

    act: Act[Any]
    build: Callable[[Any], Any] | None
    agent_id: str
    key: str
    fingerprint: str
    status: int

    def needs(self, wants: Wants) -> None:
        """What the act needs, and the key."""
        self.act.needs(wants)
        wants.ask(REPEATS, (self.agent_id, self.key))

    def further(self, wants: Wants, world: World) -> None:
        """What the act needs further."""
        self.act.further(wants, world)

    def decide(self, world: World) -> Any:
        """Do it and keep the answer.

        Raises: Repeated, and what the act refuses.
        """
        repeats = world[REPEATS]
        kept = repeats.get((self.agent_id, self.key))
        if kept is not None and world.now - kept.at < KEPT:
            raise Repeated(kept)
        result = self.act.decide(world)
        answer = None
        if self.build is not None:
            result = self.build(result)
            answer = encode_json(result)
        row = KeptRow(self.agent_id, self.key, self.fingerprint, world.now, self.status, answer)
        if kept is None:
            repeats.add(row)
        else:
            repeats.rows[self.agent_id, self.key] = row
            repeats.touch(row)
        return result


class KeepAnswer(Act[None], frozen=True):
    """The answer of a request whose act is done already."""

    agent_id: str
    key: str
    answer: str

    def needs(self, wants: Wants) -> None:
        """The key."""
        wants.ask(REPEATS, (self.agent_id, self.key))

    def decide(self, world: World) -> None:
        """Keep it."""
        row = world[REPEATS].get((self.agent_id, self.key))
        if row is not None:
            row.answer = self.answer
            world[REPEATS].touch(row)


def fingerprint_of(*parts: bytes) -> str:
    """What tells requests apart, whatever their length."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


async def kept_for(pool: asyncpg.Pool, agent_id: str, key: str, now: datetime) -> KeptRow | None:
    """What is kept under this key, if it still counts."""
    row = await pool.fetchrow(FIND, agent_id, key)
    return KeptRow(*row) if row is not None and now - row["at"] < KEPT else None


async def forget_agent(pool: asyncpg.Pool, agent_id: str) -> None:
    """Delete all answers kept for an agent: they hold its words."""
    await pool.execute("DELETE FROM repeats WHERE agent_id = $1", agent_id)


async def forget_old(pool: asyncpg.Pool, now: datetime) -> int:
    """Delete what is kept no longer, a bounded part at a time; returns how many rows went."""
    gone = 0
    while True:
        count = int((await pool.execute(FORGET, now - KEPT, FORGET_ROWS)).rpartition(" ")[2])
        gone += count
        if count < FORGET_ROWS:
            return gone
