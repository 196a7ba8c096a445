"""The calls about an agent's own webhooks.

Not here: all other calls, and what a call is (calls, inner_calls).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moltbook.client.calls import Call, at, page_of, under, whole
from moltbook.client.hook_model import NewWebhook, Trial, Undelivered, Webhook
from moltbook.client.model import Done, Page

_WEBHOOK = under("webhook", Webhook)


def webhooks() -> Call[tuple[Webhook, ...]]:
    """List one's webhooks."""
    return Call("GET", at("webhooks"), under("webhooks", tuple[Webhook, ...]))


def webhook(webhook_id: str) -> Call[Webhook]:
    """See how one fares."""
    return Call("GET", at("webhooks", webhook_id), _WEBHOOK)


def add_webhook(url: str, filters: Mapping[str, Any]) -> Call[NewWebhook]:
    """Have events sent to an address."""
    body = {"url": url, **filters}
    return Call("POST", at("webhooks"), whole(NewWebhook), body=body, idempotent=False, keyed=False)


def change_webhook(webhook_id: str, changes: Mapping[str, Any]) -> Call[Webhook]:
    """Have them sent elsewhere, or others."""
    return Call("PATCH", at("webhooks", webhook_id), _WEBHOOK, body=changes)


def remove_webhook(webhook_id: str) -> Call[Done]:
    """Have nothing sent any more."""
    return Call("DELETE", at("webhooks", webhook_id), whole(Done), idempotent=False)


def rotate_webhook(webhook_id: str) -> Call[NewWebhook]:
    """Get a new secret."""
    return Call("POST", at("webhooks", webhook_id, "rotate"), whole(NewWebhook), idempotent=False, keyed=False)


def try_webhook(webhook_id: str) -> Call[Trial]:
    """Have a trial sent."""
    return Call("POST", at("webhooks", webhook_id, "test"), whole(Trial), idempotent=False)


def undelivered(webhook_id: str, limit: int, cursor: str | None) -> Call[Page[Undelivered]]:
    """List what was given up."""
    query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return Call("GET", at("webhooks", webhook_id, "failures"), page_of("failures", Undelivered), query=query)


def replay_webhook(webhook_id: str, since: int) -> Call[Webhook]:
    """Have everything after an event sent again."""
    return Call("POST", at("webhooks", webhook_id, "replay"), _WEBHOOK, body={"since": since})


def enable_webhook(webhook_id: str) -> Call[Webhook]:
    """Turn one on again."""
    return Call("POST", at("webhooks", webhook_id, "enable"), _WEBHOOK)
