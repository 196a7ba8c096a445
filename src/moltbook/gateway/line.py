"""A line: one webhook as the one who sends holds it.

In this room: what waits for it, how far it came, what an attempt did to it. Not here: when it has its turn, what is
written down (posting), what it may hear (hub).

It listens to the hub like a session. What waited long behind a receiver that takes its time is read anew before it is
sent: it may have been taken back, or its agent be out of the room where it was said. While a webhook fails it listens
to nothing and keeps no words.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from moltbook.gateway.filters import Filter
from moltbook.gateway.happening import COMMA
from moltbook.gateway.hub import Ending
from moltbook.house import Outcome
from moltbook.kernel.ids import AgentId
from moltbook.webhooks import PATIENCE, Arrived, GivenUp, OffBecause, Progress, Sending, WebhookRow, wait_after

# What one holds in memory; what is more is read from the log when its time comes.
MOST_WAITING = 100
# What waited longer is not sent as it is.
FRESH_SECONDS = 1.0
# The receiver says that it will never want any more.
GONE_FOR_GOOD = 410


class Message(msgspec.Struct, frozen=True):
    """An event as it will be sent, and when it was spelled, by the loop's clock."""

    seq: int
    kind: str
    body: bytes
    at: float


class _Head(msgspec.Struct, frozen=True):
    seq: int
    kind: str


_head = msgspec.json.Decoder(_Head).decode


def message_of(body: bytes, at: float) -> Message:
    """An event as the hub spells it."""
    head = _head(body)
    return Message(head.seq, head.kind, body, at)


class Line:
    """One webhook, its owner's wishes, and how it fares."""

    framing = "json"
    # It stands by its owner's key in its own way: not by the hub's, which ends sessions when a key is replaced.
    key_id = ""
    network = ""

    def __init__(self, found: Sending, wake: Callable[["Line"], None]) -> None:
        row = found.row
        self.row = row
        self.wake = wake
        self.viewer: AgentId | None = row.agent_id
        self.filter = filter_of(row)
        self.rooms: set[str] = set()
        self.given_up = found.given_up
        self.seq = row.seq
        self.attempts = row.attempts
        self.next_at = row.next_at
        self.failing_since = row.failing_since
        self.last_status = row.last_status
        self.last_error = row.last_error
        self.delivered_at = row.delivered_at
        self.waiting: deque[Message] = deque()
        # Whether the hub hands it what happens; if not it has to read what it missed.
        self.is_live = False
        # Its agent is out of a room, and something of that may wait.
        self.is_doubted = False
        # What was done for it last took long (turns).
        self.is_slow = False
        # It was found to be at its end, and waits for that to be written down.
        self.is_over = False

    def deliver(self, data: bytes, upto: int) -> None:
        """Take what the hub has; one that has enough waiting goes on from the log later."""
        if not self.is_live:
            return
        now = asyncio.get_running_loop().time()
        self.is_live = self._take(message_of(body, now) for body in data.split(COMMA))
        self.wake(self)

    def end(self, reason: Ending) -> None:
        """The hub lets it go; what follows from that comes from elsewhere (posting)."""
        self.forget()
        self.wake(self)

    def take(self, found: Iterable[Message], upto: int) -> bool:
        """Take a page of what it missed; whether all of it found room."""
        took_all = self._take(found)
        if not self.waiting:
            self.seq = max(self.seq, upto)
        return took_all

    def is_stale(self, now: float) -> bool:
        """Whether what waits is to be read anew before more of it is sent."""
        return bool(self.waiting) and (self.is_doubted or now - self.waiting[0].at > FRESH_SECONDS)

    def arrived(self, message: Message, outcome: Outcome, now: datetime) -> None:
        """The receiver said yes."""
        self._done(message)
        self.last_status, self.last_error, self.delivered_at = outcome.status, "", now
        self.failing_since = None

    def failed(self, outcome: Outcome, now: datetime, chance: float) -> tuple[OffBecause, bool]:
        """An attempt in vain: why it is to be turned off, if it is, and whether the event was given up."""
        self.attempts += 1
        self.last_status, self.last_error = outcome.status, outcome.error
        self.failing_since = self.failing_since or now
        if outcome.status == GONE_FOR_GOOD:
            return OffBecause.GONE, False
        if now - self.failing_since >= PATIENCE:
            return OffBecause.FAILING, False
        wait = wait_after(self.attempts, chance)
        if wait is None:
            return OffBecause.ON, True
        self.next_at = now + wait
        return OffBecause.ON, False

    def give_up(self, message: Message, now: datetime) -> GivenUp:
        """Go on behind this event; answers what is written down of it."""
        lost = GivenUp(
            self.row.agent_id, self.row.id, message.seq, message.kind, self.attempts, self.last_status,
            self.last_error, now,
        )  # fmt: skip
        self.given_up = max(self.given_up, message.seq)
        self._done(message)
        return lost

    def found_again(self, message: Message) -> Arrived | None:
        """What is written down of an event that had been given up once, if this may be one."""
        return Arrived(self.row.agent_id, self.row.id, message.seq) if message.seq <= self.given_up else None

    def goes_on_as(self, row: WebhookRow) -> bool:
        """Whether it is still the same journey: its owner did not move it and wishes for the same."""
        return row.epoch == self.row.epoch and filter_of(row) == self.filter

    def forget(self) -> None:
        """Keep nothing that waits; it will be read anew."""
        self.waiting.clear()
        self.is_live = self.is_doubted = False

    def progress(self) -> Progress:
        """How far it came, to be written down."""
        return Progress(
            self.row.agent_id, self.row.id, self.row.epoch, self.seq, self.attempts, self.next_at, self.failing_since,
            self.last_status, self.last_error, self.delivered_at,
        )  # fmt: skip

    def _take(self, found: Iterable[Message]) -> bool:
        for message in found:
            # Made in another process, it may have begun ahead of this one's hub.
            if message.seq <= self.seq:
                continue
            if len(self.waiting) >= MOST_WAITING:
                return False
            self.waiting.append(message)
        return True

    def _done(self, message: Message) -> None:
        self.seq, self.attempts, self.next_at = message.seq, 0, None
        if self.waiting and self.waiting[0] is message:
            self.waiting.popleft()


def filter_of(row: WebhookRow) -> Filter:
    """A webhook's wishes as the hub takes them."""
    return Filter(
        frozenset(map(str, row.groups)) or None,
        row.submolt_id or "",
        row.subject_id or "",
        row.thread_id or "",
        row.room_id or "",
        str(row.whose),
    )
