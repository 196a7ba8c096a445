"""What changes webhooks: adding, narrowing, rotating, turning on and off, going back in the log, removing."""

from typing import Generic, TypeVar

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.webhooks.model import (
    CountRow,
    Narrowing,
    OffBecause,
    Only,
    WebhookAdded,
    WebhookChanged,
    WebhookDisabled,
    WebhookRemoved,
    WebhookRow,
)
from moltbook.webhooks.rules import FIRST_GENERATION, MOST_WEBHOOKS, WebhooksFull
from moltbook.webhooks.tables import COUNTS, WEBHOOKS

Given = TypeVar("Given")


class AddWebhook(Act[WebhookRow], frozen=True):
    """An agent wants its events sent to an address, from `seq` on. The door has looked at the address."""

    agent_id: AgentId
    url: str
    narrowing: Narrowing
    key_id: str
    seq: int

    def needs(self, wants: Wants) -> None:
        """The agent, how many it has, and its quota, whose lock keeps it from leaving meanwhile."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(COUNTS, self.agent_id)

    def decide(self, world: World) -> WebhookRow:
        """Keep it.

        Raises: NotClaimed, WebhooksFull.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        count = world[COUNTS].get(self.agent_id)
        if count is None:
            world[COUNTS].add(CountRow(self.agent_id, 1))
        elif count.held >= MOST_WEBHOOKS:
            raise WebhooksFull()
        else:
            count.held += 1
            world[COUNTS].touch(count)
        row = WebhookRow(
            self.agent_id, world.new_id(), self.url, (), None, None, None, None, Only.ALL, self.key_id, world.now,
            FIRST_GENERATION, None, None, OffBecause.ON, 0, self.seq, 0, None, None, None, "", None,
        )  # fmt: skip
        _narrow(row, self.narrowing)
        world[WEBHOOKS].add(row)
        world.emit(WebhookAdded(row.agent_id, row.id), row.agent_id)
        return row


class _OnWebhook(Act[Given], Generic[Given], frozen=True):
    """An act on one webhook."""

    agent_id: AgentId
    webhook_id: str

    def needs(self, wants: Wants) -> None:
        wants.ask(WEBHOOKS, (self.agent_id, self.webhook_id))

    def _row(self, world: World) -> WebhookRow:
        """Raises: NotFound."""
        row = world[WEBHOOKS].get((self.agent_id, self.webhook_id))
        if row is None:
            raise NotFound("Webhook")
        return row


class _ByOwner(_OnWebhook[Given], Generic[Given], frozen=True):
    """An agent's wish about one of its own."""

    def needs(self, wants: Wants) -> None:
        super().needs(wants)
        wants.ask(AGENTS, self.agent_id)

    def _own(self, world: World) -> WebhookRow:
        """Raises: NotClaimed, NotFound."""
        ensure_claimed(world[AGENTS].get(self.agent_id))
        return self._row(world)


class ChangeWebhook(_ByOwner[None], frozen=True):
    """An agent sends a webhook elsewhere, or narrows it otherwise."""

    url: str | None
    narrowing: Narrowing

    def decide(self, world: World) -> None:
        """Change it; another address is tried at once.

        Raises: NotClaimed, NotFound.
        """
        row = self._own(world)
        if self.url is not None and self.url != row.url:
            row.url = self.url
            _begin(row)
        _narrow(row, self.narrowing)
        _changed(world, row)


class RotateSecret(_ByOwner[WebhookRow], frozen=True):
    """A webhook gets a new secret; the old one signs beside it for a while."""

    def decide(self, world: World) -> WebhookRow:
        """Begin the next generation.

        Raises: NotClaimed, NotFound.
        """
        row = self._own(world)
        row.generation, row.rotated_at = row.generation + 1, world.now
        _changed(world, row)
        return row


class ReplayWebhook(_ByOwner[None], frozen=True):
    """A webhook goes on behind this place in the log, wherever it was."""

    seq: int

    def decide(self, world: World) -> None:
        """Move it.

        Raises: NotClaimed, NotFound.
        """
        row = self._own(world)
        row.seq = self.seq
        _begin(row)
        _changed(world, row)


class EnableWebhook(_ByOwner[bool], frozen=True):
    """A webhook goes on where it stopped, at once, and stands by this key from now on. Tells whether it was off."""

    key_id: str

    def decide(self, world: World) -> bool:
        """Turn it on.

        Raises: NotClaimed, NotFound.
        """
        row = self._own(world)
        was_off = row.off_at is not None
        row.off_at, row.off_because, row.key_id = None, OffBecause.ON, self.key_id
        _begin(row)
        _changed(world, row)
        return was_off


class DisableWebhook(_OnWebhook[None], frozen=True):
    """The house turns a webhook off, unless its owner has begun anew with it in the meantime."""

    reason: OffBecause
    epoch: int

    def decide(self, world: World) -> None:
        """Turn it off, once.

        Raises: NotFound.
        """
        row = self._row(world)
        if row.off_at is not None or row.epoch != self.epoch:
            return
        row.off_at, row.off_because, row.next_at = world.now, self.reason, None
        world[WEBHOOKS].touch(row)
        world.emit(WebhookDisabled(row.agent_id, row.id, self.reason), None)


class RemoveWebhook(_OnWebhook[None], frozen=True):
    """A webhook goes, with all that never arrived."""

    def needs(self, wants: Wants) -> None:
        """It, and how many there are."""
        super().needs(wants)
        wants.ask(COUNTS, self.agent_id)

    def decide(self, world: World) -> None:
        """Delete it.

        Raises: NotFound.
        """
        row = self._row(world)
        world[WEBHOOKS].remove(row)
        count = world[COUNTS].rows[self.agent_id]
        count.held -= 1
        world[COUNTS].touch(count)
        world.emit(WebhookRemoved(row.agent_id, row.id), row.agent_id)


def _narrow(row: WebhookRow, by: Narrowing) -> None:
    row.groups = row.groups if by.groups is None else by.groups
    row.submolt_id = row.submolt_id if by.submolt_id is None else by.submolt_id or None
    row.subject_id = row.subject_id if by.subject_id is None else by.subject_id or None
    row.thread_id = row.thread_id if by.thread_id is None else by.thread_id or None
    row.room_id = row.room_id if by.room_id is None else by.room_id or None
    row.whose = row.whose if by.only is None else by.only


def _begin(row: WebhookRow) -> None:
    """A new epoch: the sender forgets what it knew, and what failed before counts no more."""
    row.epoch += 1
    row.attempts, row.next_at, row.failing_since = 0, None, None


def _changed(world: World, row: WebhookRow) -> None:
    world[WEBHOOKS].touch(row)
    world.emit(WebhookChanged(row.agent_id, row.id), row.agent_id)
