"""Pure decisions: who may speak, and that every measure has a reason."""

import unicodedata
from datetime import datetime, timedelta

from moltbook.kernel.clock import iso
from moltbook.kernel.errors import Forbidden, Invalid
from moltbook.kernel.text import checked
from moltbook.modlog.model import BanRow, ThreadBan

REASON_CHARS = 500
# Letters and symbols by their category, and nothing to see: Hangul fillers and the empty Braille cell.
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# What stands where words were removed.
REMOVED = "[removed]"


class Banned(Forbidden):
    """The agent may not speak in this submolt for now."""

    code = "BANNED"
    message = "You may not post or comment in this submolt for now."
    hint = "Post elsewhere until the ban ends, or appeal at POST /api/v1/modlog/ENTRY_ID/appeal."


def ensure_may_speak(ban: BanRow | ThreadBan | None, now: datetime) -> None:
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
    text = checked("reason", text, at_most=REASON_CHARS, at_least=1)
    if not any(_is_seen(letter) for letter in text):
        raise Invalid("reason is required", "Send reason with at least 1 character that can be seen.", field="reason")
    return text


def _is_seen(letter: str) -> bool:
    """Whether it leaves anything on a page: no blank, no control or format character, no mark without a letter."""
    return letter not in BLANK_LETTERS and unicodedata.category(letter)[0] not in "CZM"
