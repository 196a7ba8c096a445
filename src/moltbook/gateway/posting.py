"""Posting: the events of the log, to the webhooks that want them; at least once, and in order at each of them.

In this room: what is done in a turn, reading what a webhook missed, writing down how far each came. Not here: whose
turn it is (turns), one webhook's state (line), signatures and tables (webhooks), the call itself (house).

One process of the network sends, held by an advisory lock. Many webhooks have their turn side by side, none has two
deliveries under way. A turn is short, so that one which is far behind goes to the end of the row. What was done is
noted twice a second for all together; a process that is killed repeats what was not noted yet.
"""

import asyncio
import heapq
import random
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import asyncpg
import msgspec
import structlog

from moltbook.db.failures import GONE
from moltbook.gateway.hub import Hub
from moltbook.gateway.interests import LEAVES, LetGo
from moltbook.gateway.line import Line, Message
from moltbook.gateway.turns import Turns
from moltbook.house import House
from moltbook.kernel.ending import is_asked_to_end
from moltbook.kernel.errors import NotFound, Unavailable
from moltbook.log import Entry
from moltbook.log.reader import lock_of
from moltbook.webhooks import (
    Arrived,
    DisableWebhook,
    GivenUp,
    OffBecause,
    Sending,
    message_id,
    note,
    sending,
    signed,
)

log = structlog.get_logger(__name__)

NAME = "webhooks"
# A turn: so many deliveries, none begun after so long; or so many pages of the log with nothing for the webhook.
TURN_DELIVERIES = 20
TURN_SECONDS = 2.0
TURN_PAGES = 10
# Reading the log costs this process its time; so many webhooks that are behind read at once.
READING = 4
NOTE_SECONDS = 0.5
# Those to which nothing happened are noted so often, so that after a start they need not read everything again.
NOTE_ALL_SECONDS = 60.0
AGAIN_SECONDS = 1.0
# A connection whose other end is gone never answers; this long is long for a note, and that for the last one.
ANSWER_SECONDS = 30.0
LAST_SECONDS = 3.0
PUT_OFF = timedelta(seconds=5)

# After these an agent's webhooks are looked at anew, beside all about webhooks themselves.
CONCERNING = frozenset(
    {"key.revoked", "agent.claimed", "agent.deleted", "agent.unclaimed", "measure.taken", "measure.lifted"}
)


class _Whose(msgspec.Struct, frozen=True):
    agent_id: str = ""


_whose = msgspec.json.Decoder(_Whose).decode


class Posting:
    """Sends what webhooks want, where no other process of the network does."""

    def __init__(self, house: House, hub: Hub, connect: Callable[[], Any]) -> None:
        self._house = house
        self._hub = hub
        self._connect = connect
        self._reading = asyncio.Semaphore(READING)
        self._numbers = count()
        self._begin()

    def _begin(self) -> None:
        """Nothing is known yet; so it is after every start, since another process may have sent meanwhile."""
        self.sends = False
        self._lines: dict[str, Line] = {}
        self._bell = asyncio.Event()
        # Who has a turn or waits for one, and who is to have one later.
        self._turns = Turns(self._bell.set)
        self._later: list[tuple[float, int, Line]] = []
        # Whose webhooks are to be looked at anew; what is to be noted.
        self._whose: set[str] = set()
        self._moved: dict[str, Line] = {}
        self._lost: list[GivenUp] = []
        self._found: list[Arrived] = []
        self._over: list[tuple[Line, OffBecause]] = []
        self._note_at = self._note_all_at = 0.0

    @property
    def counts(self) -> tuple[int, int]:
        """How many webhooks have something to be sent, how many of all fail; in the process that sends."""
        lines = self._lines.values()
        waiting = sum(1 for line in lines if line.waiting or not line.is_live)
        return waiting, sum(1 for line in lines if line.failing_since is not None)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Learn from the log which webhooks are to be looked at anew."""
        if not self.sends:
            return
        for entry in entries:
            if entry.kind == LEAVES:
                self._doubt(_whose(entry.body).agent_id)
            elif entry.kind in CONCERNING or entry.kind.startswith("webhook."):
                whose = _whose(entry.body).agent_id
                if whose:
                    self._whose.add(whose)
                    self._bell.set()

    def _doubt(self, agent_id: str) -> None:
        """Have this agent's webhooks read anew what waits; one that is reading right now, when it is done."""
        for line in self._lines.values():
            if line.row.agent_id == agent_id and not line.is_over:
                line.is_doubted = True

    async def run(self) -> None:
        """Send for ever, or wait until whoever sends is gone."""
        while True:
            try:
                await self._send()
            # The edge of all webhooks.
            except (Exception, asyncio.CancelledError) as error:
                if is_asked_to_end():
                    raise asyncio.CancelledError from error
                log.warning("webhooks stumbled", error=repr(error))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _send(self) -> None:
        connection: asyncpg.Connection = await self._connect()
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock_of(NAME)):  # noqa: ASYNC110
                await asyncio.sleep(AGAIN_SECONDS)
            connection.add_termination_listener(lambda _: self._bell.set())
            self.sends = True
            await self._look(connection, None)
            while True:
                self._give_turns()
                await self._wait()
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._write(connection)
        finally:
            await self._end(connection)

    async def _end(self, connection: asyncpg.Connection) -> None:
        """Let everything go; what was done is noted if that is still possible."""
        try:
            for line in list(self._lines.values()):
                await self._drop(line)
            if not connection.is_closed():
                async with asyncio.timeout(LAST_SECONDS):
                    await self._note(connection)
        except (*GONE, TimeoutError, asyncpg.PostgresError) as error:
            log.warning("webhooks were not noted", error=repr(error))
        finally:
            connection.terminate()
            self._begin()

    def _give_turns(self) -> None:
        """Let as many have their turn as may."""
        self._bell.clear()
        now = self._house.clock().timestamp()
        while self._later and self._later[0][0] <= now:
            self._call(heapq.heappop(self._later)[2])
        while (line := self._turns.next()) is not None:
            if self._is_known(line):
                task = asyncio.create_task(self._turn(line), name="webhook")
                self._turns.begin(line, task)
                # Not in the turn itself: one that is cancelled before it began never comes to its end.
                task.add_done_callback(partial(self._turned, line))

    async def _wait(self) -> None:
        """Until somebody has something, or it is time for what was put off."""
        seconds = NOTE_SECONDS if self._moved or self._over else NOTE_ALL_SECONDS
        if self._later:
            seconds = min(seconds, max(0.0, self._later[0][0] - self._house.clock().timestamp()))
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _write(self, connection: asyncpg.Connection) -> None:
        """Note what is to be noted by now, then look at what changed."""
        if connection.is_closed():
            raise ConnectionError("the lock is lost")
        now = asyncio.get_running_loop().time()
        if now >= self._note_all_at:
            self._note_all_at = now + NOTE_ALL_SECONDS
            # Whether the lock is still held: the other end may have gone without a word.
            await connection.execute("SELECT")
            self._moved.update(self._carried_on())
        if self._whose or self._over or now >= self._note_at:
            self._note_at = now + NOTE_SECONDS
            await self._note(connection)
        for line, reason in self._over[:]:
            await self._turn_off(line, reason)
        if self._whose:
            whose, self._whose = self._whose, set()
            await self._look(connection, sorted(whose))

    def _carried_on(self) -> dict[str, Line]:
        """Those that have nothing to be sent: they are where the hub is."""
        found = {}
        for name, line in self._lines.items():
            if (
                line.is_live
                and not line.waiting
                and line not in self._turns.under_way
                and line.seq < self._hub.position
            ):
                line.seq = self._hub.position
                found[name] = line
        return found

    async def _note(self, connection: asyncpg.Connection) -> None:
        """Write down how far all came to which something happened."""
        moved, lost, found = self._moved, self._lost, self._found
        self._moved, self._lost, self._found = {}, [], []
        try:
            await note(connection, [line.progress() for line in moved.values()], lost, found)
        except BaseException:
            self._moved, self._lost, self._found = (
                {**moved, **self._moved},
                [*lost, *self._lost],
                [*found, *self._found],
            )
            raise

    async def _turn_off(self, line: Line, reason: OffBecause) -> None:
        """Write down that a webhook sends no more; where that is not possible now, it is tried again."""
        try:
            await self._house.committer.do(DisableWebhook(line.row.agent_id, line.row.id, reason, line.row.epoch))
        except Unavailable:
            return
        except NotFound:
            pass
        self._over.remove((line, reason))
        await self._drop(line)

    async def _look(self, connection: asyncpg.Connection, agents: Sequence[str] | None) -> None:
        """Learn which webhooks of these agents, or of all, send now, and what they wish."""
        found = {one.row.id: one for one in await sending(connection, agents)}
        for line in [line for line in self._lines.values() if agents is None or line.row.agent_id in agents]:
            one = found.get(line.row.id)
            if one is not None and not one.key_revoked and line.goes_on_as(one.row):
                line.row = one.row
                del found[line.row.id]
            else:
                await self._drop(line)
        for one in found.values():
            self._take_up(one)

    def _take_up(self, one: Sending) -> None:
        line = Line(one, self._call)
        self._lines[one.row.id] = line
        if one.key_revoked:
            line.is_over = True
            self._over.append((line, OffBecause.KEY_REVOKED))
            self._bell.set()
        else:
            self._call(line)

    async def _drop(self, line: Line) -> None:
        """Send this one nothing more; what is under way to it is hung up."""
        self._lines.pop(line.row.id, None)
        self._hub.detach(line)
        line.forget()
        task = self._turns.under_way.get(line)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _is_known(self, line: Line) -> bool:
        return self._lines.get(line.row.id) is line

    def _call(self, line: Line) -> None:
        """See that it has its turn when there is something to do for it."""
        if line.is_over or line in self._turns or not self._is_known(line):
            return
        if line.next_at is not None and line.next_at > self._house.clock():
            self._call_later(line, line.next_at.timestamp())
        elif line.waiting or not line.is_live:
            self._turns.wait(line)
            self._bell.set()

    def _call_later(self, line: Line, at: float) -> None:
        heapq.heappush(self._later, (at, next(self._numbers), line))

    async def _turn(self, line: Line) -> None:
        """Do for one webhook what may be done at a time."""
        clock = asyncio.get_running_loop().time
        try:
            if line.is_stale(clock()):
                line.forget()
            if not line.waiting and not line.is_live:
                with self._turns.timed(line):
                    await self._read(line)
            over_at = clock() + TURN_SECONDS
            for _ in range(TURN_DELIVERIES):
                if not line.waiting or line.is_doubted or not await self._attempt(line):
                    break
                if clock() >= over_at or line.is_stale(clock()):
                    break
        # The edge of a webhook: whatever is wrong with it, the others go on.
        except Exception as error:
            is_away = isinstance(error, (*GONE, asyncpg.PostgresError))
            log.warning("webhook stumbled", webhook=line.row.id, error=repr(error), exc_info=not is_away)
            self._put_off(line)

    def _put_off(self, line: Line) -> None:
        """Go on with it a little later."""
        self._hub.detach(line)
        line.forget()
        line.next_at = self._house.clock() + PUT_OFF

    def _turned(self, line: Line, _task: object) -> None:
        """Its turn is over; it may have another one when all others had theirs."""
        self._turns.end(line)
        self._call(line)
        self._bell.set()

    async def _read(self, line: Line) -> None:
        """Read what it missed; if that is all there is, the hub hands it the rest as it comes."""
        self._hub.detach(line)
        clock = asyncio.get_running_loop().time
        count = 0
        async with self._reading, aclosing(self._hub.missed(line, line.seq)) as pages:
            try:
                async for found, upto in pages:
                    count += 1
                    now = clock()
                    took_all = line.take((Message(one.seq, one.entry.kind, one.payload, now) for one in found), upto)
                    if not took_all or count == TURN_PAGES or line.is_stale(now):
                        return
            except LetGo:
                # Its agent left, or everything ends; what follows from that, the log tells.
                line.is_over = True
                return
            # In the same breath in which there was nothing more to read.
            self._hub.attach(line)
            line.is_live = True

    async def _attempt(self, line: Line) -> bool:
        """Send the first of what waits; whether the next one may follow at once."""
        message, row, house = line.waiting[0], line.row, self._house
        name = message_id(row.id, message.seq)
        headers = signed(house.keyring, row, name, message.body, house.clock())
        try:
            with self._turns.timed(line):
                outcome = await house.courier.post(row.url, headers, message.body, whose=row.agent_id)
        except Unavailable:
            # Nothing was tried, so nothing is held against the receiver.
            self._put_off(line)
            return False
        if not self._is_known(line):
            return False
        now = house.clock()
        self._moved[row.id] = line
        if outcome.arrived:
            again = line.found_again(message)
            if again is not None:
                self._found.append(again)
            line.arrived(message, outcome, now)
            return True
        reason, is_lost = line.failed(outcome, now, random.random())
        if is_lost:
            self._lost.append(line.give_up(message, now))
            return True
        self._hub.detach(line)
        line.forget()
        if reason:
            line.is_over = True
            self._over.append((line, reason))
        return False
