"""A batch's transaction: its rows are read, the acts decide on them, what changed is written, and it is on disk.

In this room: how rows stay what they were between reading and writing. Not here: which acts are a batch, who waits for
its answer, what is tried again (commit).

There are two ways. **Locked**: rows are locked as they are read, in one order everywhere – tables as registered, rows
by key, the log's head last – so two Committers cannot block each other for ever. What these locks guard is read
afterwards, and sees what others committed while the locks were waited for.

**Alone**: while nobody else has written for a while, nothing is locked. One statement reads, one writes and commits,
if the log's head is still the row it was: every Committer that writes writes the head, so everything that was read is
still true. It also needs the floor for itself, which a locked batch shares, so that it changes nothing another one has
locked. If either fails nothing is written, and the batch is decided anew, locked. That is two round trips a batch
instead of four, and no record in PostgreSQL's log for a lock (decisions/0015).
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any

import asyncpg
import msgspec

from moltbook.db.failures import GONE, CommitLost, Moved
from moltbook.db.table import Table, encode_json
from moltbook.db.world import Act, Wants, World

# Committers plan their statements once. Batches reach into large tables by key, so only index look-ups are right,
# whatever the statistics say: those of an empty world, when the server starts for the first time.
SESSION = """
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off
"""
# The floor: an advisory lock that locked batches share, and that one alone needs for itself while it writes.
_FLOOR = "1836017772, 15"
SHARE = f"pg_advisory_xact_lock_shared({_FLOOR})"
UNMOVED = f" AND xmin = {{}} AND pg_try_advisory_xact_lock({_FLOOR})"
# One statement for all that a batch changed: the head is locked and moved, the rows are written, the events get their
# numbers, the readers are woken. If the head is not found, because it has moved, the division refuses all of it.
HEAD = "WITH head AS (UPDATE log_head SET seq = seq + $1 WHERE one{} RETURNING seq, xmin)"
TELL = """, told AS (
    INSERT INTO events (seq, at, kind, actor_id, body)
    SELECT head.seq - $1 + e.n, coalesce(e.at, $2::timestamptz), e.kind, e.actor_id, e.body
    FROM head, ROWS FROM (json_to_recordset($3::json) AS (kind text, actor_id uuid, body json, at timestamptz))
        WITH ORDINALITY AS e(kind, actor_id, body, at, n)
)"""
WAKE = """
SELECT (SELECT seq FROM head), (SELECT xmin FROM head), 1 / (SELECT count(*) FROM head),
    pg_notify('log', (SELECT seq::text FROM head))
"""
# The version of the head's row: another one after each batch of whomever.
MARK = "(SELECT xmin FROM log_head)"

# Who has seen nobody else write for so long works alone.
ALONE_SECONDS = 10.0


class Written(msgspec.Struct, frozen=True):
    """A batch on disk: the backend that wrote it, the number of its last event (0: it wrote nothing), its world."""

    pid: int
    seq: int
    world: World


class Transactions:
    """One connection and the transactions on it, one after another."""

    def __init__(self, connect: Callable[[], Any], tables: Sequence[Table[Any]]) -> None:
        self._connect = connect
        self._order = {table: position for position, table in enumerate(tables)}
        # Whether the former COMMIT has begun the next transaction already.
        self._begun = False
        # The head's version when we last saw it, and when we last saw that somebody else had moved it.
        self._mark: int | None = None
        self._others_at = -ALONE_SECONDS
        # Whether the former batch was disturbed: decided anew it is locked, or it might lose for ever.
        self._lost = False
        self.connection: asyncpg.Connection | None = None

    async def run(
        self, acts: Sequence[Act[Any]], world: World, decide: Callable[[], None], goes_on: Callable[[], bool]
    ) -> Written:
        """Load what the acts need into the world, have them decide, write it, commit.

        `goes_on` says whether the next batch waits already, so that its transaction may begin on the way.

        Raises: CommitLost when nobody knows whether it was committed, and what PASSING and GONE name.
        """
        connection = self.connection
        if connection is None or connection.is_closed():
            connection = self.connection = await self._connect()
            await connection.execute(SESSION)
            self._begun = False
        wants = Wants()
        for act in acts:
            act.needs(wants)
        try:
            seq = await self._alone(connection, acts, wants, world, decide) if self._may_be_alone(wants) else None
            if seq is None:
                seq = await self._locked(connection, acts, wants, world, decide, goes_on)
        except BaseException:
            self._begun = False
            if not connection.is_closed() and connection.is_in_transaction():
                with contextlib.suppress(*GONE):
                    await connection.execute("ROLLBACK")
            raise
        return Written(connection.get_server_pid(), seq, world)

    async def close(self) -> None:
        """Close the connection in peace."""
        if self.connection is not None:
            with contextlib.suppress(*GONE):
                await self.connection.close(timeout=5)

    def drop(self) -> None:
        """Give the connection up; the next batch gets a fresh one."""
        if self.connection is not None:
            self.connection.terminate()
            self.connection = None

    def _may_be_alone(self, wants: Wants) -> bool:
        lost, self._lost = self._lost, False
        if lost or self._begun or monotonic() - self._others_at < ALONE_SECONDS:
            return False
        return all(table.sole for table in wants.keys)

    async def _alone(
        self,
        connection: asyncpg.Connection,
        acts: Sequence[Act[Any]],
        wants: Wants,
        world: World,
        decide: Callable[[], None],
    ) -> int | None:
        """The number of the last event; None if what is wanted further can only be kept true by a lock."""
        mark = await self._take(connection, wants, world, MARK, locks=False)
        self._see(mark)
        further = _further(acts, world)
        if not all(table.sole for table in further.keys):
            world.tables.clear()
            return None
        if further.keys:
            await self._take(connection, further, world, "NULL", locks=False)
        decide()
        try:
            return await self._write(connection, world, mark)
        except asyncpg.exceptions.DivisionByZeroError as error:
            self._lost, self._others_at = True, monotonic()
            raise Moved from error
        except (asyncpg.exceptions.InsufficientResourcesError, asyncpg.exceptions.ReadOnlySQLTransactionError):
            # The server lives and says that it could not.
            raise
        except GONE as error:
            raise CommitLost(repr(error)) from error

    async def _locked(
        self,
        connection: asyncpg.Connection,
        acts: Sequence[Act[Any]],
        wants: Wants,
        world: World,
        decide: Callable[[], None],
        goes_on: Callable[[], bool],
    ) -> int:
        if not self._begun:
            await connection.execute("BEGIN")
        locked, guarded = wants.parted(lambda table: table.lock)
        # The floor first: whoever waits for it holds nothing yet.
        await self._take(connection, locked, world, SHARE)
        guarded.add(_further(acts, world))
        self._see(await self._take(connection, guarded, world, MARK))
        decide()
        seq = await self._write(connection, world)
        begin = goes_on()
        try:
            await connection.execute("COMMIT AND CHAIN" if begin else "COMMIT")
        except GONE as error:
            raise CommitLost(repr(error)) from error
        self._begun = begin
        return seq

    def _see(self, mark: int) -> None:
        if self._mark is not None and mark != self._mark:
            self._others_at = monotonic()
        self._mark = mark

    async def _take(
        self, connection: asyncpg.Connection, wants: Wants, world: World, before: str, *, locks: bool = True
    ) -> Any:
        """Ask for all of it at once, and for what comes before it; give that back.

        The parts are answered, and their rows locked, from left to right.
        """
        tables = sorted(wants.keys, key=self._order.__getitem__)
        parts = [table.sql_to_load(locks).format(f"${n}") for n, table in enumerate(tables, 1)]
        args = [table.load_arg(sorted(wants.keys[table])) for table in tables]
        first, *found = await connection.fetchrow(f"SELECT {', '.join((before, *parts))}", *args)
        for table, rows in zip(tables, found, strict=True):
            if rows is not None:
                world.take(table, table.decode(rows))
        return first

    async def _write(self, connection: asyncpg.Connection, world: World, mark: int | None = None) -> int:
        """Write all that changed; with a mark only if the head still bears it, and at once for good."""
        first, second = world.writes()
        if not first and not world.told:
            return 0
        args = [len(world.told), world.now, encode_json(world.told), *(arg for _, arg in first)]
        parts = "".join(f", w{n} AS ({sql.format(f'${n}')})" for n, (sql, _) in enumerate(first, 4))
        unmoved = ""
        if mark is not None:
            args.append(mark)
            unmoved = UNMOVED.format(f"${len(args)}")
            if second:
                await connection.execute("BEGIN")
        row = await connection.fetchrow(f"{HEAD.format(unmoved)}{TELL}{parts}{WAKE}", *args)
        for sql, arg in second:
            await connection.execute(sql.format("$1"), arg)
        if mark is not None and second:
            await connection.execute("COMMIT")
        self._mark = row[1]
        seq: int = row[0]
        return seq


def _further(acts: Iterable[Act[Any]], world: World) -> Wants:
    wants = Wants()
    for act in acts:
        act.further(wants, world)
    return wants
