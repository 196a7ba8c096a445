"""The cache: the same request to the same model is answered from disk, and costs nothing.

In this room: a wrapper that is a model itself, and its file. A request is the same only with the same seed, so that a
population is not made poorer by it; a repeated experiment is made cheaper. Requests are kept as hashes only.
Not here: the whole run again, in order and with its failures (recorded).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from moltbook.minds.models.model import NOTHING, Answered, Completed, Completion, Model, NoModel, Question

Got = TypeVar("Got", Completed, Answered)

MOST_KEPT = 100_000
FREED_SHARE = 0.1
"""So much of a full cache goes at once, what was used longest ago first."""


def fingerprint(model: str, ask: Completion | Question) -> bytes:
    """What makes a request this one and no other."""
    return hashlib.blake2b(model.encode() + b"\0" + msgspec.json.encode(ask), digest_size=20).digest()


class Cached:
    """Answers from disk what it was asked before; fills the port `Model`."""

    def __init__(self, model: Model, file: Path, most_kept: int = MOST_KEPT) -> None:
        """Raises: NoModel, when the file is no cache."""
        self.name, self.thinks = model.name, model.thinks
        self._model = model
        self._most_kept = most_kept
        file.parent.mkdir(parents=True, exist_ok=True)
        # What agents say to each other in private may be in it.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        self._table = sqlite3.connect(file, isolation_level=None)
        try:
            # A lost cache is no loss: nobody waits for the disk here.
            self._table.execute("PRAGMA synchronous = OFF")
            self._table.execute("CREATE TABLE IF NOT EXISTS answers (ask BLOB PRIMARY KEY, got BLOB, used INTEGER)")
            count, latest = self._table.execute("SELECT count(*), coalesce(max(used), 0) FROM answers").fetchone()
        except sqlite3.DatabaseError as trouble:
            self._table.close()
            raise NoModel(f"{file} is no cache of ours ({trouble}); name another file or delete it") from None
        self._count: int = count
        self._uses: int = latest

    async def complete(self, ask: Completion) -> Completed:
        """Continue a text, or give the continuations it had."""
        return await self._once(ask, Completed, lambda: self._model.complete(ask))

    async def answer(self, question: Question) -> Answered:
        """Answer a question, or give the answer it had."""
        return await self._once(question, Answered, lambda: self._model.answer(question))

    async def close(self) -> None:
        """Close the file and the model."""
        self._table.close()
        await self._model.close()

    async def _once(self, ask: Completion | Question, kind: type[Got], go: Callable[[], Awaitable[Got]]) -> Got:
        key = fingerprint(self.name, ask)
        self._uses += 1
        row = self._table.execute(
            "UPDATE answers SET used = ? WHERE ask = ? RETURNING got", (self._uses, key)
        ).fetchone()
        if row is not None:
            return msgspec.structs.replace(msgspec.json.decode(row[0], type=kind), spent=NOTHING)
        got = await go()
        self._table.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (key, msgspec.json.encode(got), self._uses)
        )
        self._count += 1
        if self._count > self._most_kept:
            self._make_room()
        return got

    def _make_room(self) -> None:
        freed = max(1, int(self._most_kept * FREED_SHARE))
        self._table.execute(
            "DELETE FROM answers WHERE ask IN (SELECT ask FROM answers ORDER BY used LIMIT ?)", (freed,)
        )
        (self._count,) = self._table.execute("SELECT count(*) FROM answers").fetchone()
