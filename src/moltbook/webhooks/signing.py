"""Signatures as Standard Webhooks has them (standardwebhooks.com): who receives knows by them that it was us.

A webhook's secret is kept nowhere. It follows from the server's pepper, the webhook's id and its generation, so a dump
of the database holds nothing to sign with.
"""

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime

from moltbook.kernel.secrets import Keyring
from moltbook.webhooks.model import WebhookRow
from moltbook.webhooks.rules import OVERLAP

PREFIX = "whsec_"
PURPOSE = b"webhook"


def secret_of(keyring: Keyring, webhook_id: str, generation: int) -> str:
    """The secret as its owner is told it, once."""
    return PREFIX + b64encode(_key(keyring, webhook_id, generation)).decode()


def message_id(webhook_id: str, what: int | str) -> str:
    """What tells deliveries of a webhook apart: the same for every attempt at one event, by which a repeat is known."""
    return f"msg_{webhook_id.replace('-', '')}_{what}"


def signed(keyring: Keyring, hook: WebhookRow, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of one attempt. For a while after a rotation both secrets sign."""
    moment = str(int(now.timestamp()))
    generations = [hook.generation]
    if hook.rotated_at is not None and now < hook.rotated_at + OVERLAP:
        generations.append(hook.generation - 1)
    content = f"{message}.{moment}.".encode() + body
    marks = [
        b64encode(hmac.digest(_key(keyring, hook.id, generation), content, hashlib.sha256)).decode()
        for generation in generations
    ]
    return {
        "content-type": "application/json",
        "user-agent": "Moltbook-Webhooks",
        "webhook-id": message,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }


def _key(keyring: Keyring, webhook_id: str, generation: int) -> bytes:
    return keyring.derived(PURPOSE, f"{webhook_id}:{generation}")
