"""The Committer: many acts, one transaction.

In this room: the queue, the batch, its transaction, what happens when something fails. Not here: what acts mean (the
slices), what a row is (table), how the log is read (log).

A batch is whatever is queued when the former commit ends; no timer. It locks and loads the rows its acts need, lets
them decide one after another on a shared World, writes all changes set-wise, appends the events, commits, and only then
answers. While others wait, some of the answers are held back until the next batch has given PostgreSQL its work, so
that both have something to do (decisions/0002). Locks are taken in one order everywhere – tables as registered, rows by
key, the log's head last – so two Committers cannot block each other for ever.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import asyncpg
import structlog

from moltbook.db.once import ERRAND
from moltbook.db.table import Table, encode_json
from moltbook.db.world import Act, Told, Wants, World
from moltbook.kernel.clock import Clock, system_clock
from moltbook.kernel.ending import is_asked_to_end
from moltbook.kernel.errors import Refusal, Unavailable
from moltbook.kernel.ids import NewId, new_id

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
Built = TypeVar("Built")

# Committers plan their statements once. Batches reach into large tables by key, so only index look-ups are right,
# whatever the statistics say: those of an empty world, when the server starts for the first time.
SESSION = """
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off
"""
# One statement for all that a batch changed: the head is locked and moved, the rows are written, the events get their
# numbers, the readers are woken.
HEAD = "WITH head AS (UPDATE log_head SET seq = seq + $1 WHERE one RETURNING seq)"
TELL = """, told AS (
    INSERT INTO events (seq, at, kind, actor_id, body)
    SELECT head.seq - $1 + e.n, coalesce(e.at, $2::timestamptz), e.kind, e.actor_id, e.body
    FROM head, ROWS FROM (json_to_recordset($3::json) AS (kind text, actor_id uuid, body json, at timestamptz))
        WITH ORDINALITY AS e(kind, actor_id, body, at, n)
)"""
WAKE = "SELECT seq, pg_notify('log', seq::text) FROM head"

BATCH_ACTS = 1000
RETRIES = 5
# The share of a batch that is answered at once though others wait; the rest is answered while the next batch is
# written, or after this long.
ANSWERED_AT_ONCE = 0.3
HELD_SECONDS = 0.005

# What a repeat of the same batch can cure: lost races, not wrong data.
PASSING = (
    asyncpg.exceptions.SerializationError,
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.LockNotAvailableError,
    # Another Committer took the same name, or cast the same vote, between our look and our write: look again.
    asyncpg.exceptions.UniqueViolationError,
)
# The server went away or cannot write; nothing was promised, the caller may try again.
GONE = (
    asyncpg.exceptions.PostgresConnectionError,
    asyncpg.exceptions.InterfaceError,
    # The driver's own state after its connection broke in the midst of an answer.
    asyncpg.exceptions.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    ConnectionError,
    OSError,
)


# Told after each commit: the writing backend's pid, the number of the last event, the time and the events.
Heard = Callable[[int, int, datetime, Sequence[Told]], None]


def _nobody(_pid: int, _last: int, _at: datetime, _told: Sequence[Told]) -> None:
    pass


class Unfinished(Unavailable):
    """The batch broke at a moment when nobody can say whether it was committed."""

    message = "The database went away while this was being written; it may or may not have been done."
    hint = "Read back what you wrote before you send it again."


class Done:
    """One act waiting for its answer."""

    __slots__ = ("act", "future", "outcome")

    def __init__(self, act: Act[Any], future: "asyncio.Future[tuple[Any, int]]") -> None:
        self.act = act
        self.future = future
        self.outcome: Any = None

    def settle(self, seq: int) -> None:
        """Tell the caller, if it still listens."""
        if self.future.done():
            return
        if isinstance(self.outcome, BaseException):
            self.future.set_exception(self.outcome)
        else:
            self.future.set_result((self.outcome, seq))

    def fail(self, error: BaseException) -> None:
        """Tell the caller that its act was not granted."""
        if not self.future.done():
            self.future.set_exception(error)


class Committer:
    """Takes acts from any number of callers and commits them in batches, durably."""

    def __init__(
        self,
        connect: Callable[[], Any],
        tables: Sequence[Table[Any]],
        *,
        queue_acts: int = 4000,
        clock: Clock = system_clock,
        ids: NewId = new_id,
        heard: Heard = _nobody,
    ) -> None:
        self._connect = connect
        self._order = {table: position for position, table in enumerate(tables)}
        self._queue: deque[Done] = deque()
        self._queue_acts = queue_acts
        self._wake = asyncio.Event()
        self._clock = clock
        self._ids = ids
        self._heard = heard
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stopping = False
        # Whether the former COMMIT has begun the next transaction already.
        self._begun = False
        self._held: list[tuple[Done, int]] = []
        self._holding: asyncio.TimerHandle | None = None
        self.connection: asyncpg.Connection | None = None
        self.batches = 0
        self.acts = 0
        self.retries = 0

    async def do(self, act: Act[Answer]) -> Answer:
        """Grant the act or raise its Refusal. Returns only after the commit is on disk.

        Raises: Unavailable when the queue is full or the database is away, and what the act refuses.
        """
        errand = ERRAND.get()
        if errand is None:
            return (await self.do_at(act))[0]
        answer, errand.reached = await self.do_at(errand.load(act, None))
        return cast("Answer", answer)

    async def grant(self, act: Act[Answer], build: Callable[[Answer], Built]) -> Built:
        """As `do`; makes the caller's answer of the act's, so that a request with a key keeps it in the same breath.

        `build` is pure: it runs inside the batch, and again if the batch has to be decided anew.
        """
        errand = ERRAND.get()
        if errand is None or not errand.key or errand.used:
            return build(await self.do(act))
        answer, errand.reached = await self.do_at(errand.load(act, build))
        return cast("Built", answer)

    async def do_at(self, act: Act[Answer]) -> tuple[Answer, int]:
        """As `do`; also tells the log's sequence number up to which the act's events reach."""
        if self._task is None or self._stopping or len(self._queue) >= self._queue_acts:
            raise Unavailable(retry_after_seconds=1)
        future: asyncio.Future[tuple[Any, int]] = self._loop.create_future()
        self._queue.append(Done(act, future))
        self._wake.set()
        return cast("tuple[Answer, int]", await future)

    @property
    def waiting(self) -> int:
        """How many acts are queued."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to work."""
        # Kept, because to ask for the running loop is a system call, and every act would ask.
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._supervise(), name="committer")

    async def stop(self) -> None:
        """Finish what is queued, then stop."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self.connection is not None:
            with contextlib.suppress(*GONE):
                await self.connection.close(timeout=5)

    async def _supervise(self) -> None:
        """Keep the loop alive: callers of a batch that broke get an error, the next batch a fresh connection."""
        while True:
            try:
                await self._run()
                return
            except (Exception, asyncio.CancelledError) as error:
                self._drop_connection()
                if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                    raise
                log.exception("committer restarts")

    async def _run(self) -> None:
        former = 0
        while True:
            if not self._queue:
                if self._stopping:
                    return
                self._wake.clear()
                await self._wake.wait()
                # Requests that arrived together are parsed one after another; let them all queue before the batch.
                await asyncio.sleep(0)
                continue
            # As many as were in the former batch, or half of both together: two batches of a size keep Python and
            # PostgreSQL busy alike, where a small one and a large one make each wait for the other.
            size = len(self._queue)
            if self._begun:
                size = min(size, (size + former + 1) // 2)
            size = former = min(size, BATCH_ACTS)
            batch = [self._queue.popleft() for _ in range(size)]
            try:
                await self._commit(batch)
            except BaseException:
                for done in batch:
                    done.fail(Unfinished())
                raise

    async def _commit(self, batch: list[Done]) -> None:
        """Commit a batch; if it fails for an unknown reason, its acts one by one, so that only the guilty one fails."""
        for _ in range(RETRIES + 1):
            try:
                seq = await self._transaction(batch)
            except PASSING:
                self.retries += 1
            except GONE as error:
                log.warning("database away", acts=len(batch), error=repr(error))
                self._drop_connection()
                for done in batch:
                    done.fail(Unfinished() if isinstance(error, _CommitLost) else Unavailable())
                return
            except Exception as error:
                if len(batch) == 1:
                    log.exception("act failed", act=type(batch[0].act).__name__)
                    batch[0].fail(error)
                    return
                log.warning("batch failed, one by one", acts=len(batch), error=repr(error))
                break
            else:
                self.batches += 1
                self.acts += len(batch)
                self._settle(batch, seq)
                return
        if len(batch) == 1:
            batch[0].fail(Unavailable())
            return
        for done in batch:
            await self._commit([done])

    def _settle(self, batch: list[Done], seq: int) -> None:
        """Answer a batch; while the next one is beginning, a part of it later."""
        self._settle_held()
        now = int(len(batch) * ANSWERED_AT_ONCE) if self._begun else len(batch)
        for done in batch[:now]:
            done.settle(seq)
        if now < len(batch):
            self._held = [(done, seq) for done in batch[now:]]
            self._holding = self._loop.call_later(HELD_SECONDS, self._settle_held)

    def _settle_held(self) -> None:
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None
        held, self._held = self._held, []
        for done, seq in held:
            done.settle(seq)

    async def _transaction(self, batch: list[Done]) -> int:
        connection = self.connection
        if connection is None or connection.is_closed():
            connection = self.connection = await self._connect()
            await connection.execute(SESSION)
            self._begun = False
        if not self._begun:
            await connection.execute("BEGIN")
        self._begun = False
        pid = connection.get_server_pid()
        try:
            world = World(self._clock(), self._ids)
            await self._load(connection, batch, world)
            for done in batch:
                try:
                    done.outcome = done.act.decide(world)
                except Refusal as refusal:
                    done.outcome = refusal
            # Runs as soon as we wait for PostgreSQL, which then has the batch to write.
            self._loop.call_soon(self._settle_held)
            seq = await self._write(connection, world)
        except BaseException:
            with contextlib.suppress(*GONE):
                await connection.execute("ROLLBACK")
            raise
        begin = bool(self._queue)
        try:
            await connection.execute("COMMIT AND CHAIN" if begin else "COMMIT")
        except GONE as error:
            raise _CommitLost(repr(error)) from error
        self._begun = begin
        try:
            self._heard(pid, seq, world.now, world.told)
        except Exception:
            # It is on disk: whoever hears of it badly must not have it written again.
            log.exception("batch not heard", seq=seq)
        return seq

    async def _load(self, connection: asyncpg.Connection, batch: list[Done], world: World) -> None:
        """Load in two questions: the rows that are locked, then those that these locks guard.

        The second one sees what others committed while the first waited for its locks.
        """
        wants = Wants()
        for done in batch:
            done.act.needs(wants)
        await self._take(connection, {table: keys for table, keys in wants.keys.items() if table.lock}, world)
        further = Wants()
        for done in batch:
            done.act.further(further, world)
        for table, keys in wants.keys.items():
            if not table.lock:
                further.keys.setdefault(table, set()).update(keys)
        await self._take(connection, further.keys, world)

    async def _take(self, connection: asyncpg.Connection, keys: dict[Table[Any], set[Any]], world: World) -> None:
        """Ask for all of it at once. The parts are answered, and their rows locked, from left to right."""
        if not keys:
            return
        tables = sorted(keys, key=self._order.__getitem__)
        parts = ", ".join(table.load_sql.format(f"${n}") for n, table in enumerate(tables, 1))
        found = await connection.fetchrow(f"SELECT {parts}", *(table.load_arg(sorted(keys[table])) for table in tables))
        for table, rows in zip(tables, found or (), strict=True):
            if rows is not None:
                world.take(table, table.decode(rows))

    async def _write(self, connection: asyncpg.Connection, world: World) -> int:
        first, second = world.writes()
        if not first and not world.told:
            return 0
        parts = "".join(f", w{n} AS ({sql.format(f'${n}')})" for n, (sql, _) in enumerate(first, 4))
        args = [arg for _, arg in first]
        head: int = await connection.fetchval(
            f"{HEAD}{TELL}{parts} {WAKE}", len(world.told), world.now, encode_json(world.told), *args
        )
        for sql, arg in second:
            await connection.execute(sql.format("$1"), arg)
        return head

    def _drop_connection(self) -> None:
        if self.connection is not None:
            self.connection.terminate()
            self.connection = None


class _CommitLost(ConnectionError):
    """The connection broke while COMMIT was on its way."""
