"""The store: everything a population is, in one file (decision 0012).

In this room: the SQLite file, who may write it, what is committed together. A being's memory and the end of its
pending act are one commit, so a runner that is killed goes on where it was: an act that was begun and not finished is
sent again under the same key, and the network does it once. Callers who wait at the same time share one commit.
Not here: reading it beside its runner (beside), when somebody acts (runner), what a memory is (memory), the files of
older residents (takeover).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from moltbook.minds.memory.model import Account, Memory

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

FORMAT = 1
BUSY_SECONDS = 10.0

TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS agents (
    number INTEGER PRIMARY KEY,
    persona TEXT NOT NULL,
    state TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    given_up TEXT NOT NULL DEFAULT '[]',
    api_key TEXT NOT NULL DEFAULT '',
    claim_url TEXT NOT NULL DEFAULT '',
    memory BLOB,
    next_at REAL NOT NULL DEFAULT 0,
    turns INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS pending (
    number INTEGER PRIMARY KEY REFERENCES agents, key TEXT NOT NULL, act BLOB NOT NULL, at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS deeds (
    seq INTEGER PRIMARY KEY,
    number INTEGER NOT NULL REFERENCES agents,
    at REAL NOT NULL,
    key TEXT NOT NULL UNIQUE,
    act BLOB NOT NULL
);
"""


class State(StrEnum):
    """How far an agent has come."""

    INTENDED = "intended"
    """It is about to register under its name, or did and the answer was lost."""
    LIVING = "living"
    LOST = "lost"
    """The network knows its key no more; it registers anew."""


class Begun(msgspec.Struct, frozen=True):
    """An act that was begun and may or may not have been done, packed by who began it."""

    key: str
    at: float
    act: bytes


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the file knows about one agent."""

    number: int
    persona: str
    state: State
    name: str
    account: Account | None
    memory: Memory
    next_at: float
    turns: int = 0
    pending: Begun | None = None


class StoreTrouble(Exception):
    """The file cannot be used; the text says why and `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@contextlib.contextmanager
def legible(file: Path) -> Iterator[None]:
    """Whatever of a file cannot be read, be it a page, a row or what stands in it, is told in words.

    Raises: StoreTrouble.
    """
    try:
        yield
    except (OSError, sqlite3.Error, msgspec.MsgspecError, ValueError) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) else trouble
        raise StoreTrouble(f"{file} cannot be read: {why}.", "Name another file with --state.") from trouble


class Store:
    """The one writer of a population's file."""

    def __init__(self, file: Path) -> None:
        """Raises: StoreTrouble, where somebody else holds the file or it is no such file."""
        with legible(file):
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file = file
        self._lock = hold(file)
        try:
            with legible(file):
                self._db = _open(file)
        except StoreTrouble:
            os.close(self._lock)
            raise
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None

    # What is asked once, at the start.

    def fact(self, name: str, shape: type[T], default: T) -> T:
        """One of the population's own facts: its seed, its clock, whether it is paused."""
        with legible(self.file):
            row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            return default if row is None else msgspec.json.decode(row[0], type=shape)

    def settle(self, **facts: Any) -> None:
        """Write facts down at once."""
        with legible(self.file), self._db:
            self._db.executemany(FACT, [(name, msgspec.json.encode(value)) for name, value in facts.items()])

    def everybody(self) -> Iterator[Kept]:
        """All agents, by number."""
        yield from kept_in(self._db)

    def deeds(self) -> Iterator[tuple[str, bytes]]:
        """Every act that was done, in order: its key, and the act as it was begun."""
        yield from self._db.execute("SELECT key, act FROM deeds ORDER BY seq")

    def given_up(self) -> list[str]:
        """Names that agents meant to take and found taken: by somebody else, or by a request whose answer was lost."""
        return [name for (name,) in self._db.execute("SELECT j.value FROM agents, json_each(agents.given_up) j")]

    async def fetch(self, numbers: Sequence[int]) -> list[Kept]:
        """Those of these agents that it knows."""
        wanted = msgspec.json.encode(list(numbers)).decode()
        with legible(self.file):
            return list(kept_in(self._db, "WHERE a.number IN (SELECT value FROM json_each(?))", (wanted,)))

    # What happens while it lives; each of these returns when it is on the disk.

    async def intend(self, number: int, persona: str, name: str) -> bool:
        """Write down that an agent is about to register; False where another agent of this population has the name."""

        def work(db: sqlite3.Connection) -> bool:
            row = db.execute("SELECT number FROM agents WHERE name = ? AND number <> ?", (name, number)).fetchone()
            if row is not None:
                return False
            db.execute(
                "INSERT INTO agents (number, persona, state, name) VALUES (?, ?, 'intended', ?) "
                "ON CONFLICT (number) DO UPDATE SET state = 'intended', name = excluded.name, api_key = '', "
                "claim_url = '', given_up = CASE WHEN agents.name = excluded.name THEN agents.given_up "
                "ELSE json_insert(agents.given_up, '$[#]', agents.name) END",
                (number, persona, name),
            )
            return True

        return bool(await self.do(work))

    async def move_in(self, number: int, account: Account) -> None:
        """Keep the account that the network gave."""
        values = (account.name, account.api_key, account.claim_url, number)
        sql = "UPDATE agents SET state = 'living', name = ?, api_key = ?, claim_url = ? WHERE number = ?"
        await self.do(lambda db: db.execute(sql, values))

    async def take_in(self, number: int, persona: str, account: Account, memory: Memory) -> bool:
        """Keep an agent that lived elsewhere, whole; False where another agent of this population has the name."""
        carried = msgspec.msgpack.encode(memory)

        def work(db: sqlite3.Connection) -> bool:
            added = db.execute(
                "INSERT INTO agents (number, persona, state, name, api_key, claim_url, memory) "
                "VALUES (?, ?, 'living', ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
                (number, persona, account.name, account.api_key, account.claim_url, carried),
            )
            return added.rowcount == 1

        return bool(await self.do(work))

    async def lose(self, number: int) -> None:
        """The network knows its key no more: it begins anew there, and what was begun will never be done."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE agents SET state = 'lost', api_key = '', memory = NULL WHERE number = ?", (number,))
            db.execute("DELETE FROM pending WHERE number = ?", (number,))

        await self.do(work)

    async def begin(self, number: int, begun: Begun, memory: Memory) -> None:
        """Write down what is about to be sent, before it is sent."""
        values = (number, begun.key, begun.act, begun.at)
        carried = msgspec.msgpack.encode(memory)

        def work(db: sqlite3.Connection) -> None:
            db.execute("INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?)", values)
            db.execute("UPDATE agents SET memory = ? WHERE number = ?", (carried, number))

        await self.do(work)

    async def done(self, number: int, memory: Memory) -> None:
        """Keep what it remembers now; what was begun goes over into the record of deeds in the same commit."""
        carried = msgspec.msgpack.encode(memory)

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT INTO deeds (number, at, key, act) SELECT number, at, key, act FROM pending WHERE number = ?",
                (number,),
            )
            db.execute("DELETE FROM pending WHERE number = ?", (number,))
            db.execute("UPDATE agents SET memory = ? WHERE number = ?", (carried, number))

        await self.do(work)

    async def refused(self, number: int, memory: Memory) -> None:
        """Keep what it remembers now; what was begun was not done and will not be tried again."""
        carried = msgspec.msgpack.encode(memory)

        def work(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM pending WHERE number = ?", (number,))
            db.execute("UPDATE agents SET memory = ? WHERE number = ?", (carried, number))

        await self.do(work)

    async def purge(self, number: int, memory: Memory, author: str, text_id: str) -> None:
        """Keep a memory that was purged, and blot out the acts that were done or begun because of what is purged."""
        carried = msgspec.msgpack.encode(memory)
        condemned = "number = ? AND (act ->> '$.wish.author' = ? COLLATE NOCASE OR act ->> '$.wish.why.heard' = ?)"
        values = (number, author or None, text_id or None)

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE agents SET memory = ? WHERE number = ?", (carried, number))
            db.execute(f"UPDATE deeds SET act = '{{}}' WHERE {condemned}", values)
            db.execute(f"DELETE FROM pending WHERE {condemned}", values)

        await self.do(work)

    async def rest(self, number: int, next_at: float) -> None:
        """A turn is over: when the agent looks in again."""
        sql = "UPDATE agents SET next_at = ?, turns = turns + 1 WHERE number = ?"
        await self.do(lambda db: db.execute(sql, (next_at, number)))

    async def note(self, **facts: Any) -> None:
        """Write facts of the population down with whatever else is being written."""
        rows = [(name, msgspec.json.encode(value)) for name, value in facts.items()]
        await self.do(lambda db: db.executemany(FACT, rows))

    async def do(self, work: Work) -> Any:
        """Have work done in the next commit; works that wait together are committed together."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="store")
        return await done

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            answers: list[Any]
            try:
                answers = await loop.run_in_executor(self._thread, self._commit, [work for work, _ in batch])
            except sqlite3.Error as trouble:
                answers = [trouble] * len(batch)
            for (_, done), answer in zip(batch, answers, strict=True):
                if done.cancelled():
                    continue
                if isinstance(answer, sqlite3.Error):
                    done.set_exception(StoreTrouble(f"{self.file} cannot be written: {answer}.", "Look at the disk."))
                else:
                    done.set_result(answer)

    def _commit(self, works: list[Work]) -> list[Any]:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            return [work(self._db) for work in works]

    async def close(self) -> None:
        """Write what waits and let go of the file."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        self._thread.shutdown(wait=True)
        self._db.close()
        os.close(self._lock)


FACT = "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_KEPT = """
SELECT a.number, a.persona, a.state, a.name, a.api_key, a.claim_url, a.memory, a.next_at, a.turns, p.key, p.at, p.act
FROM agents a
LEFT JOIN pending p ON p.number = a.number
"""


def kept_in(db: sqlite3.Connection, where: str = "", values: tuple[Any, ...] = ()) -> Iterator[Kept]:
    """Agents as they stand in a file; `where` is a clause of ours, never somebody's words."""
    for row in db.execute(f"{_KEPT} {where} ORDER BY a.number", values):
        number, persona, state, name, api_key, claim_url, memory, next_at, turns, key, at, act = row
        yield Kept(
            number=number,
            persona=persona,
            state=State(state),
            name=name,
            account=Account(name, api_key, claim_url) if api_key else None,
            memory=msgspec.msgpack.decode(memory, type=Memory) if memory else Memory(),
            next_at=next_at,
            turns=turns,
            pending=Begun(key, at, act) if key else None,
        )


def hold(file: Path) -> int:
    """The lock of the one who writes the file; whoever closes it lets go.

    Raises: StoreTrouble, where somebody else has it.
    """
    with legible(file):
        # Under the name that is the file's own: by a link it is the same file.
        own = file.resolve()
        handle = os.open(own.with_name(own.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        os.close(handle)
        raise StoreTrouble(
            f"Another runner has {file}.", "Stop it, or name another file with --state: two would act twice."
        ) from taken
    return handle


def _open(file: Path) -> sqlite3.Connection:
    # Made by us before SQLite opens it: keys are in it, and its own mode would be the umask's.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if not file.is_file():
        raise StoreTrouble(f"{file} is no file of a disk.", "Name another with --state.")
    file.chmod(0o600)
    db = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        db.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
    ensure_ours(db, file)
    return db


def ensure_ours(db: sqlite3.Connection, file: Path) -> None:
    """Raises: StoreTrouble, for a file of another version."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version != FORMAT:
        raise StoreTrouble(
            f"{file} is no population of this version (format {version}, not {FORMAT}).",
            "Name another file with --state.",
        )
