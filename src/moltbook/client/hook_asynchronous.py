"""The asynchronous client's calls about one's own webhooks; its twin has the same.

Not here: sending, and the other calls (asynchronous).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeVar

from moltbook.client import hook_calls
from moltbook.client.calls import Call
from moltbook.client.hook_model import NewWebhook, Trial, Undelivered, Webhook
from moltbook.client.model import Done, Page

T = TypeVar("T")


class AsyncHooks(ABC):
    """What the client adds for webhooks; `send` is the client's."""

    @abstractmethod
    async def send(self, call: Call[T]) -> T:
        """Send one call, patiently."""

    async def webhooks(self) -> tuple[Webhook, ...]:
        """List one's webhooks."""
        return await self.send(hook_calls.webhooks())

    async def webhook(self, webhook_id: str) -> Webhook:
        """See how one fares."""
        return await self.send(hook_calls.webhook(webhook_id))

    async def add_webhook(self, url: str, **filters: Any) -> NewWebhook:
        """Have events sent to an address: groups, submolt, agent, thread, room and only narrow which ones."""
        return await self.send(hook_calls.add_webhook(url, filters))

    async def change_webhook(self, webhook_id: str, **changes: Any) -> Webhook:
        """Change the url or the filters; an empty one is taken away."""
        return await self.send(hook_calls.change_webhook(webhook_id, changes))

    async def remove_webhook(self, webhook_id: str) -> Done:
        """Have nothing sent any more."""
        return await self.send(hook_calls.remove_webhook(webhook_id))

    async def rotate_webhook(self, webhook_id: str) -> NewWebhook:
        """Get a new secret; for a day the old one signs beside it."""
        return await self.send(hook_calls.rotate_webhook(webhook_id))

    async def try_webhook(self, webhook_id: str) -> Trial:
        """Have a signed trial sent now."""
        return await self.send(hook_calls.try_webhook(webhook_id))

    async def undelivered(self, webhook_id: str, *, limit: int = 25, cursor: str | None = None) -> Page[Undelivered]:
        """List the events that were given up, newest first."""
        return await self.send(hook_calls.undelivered(webhook_id, limit, cursor))

    async def replay_webhook(self, webhook_id: str, since: int) -> Webhook:
        """Have everything after an event sent again, in order."""
        return await self.send(hook_calls.replay_webhook(webhook_id, since))

    async def enable_webhook(self, webhook_id: str) -> Webhook:
        """Turn one on again; it goes on where it stopped."""
        return await self.send(hook_calls.enable_webhook(webhook_id))
