"""Which webhooks there may be, and how long one tries."""

from datetime import timedelta

from moltbook.house import read_target
from moltbook.kernel.credentials import has_credential
from moltbook.kernel.errors import Conflict, Invalid

MOST_WEBHOOKS = 5
FIRST_GENERATION = 1
# So long both secrets sign after a rotation.
OVERLAP = timedelta(hours=24)
# How long to wait after each attempt in vain; after the last one an event is given up.
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 21_600))
# A webhook that failed at everything for so long is turned off.
PATIENCE = timedelta(hours=24)


class WebhooksFull(Conflict):
    """The agent has as many as it may."""

    code = "WEBHOOKS_FULL"
    message = f"You have {MOST_WEBHOOKS} webhooks already."
    hint = "Delete one that you need no more, then try again."


def ensure_url(url: str, *, private: bool) -> str:
    """Give the address back if a webhook may have it.

    Raises: Invalid.
    """
    read_target(url, private=private)
    if has_credential(url):
        raise Invalid(
            "url holds what looks like a credential",
            "Leave it out; that a delivery is genuine is told by its signature.",
            field="url",
        )
    return url.strip()


def wait_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many attempts in vain, up to a quarter more by chance (0 to 1); None: no more."""
    if attempts > len(BACK_OFF):
        return None
    return BACK_OFF[attempts - 1] * (1 + chance / 4)
