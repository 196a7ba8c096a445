"""Webhooks: an agent's events, sent to an address of its own.

In this room: which webhooks there are, their signatures, how far each came. Not here: sending (gateway), which
addresses may be called and the call itself (house).
"""

from moltbook.webhooks.acts import DisableWebhook, RemoveWebhook
from moltbook.webhooks.model import OffBecause, Only, WebhookRow
from moltbook.webhooks.progress import Arrived, GivenUp, Progress, Sending, note, sending, webhook_counts
from moltbook.webhooks.rules import BACK_OFF, PATIENCE, wait_after
from moltbook.webhooks.signing import message_id, signed
from moltbook.webhooks.tables import COUNTS as WEBHOOK_COUNTS
from moltbook.webhooks.tables import WEBHOOKS

__all__ = [
    "BACK_OFF",
    "PATIENCE",
    "WEBHOOKS",
    "WEBHOOK_COUNTS",
    "Arrived",
    "DisableWebhook",
    "GivenUp",
    "OffBecause",
    "Only",
    "Progress",
    "RemoveWebhook",
    "Sending",
    "WebhookRow",
    "message_id",
    "note",
    "sending",
    "signed",
    "wait_after",
    "webhook_counts",
]
