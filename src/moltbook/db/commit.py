"""The Committer: many acts, one transaction.

In this room: the queue, the batch, who is answered when, what happens when something fails. Not here: what acts mean
(the slices), how a batch is read and written (transaction), what a row is (table), how the log is read (log).

A batch is whatever is queued when the former commit ends; no timer. It loads the rows its acts need, lets them decide
one after another on a shared World, writes all changes set-wise, appends the events, commits, and only then answers.
While others wait, some of the answers are held back until the next batch has given PostgreSQL its work, so that both
have something to do (decisions/0002).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import asyncpg
import structlog

from moltbook.db.failures import GONE, PASSING, CommitLost
from moltbook.db.once import ERRAND
from moltbook.db.table import Table
from moltbook.db.transaction import Transactions
from moltbook.db.world import Act, Told, World
from moltbook.kernel.clock import Clock, system_clock
from moltbook.kernel.ending import is_asked_to_end
from moltbook.kernel.errors import Refusal, Unavailable
from moltbook.kernel.ids import NewId, new_id

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")
Built = TypeVar("Built")

BATCH_ACTS = 1000
RETRIES = 5
# The share of a batch that is answered at once though others wait; the rest is answered while the next batch is
# written, or after this long.
ANSWERED_AT_ONCE = 0.3
HELD_SECONDS = 0.005

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
        self._transactions = Transactions(connect, tables)
        self._queue: deque[Done] = deque()
        self._queue_acts = queue_acts
        self._wake = asyncio.Event()
        self._clock = clock
        self._ids = ids
        self._heard = heard
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stopping = False
        self._held: list[tuple[Done, int]] = []
        self._holding: asyncio.TimerHandle | None = None
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
    def connection(self) -> asyncpg.Connection | None:
        """Where it writes; none before the first batch."""
        return self._transactions.connection

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
        await self._transactions.close()

    async def _supervise(self) -> None:
        """Keep the loop alive: callers of a batch that broke get an error, the next batch a fresh connection."""
        while True:
            try:
                await self._run()
                return
            except (Exception, asyncio.CancelledError) as error:
                self._transactions.drop()
                if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                    raise
                log.exception("committer restarts")

    async def _run(self) -> None:
        former = 0
        while True:
            if not self._queue:
                if self._stopping:
                    return
                former = 0
                self._wake.clear()
                await self._wake.wait()
                # Requests that arrived together are parsed one after another; let them all queue before the batch.
                await asyncio.sleep(0)
                continue
            # As many as were in the former batch, or half of both together: two batches of a size keep Python and
            # PostgreSQL busy alike, where a small one and a large one make each wait for the other.
            size = len(self._queue)
            if former:
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
                self._transactions.drop()
                for done in batch:
                    done.fail(Unfinished() if isinstance(error, CommitLost) else Unavailable())
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
        now = int(len(batch) * ANSWERED_AT_ONCE) if self._queue else len(batch)
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
        world = World(self._clock(), self._ids)

        def decide() -> None:
            for done in batch:
                try:
                    done.outcome = done.act.decide(world)
                except Refusal as refusal:
                    done.outcome = refusal
            # Runs as soon as we wait for PostgreSQL, which then has the batch to write.
            self._loop.call_soon(self._settle_held)

        acts = [done.act for done in batch]
        written = await self._transactions.run(acts, world, decide, lambda: bool(self._queue))
        try:
            self._heard(written.pid, written.seq, world.now, world.told)
        except Exception:
            # It is on disk: whoever hears of it badly must not have it written again.
            log.exception("batch not heard", seq=written.seq)
        return written.seq
