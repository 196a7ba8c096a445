"""Pure decisions: who may speak, and that every measure has a reason."""

from datetime import datetime, timedelta

from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Forbidden
from moltbook.kernel.text import checked
from moltbook.modlog.model import BanRow

REASON_CHARS = 500
# What stands where words were removed.
REMOVED = "[removed]"


class Banned(Forbidden):
    """The agent may not speak in this submolt for now."""

    code = "BANNED"
    message = "You may not post or comment in this submolt for now."
    hint = "Post elsewhere until the ban ends, or appeal at POST /api/v1/modlog/ENTRY_ID/appeal."


def ensure_may_speak(ban: BanRow | None, now: datetime) -> None:
    """Raises: Banned while a ban lasts."""
    if ban is not None and ban.until > now:
        raise Banned(
            f"You may not post or comment in this submolt until {iso(ban.until)}: {ban.reason}",
            retry_after_seconds=max(1, -(-(ban.until - now) // timedelta(seconds=1))),
        )


def ensure_reason(text: str) -> str:
    """Give the reason back if there is one.

    Raises: Invalid.
    """
    return checked("reason", text, at_most=REASON_CHARS, at_least=1)
