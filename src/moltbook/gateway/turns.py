"""Turns: which webhook is next, so that neither one agent nor slow receivers keep the others from theirs.

In this room: the rows, the places, who holds one. Not here: what is done in a turn (posting).

An agent has few turns at a time, however many webhooks it has. Who takes long gives up its place at once and goes on
beside the others; next time it is in a row of its own, with fewer places, until an attempt was quick.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from moltbook.gateway.line import Line
from moltbook.kernel.ids import AgentId

SIDE_BY_SIDE = 64
SLOW_SIDE_BY_SIDE = 32
# With those who turned out to be slow; fewer than connections there may be.
IN_ALL = 160
OF_ONE_AGENT = 2
SLOW_SECONDS = 1.0


class Turns:
    """Who waits for a turn, and who has one."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self.under_way: dict[Line, asyncio.Task[None]] = {}
        # Those under way that hold a place of the slow.
        self._slow: set[Line] = set()
        self._quick_row: deque[Line] = deque()
        self._slow_row: deque[Line] = deque()
        # Those whose turn came while their agent had enough of them.
        self._held: dict[AgentId, deque[Line]] = {}
        self._waiting: set[Line] = set()
        self._of_agent: Counter[AgentId] = Counter()

    def __contains__(self, line: Line) -> bool:
        """Whether it waits for a turn or has one."""
        return line in self._waiting or line in self.under_way

    def wait(self, line: Line) -> None:
        """Have it wait for its turn, behind all who wait."""
        self._waiting.add(line)
        self._row_of(line).append(line)

    def next(self) -> Line | None:
        """Who is to have its turn now, if there is a place; who waited longest comes first."""
        for row in (self._quick_row, self._slow_row):
            while row and self._has_place(row):
                line = row.popleft()
                agent_id = line.row.agent_id
                if self._of_agent[agent_id] < OF_ONE_AGENT:
                    self._waiting.discard(line)
                    return line
                self._held.setdefault(agent_id, deque()).append(line)
        return None

    def begin(self, line: Line, turn: asyncio.Task[None]) -> None:
        """It has its turn."""
        self.under_way[line] = turn
        self._of_agent[line.row.agent_id] += 1
        if line.is_slow:
            self._slow.add(line)

    def end(self, line: Line) -> None:
        """Its turn is over; another one of its agent's may come."""
        if self.under_way.pop(line, None) is None:
            return
        agent_id = line.row.agent_id
        self._slow.discard(line)
        self._of_agent[agent_id] -= 1
        if not self._of_agent[agent_id]:
            del self._of_agent[agent_id]
        held = self._held.get(agent_id)
        if held:
            one = held.popleft()
            self._row_of(one).append(one)
            if not held:
                del self._held[agent_id]

    @contextmanager
    def timed(self, line: Line) -> Iterator[None]:
        """Do something of its turn that may take long; the last of it says whether it is slow."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        timer = loop.call_later(SLOW_SECONDS, self._found_slow, line)
        try:
            yield
        finally:
            timer.cancel()
            line.is_slow = loop.time() - began >= SLOW_SECONDS

    def _found_slow(self, line: Line) -> None:
        if line in self.under_way:
            self._slow.add(line)
            self._wake()

    def _row_of(self, line: Line) -> deque[Line]:
        return self._slow_row if line.is_slow else self._quick_row

    def _has_place(self, row: deque[Line]) -> bool:
        slow, in_all = len(self._slow), len(self.under_way)
        has_one = slow < SLOW_SIDE_BY_SIDE if row is self._slow_row else in_all - slow < SIDE_BY_SIDE
        return has_one and in_all < IN_ALL
